package dev.cats.lot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.content.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * State as version 1 wrote it: files of hex lines under {@code state/v1}, first the serializer's
 * snapshot, then a value. They are never written again; a change of format gets a folder of its own
 * beside them.
 */
public final class Golden {
  private Golden() {}

  /** Holds a serializer to its file: it writes those bytes, and what they restore reads them. */
  public static <T> T check(String name, TypeSerializer<T> serializer, T value) throws IOException {
    DataOutputSerializer snapshot = new DataOutputSerializer(64);
    TypeSerializerSnapshot.writeVersionedSnapshot(snapshot, serializer.snapshotConfiguration());
    DataOutputSerializer written = new DataOutputSerializer(64);
    serializer.serialize(value, written);
    check(name, snapshot.getCopyOfBuffer(), written.getCopyOfBuffer());

    TypeSerializerSnapshot<T> restored =
        TypeSerializerSnapshot.readVersionedSnapshot(
            input(lines(name).get(0)), Golden.class.getClassLoader());
    assertThat(
            serializer
                .snapshotConfiguration()
                .resolveSchemaCompatibility(restored)
                .isCompatibleAsIs())
        .isTrue();
    TypeSerializer<T> old = restored.restoreSerializer();
    assertThat(old).isEqualTo(serializer).hasSameHashCodeAs(serializer);

    DataOutputSerializer copied = new DataOutputSerializer(64);
    old.duplicate().copy(input(lines(name).get(1)), copied);
    assertThat(copied.getCopyOfBuffer()).isEqualTo(written.getCopyOfBuffer());
    DataInputDeserializer in = input(lines(name).get(1));
    T read = old.deserialize(in);
    assertThat(in.available()).isZero();
    DataOutputSerializer again = new DataOutputSerializer(64);
    old.serialize(read, again);
    assertThat(again.getCopyOfBuffer()).isEqualTo(written.getCopyOfBuffer());
    return read;
  }

  /** Holds bytes to the lines of a file. */
  public static void check(String name, byte[]... found) {
    assertThat(java.util.Arrays.stream(found).map(each -> Bytes.wrap(each).hex()).toList())
        .describedAs("state/v1/%s.hex", name)
        .isEqualTo(lines(name));
  }

  public static byte[] line(String name, int index) {
    return Bytes.fromHex(lines(name).get(index)).toArray();
  }

  private static DataInputDeserializer input(String hex) {
    return new DataInputDeserializer(Bytes.fromHex(hex).toArray());
  }

  private static List<String> lines(String name) {
    String file = "/state/v1/" + name + ".hex";
    try (InputStream in = Golden.class.getResourceAsStream(file)) {
      assertThat(in).describedAs(file).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
