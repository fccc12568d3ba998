package dev.cats.lot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.Cid;
import dev.cats.event.TraceContext;
import dev.cats.sample.Reading;
import java.io.IOException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

/** What lies in savepoints can be read by every later version. */
class StateFormatTest {
  private static final Reading READING = new Reading("s1", 1_700_000_000_000L, 2.5);
  private static final TraceContext TRACE =
      new TraceContext(
          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "rojo=00f067aa0ba902b7");

  @Test
  void tracedRecordsKeepTheirForm() throws IOException {
    var serializer = new TracedSerializer<>(Reading.class, null);
    checkTraced(Golden.check(2, "traced", serializer, traced(null, TRACE)), TRACE);
    checkTraced(Golden.read(1, "traced", serializer), null);
  }

  private static void checkTraced(Traced<Reading> read, TraceContext trace) {
    assertThat(read.value()).isEqualTo(READING);
    assertThat(read.bom()).isEqualTo(LotBench.upstream(7));
    assertThat(read.index()).isEqualTo(300);
    assertThat(read.last()).isTrue();
    assertThat(read.trace()).isEqualTo(trace);
  }

  @Test
  void tracedRecordsWithAKeyKeepTheirForm() throws IOException {
    TraceContext stateless = new TraceContext(TRACE.traceparent(), null);
    var serializer = keyed(StringSerializer.INSTANCE);
    Traced<Reading> read = Golden.check(2, "traced-keyed", serializer, traced("s1", stateless));
    assertThat(read.key()).isEqualTo("s1");
    checkTraced(read, stateless);
    Traced<Reading> old = Golden.read(1, "traced-keyed", serializer);
    assertThat(old.key()).isEqualTo("s1");
    checkTraced(old, null);
  }

  /** Traces cost nothing where there are none. */
  @Test
  void withoutATraceTheBytesAreThoseOfVersion1() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    new TracedSerializer<>(Reading.class, null).serialize(traced(null, null), out);
    assertThat(out.getCopyOfBuffer()).isEqualTo(Golden.line("traced", 1));
    out.clear();
    new Accumulated.Serializer<>(LongSerializer.INSTANCE)
        .serialize(new Accumulated<>(42L, refs()), out);
    assertThat(out.getCopyOfBuffer()).isEqualTo(Golden.line("accumulated", 1));
  }

  @Test
  void theLargestIndexIsNotTakenForATrace() throws IOException {
    Codec<Reading> codec = Codec.of(Reading.class);
    byte[] bytes = codec.encode(READING);
    var serializer = new TracedSerializer<>(Reading.class, null);
    for (TraceContext trace : new TraceContext[] {null, TRACE}) {
      DataOutputSerializer out = new DataOutputSerializer(64);
      serializer.serialize(
          new Traced<>(
              LotBench.upstream(7),
              Integer.MAX_VALUE,
              true,
              bytes,
              0,
              bytes.length,
              codec,
              null,
              null,
              null,
              trace),
          out);
      Traced<Reading> read =
          serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
      assertThat(read.index()).isEqualTo(Integer.MAX_VALUE);
      assertThat(read.last()).isTrue();
      assertThat(read.trace()).isEqualTo(trace);
    }
  }

  @Test
  void stateOfALaterVersionIsNotReadAsIfItWereThis() {
    assertThatThrownBy(
            () ->
                new TracedSerializerSnapshot<String>()
                    .readSnapshot(
                        3, new DataInputDeserializer(new byte[0]), getClass().getClassLoader()))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot restore state: it holds traced records of version 3, and this knows them to"
                + " version 2");
  }

  @Test
  void valuesKeepTheirForm() throws IOException {
    assertThat(Golden.check("value", new ValueSerializer<>(Reading.class), READING))
        .isEqualTo(READING);
  }

  @Test
  void accumulatorsKeepTheirForm() throws IOException {
    Accumulated<Long> traced =
        new Accumulated<>(42L, new Refs().add(traced(null, TRACE)).add(traced(null, TRACE)));
    TypeSerializer<Accumulated<Long>> serializer =
        new Accumulated.Serializer<>(LongSerializer.INSTANCE);
    assertThat(Golden.check(2, "accumulated", serializer, traced)).isEqualTo(traced);
    assertThat(traced.refs().trace()).isEqualTo(TRACE);
    assertThat(Golden.read(1, "accumulated", serializer)).isEqualTo(new Accumulated<>(42L, refs()));
  }

  private static Refs refs() {
    Refs refs = new Refs();
    refs.add(LotBench.upstream(1), 0).add(LotBench.upstream(1), 1);
    return refs.add(LotBench.upstream(1), 500).add(LotBench.upstream(2), 3);
  }

  @Test
  void stateOfAnotherSchemaIsNotReadAsIfItWereThis() {
    var readings = new TracedSerializer<>(Reading.class, null).snapshotConfiguration();
    @SuppressWarnings({"unchecked", "rawtypes"})
    var texts =
        (org.apache.flink.api.common.typeutils.TypeSerializerSnapshot<Traced<Reading>>)
            (Object) new TracedSerializer<>(String.class, null).snapshotConfiguration();
    assertThat(readings.resolveSchemaCompatibility(texts).isIncompatible()).isTrue();
    assertThat(readings.resolveSchemaCompatibility(readings).isCompatibleAsIs()).isTrue();

    var byText = keyed(StringSerializer.INSTANCE).snapshotConfiguration();
    var byNumber = keyed(LongSerializer.INSTANCE).snapshotConfiguration();
    assertThat(byText.resolveSchemaCompatibility(byNumber).isIncompatible()).isTrue();
    assertThat(byText.resolveSchemaCompatibility(readings).isIncompatible()).isTrue();
    assertThat(readings.resolveSchemaCompatibility(byText).isIncompatible()).isTrue();
    assertThat(byText.resolveSchemaCompatibility(byText).isCompatibleAsIs()).isTrue();

    var plain = new ValueSerializer<>(Reading.class).snapshotConfiguration();
    @SuppressWarnings({"unchecked", "rawtypes"})
    var plainTexts =
        (org.apache.flink.api.common.typeutils.TypeSerializerSnapshot<Reading>)
            (Object) new ValueSerializer<>(String.class).snapshotConfiguration();
    assertThat(plain.resolveSchemaCompatibility(plainTexts).isIncompatible()).isTrue();
  }

  @Test
  void aClassThatIsGoneIsNamed() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    byte[] name = "dev.cats.Gone".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    out.writeInt(name.length);
    out.write(name);
    out.writeInt(0);
    assertThatThrownBy(
            () ->
                new TracedSerializerSnapshot<String>()
                    .readSnapshot(
                        1,
                        new DataInputDeserializer(out.getCopyOfBuffer()),
                        getClass().getClassLoader()))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot restore state: it holds records of dev.cats.Gone, which is not in the job jar");
  }

  @Property(tries = 200)
  void referencesAreReadAsTheyWereWritten(
      @ForAll @Size(max = 40) int[] boms, @ForAll @IntRange(max = 40) int split)
      throws IOException {
    Refs all = new Refs();
    Refs left = new Refs();
    Refs right = new Refs();
    for (int i = 0; i < boms.length; i++) {
      Cid bom = LotBench.upstream(Math.floorMod(boms[i], 3));
      int index = boms[i] % 2 == 0 ? i : Math.floorMod(boms[i], 1 << 20);
      all.add(bom, index);
      (i < split ? left : right).add(bom, index);
    }
    assertThat(left.copy().addAll(right))
        .isEqualTo(all)
        .hasSameHashCodeAs(all)
        .hasToString(all.toString());
    DataOutputSerializer out = new DataOutputSerializer(16);
    all.write(out);
    assertThat(Refs.read(new DataInputDeserializer(out.getCopyOfBuffer()))).isEqualTo(all);
    int records = 0;
    for (int i = 0; i < all.runs(); i++) {
      records += all.count(i);
    }
    assertThat(records).isEqualTo(boms.length);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static TracedSerializer<Reading> keyed(TypeSerializer<?> keys) {
    return new TracedSerializer<>(Reading.class, (TypeSerializer) keys);
  }

  private static Traced<Reading> traced(String key, TraceContext trace) {
    Codec<Reading> codec = Codec.of(Reading.class);
    byte[] bytes = codec.encode(READING);
    return new Traced<>(
        LotBench.upstream(7), 300, true, bytes, 0, bytes.length, codec, key, null, null, trace);
  }
}
