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
 * State as each version wrote it: files of hex lines under {@code state/v1}, {@code state/v2} and
 * so on, first the serializer's snapshot, then a value. They are never written again; a change of
 * format gets a folder of its own beside them.
 */
public final class Golden {
  private Golden() {}

  /** Holds a serializer to its file: it writes those bytes, and what they restore reads them. */
  public static <T> T check(String name, TypeSerializer<T> serializer, T value) throws IOException {
    return check(1, name, serializer, value);
  }

  /** As above, of a form that is not in its first version any more. */
  static <T> T check(int version, String name, TypeSerializer<T> serializer, T value)
      throws IOException {
    DataOutputSerializer snapshot = new DataOutputSerializer(64);
    TypeSerializerSnapshot.writeVersionedSnapshot(snapshot, serializer.snapshotConfiguration());
    check(version, name, snapshot.getCopyOfBuffer(), written(serializer, value));
    return read(version, name, serializer);
  }

  private static <T> byte[] written(TypeSerializer<T> serializer, T value) throws IOException {
    DataOutputSerializer written = new DataOutputSerializer(64);
    serializer.serialize(value, written);
    return written.getCopyOfBuffer();
  }

  /** What a file of any version restores reads it, and the serializer of today takes it over. */
  static <T> T read(int version, String name, TypeSerializer<T> serializer) throws IOException {
    List<String> lines = lines(version, name);
    TypeSerializerSnapshot<T> restored =
        TypeSerializerSnapshot.readVersionedSnapshot(
            input(lines.get(0)), Golden.class.getClassLoader());
    assertThat(
            serializer
                .snapshotConfiguration()
                .resolveSchemaCompatibility(restored)
                .isCompatibleAsIs())
        .isTrue();
    TypeSerializer<T> old = restored.restoreSerializer();
    assertThat(old).isEqualTo(serializer).hasSameHashCodeAs(serializer);

    DataOutputSerializer copied = new DataOutputSerializer(64);
    byte[] value = Bytes.fromHex(lines.get(1)).toArray();
    old.duplicate().copy(input(lines.get(1)), copied);
    assertThat(copied.getCopyOfBuffer()).isEqualTo(value);
    DataInputDeserializer in = input(lines.get(1));
    T read = old.deserialize(in);
    assertThat(in.available()).isZero();
    assertThat(written(old, read)).isEqualTo(value);
    return read;
  }

  /** Holds bytes to the lines of a file. */
  public static void check(String name, byte[]... found) {
    check(1, name, found);
  }

  /** The same of another version than 1. */
  public static void check(int version, String name, byte[]... found) {
    assertThat(java.util.Arrays.stream(found).map(each -> Bytes.wrap(each).hex()).toList())
        .describedAs("state/v%d/%s.hex", version, name)
        .isEqualTo(lines(version, name));
  }

  public static byte[] line(String name, int index) {
    return line(1, name, index);
  }

  public static byte[] line(int version, String name, int index) {
    return Bytes.fromHex(lines(version, name).get(index)).toArray();
  }

  private static DataInputDeserializer input(String hex) {
    return new DataInputDeserializer(Bytes.fromHex(hex).toArray());
  }

  private static List<String> lines(int version, String name) {
    String file = "/state/v" + version + "/" + name + ".hex";
    try (InputStream in = Golden.class.getResourceAsStream(file)) {
      assertThat(in).describedAs(file).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
