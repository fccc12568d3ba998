package dev.cats.lot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.sample.Choice;
import dev.cats.sample.Kind;
import dev.cats.sample.Reading;
import dev.cats.sample.Sample;
import dev.cats.sample.Spot;
import dev.cats.sample.Tree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.junit.jupiter.api.Test;

class CodecTest {
  private static final Instant AT = Instant.parse("2024-02-29T12:34:56.789Z");

  @Property(tries = 200)
  void specificRecordsAreWrittenAsAvroWritesThem(
      @ForAll String text,
      @ForAll int number,
      @ForAll float fraction,
      @ForAll boolean flag,
      @ForAll byte[] bytes,
      @ForAll @Size(max = 3) Map<String, Long> counts,
      @ForAll long micros)
      throws IOException {
    Sample sample = sample(text, number, fraction, flag, bytes, new TreeMap<>(counts));
    sample.setSeen(Instant.EPOCH.plus(micros % 1_000_000_000_000_000L, ChronoUnit.MICROS));
    Codec<Sample> codec = Codec.of(Sample.class);

    byte[] encoded = codec.encode(sample);

    assertThat(encoded).isEqualTo(byAvro(sample));
    // A lone surrogate becomes '?': compare what is read with what was written.
    Sample read = codec.decode(encoded, 0, encoded.length);
    assertThat(codec.encode(read)).isEqualTo(encoded);
    assertThat(read.getReadings()).isEqualTo(sample.getReadings());
    assertThat(read.getSeen()).isEqualTo(sample.getSeen());
    assertThat(read.getDays()).isEqualTo(sample.getDays());
    assertThat(read.getKind()).isEqualTo(sample.getKind());
  }

  @Property(tries = 200)
  void aRecordWithAGeneratedEncoderIsWrittenAsAvroWritesIt(
      @ForAll String station, @ForAll long time, @ForAll double value) throws IOException {
    Reading reading = new Reading(station, time, value);
    Codec<Reading> codec = Codec.of(Reading.class);
    byte[] encoded = codec.encode(reading);

    assertThat(encoded).isEqualTo(byAvro(reading));
    assertThat(codec.encode(codec.decode(encoded, 0, encoded.length))).isEqualTo(encoded);
  }

  @Test
  void equalMapsGiveEqualBytesWhateverTheirOrder() {
    Map<String, Long> one = new LinkedHashMap<>();
    one.put("b", 1L);
    one.put("a", 2L);
    Map<String, Long> other = new LinkedHashMap<>();
    other.put("a", 2L);
    other.put("b", 1L);
    Codec<Sample> codec = Codec.of(Sample.class);

    assertThat(codec.encode(sample("", 0, 0, true, new byte[0], one)))
        .isEqualTo(codec.encode(sample("", 0, 0, true, new byte[0], other)));
  }

  /** Every form that a POJO's field can have. */
  public static final class Pojo {
    public String text = "a";
    public int number = 1;
    public Integer maybe;
    public short small = -2;
    public byte tiny = 3;
    public long large = Long.MIN_VALUE;
    public float fraction = 0.5f;
    public double value = -0.0;
    public boolean flag = true;
    public byte[] bytes = {1, 2};
    public Instant at = Instant.parse("1969-12-31T23:59:59.999999999Z");
    public LocalDate day = LocalDate.of(1969, 12, 31);
    public ChronoUnit unit = ChronoUnit.DAYS;
    public List<Point> points = List.of(new Point(1, 2), new Point(3, 4));
    public Map<String, List<String>> names = Map.of("k", List.of("x", "y"));
    public Short boxedShort = 7;

    public Character nothing() {
      return null;
    }
  }

  record Point(int x, long y) {}

  @Test
  void pojosAreReadAsTheyWereWritten() throws IOException {
    Codec<Pojo> codec = Codec.of(Pojo.class);
    Pojo pojo = new Pojo();
    byte[] encoded = codec.encode(pojo);

    assertThat(codec.decode(encoded, 0, encoded.length)).usingRecursiveComparison().isEqualTo(pojo);
    assertThat(codec.schema().getFields())
        .extracting(field -> field.name())
        .isSorted()
        .contains("text", "unit");
    var generic =
        new org.apache.avro.generic.GenericDatumReader<GenericData.Record>(codec.schema())
            .read(null, org.apache.avro.io.DecoderFactory.get().binaryDecoder(encoded, null));
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(again, null);
    new GenericDatumWriter<GenericData.Record>(codec.schema()).write(generic, encoder);
    encoder.flush();
    assertThat(again.toByteArray()).isEqualTo(encoded);
  }

  @Property(tries = 100)
  void javaRecordsAreReadAsTheyWereWritten(@ForAll int x, @ForAll long y) {
    Codec<Point> codec = Codec.of(Point.class);
    byte[] encoded = codec.encode(new Point(x, y));
    assertThat(codec.decode(encoded, 0, encoded.length)).isEqualTo(new Point(x, y));
    assertThat(codec.schema().getFields())
        .extracting(field -> field.name())
        .containsExactly("x", "y");
  }

  @Test
  void textAndBoxedPrimitivesAreRecordsOfTheirOwn() {
    for (Object value :
        List.of(
            "", "grüße 😀", 1, -1L, (short) 2, (byte) 3, 1.5f, Double.NaN, true, ChronoUnit.DAYS)) {
      assertThat(roundTrip(value)).isEqualTo(value);
    }
    assertThat(Codec.of(String.class).schema().toString()).isEqualTo("\"string\"");
    assertThat(roundTrip("x".repeat(100_000) + "é")).isEqualTo("x".repeat(100_000) + "é");
  }

  @SuppressWarnings("unchecked")
  private static <T> T roundTrip(T value) {
    Codec<T> codec = Codec.of((Class<T>) value.getClass());
    byte[] encoded = codec.encode(value);
    return codec.decode(encoded, 0, encoded.length);
  }

  @Test
  void saysWhenTheBytesHoldLessThanTheValue() {
    AvroOut out = new AvroOut(16);
    Codec<Sample> samples = Codec.of(Sample.class);
    Sample sample = sample("", 0, 0, false, new byte[0], Map.of());
    sample.setSeen(null);
    sample.setDays(Map.of());
    sample.setDay(LocalDate.EPOCH);
    assertThat(samples.write(sample, out)).isTrue();
    sample.put("at", AT.plusNanos(1)); // the setter would cut it
    assertThat(samples.write(sample, out)).isFalse();

    Codec<String> texts = Codec.of(String.class);
    assertThat(texts.write("pair 😀", out)).isTrue();
    assertThat(texts.write("half \uD83D", out)).isFalse();
    assertThat(texts.write("half \uDE00 x", out)).isFalse();
    assertThat(texts.write("whole", out)).isTrue();
    assertThat(Codec.of(Cached.class).write(new Cached(), out)).isFalse();
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.frequencyOf(
            Tuple.of(20, Arbitraries.of("a", "b")),
            Tuple.of(2, Arbitraries.of("?", "\u00e9", "\u4e2d", "\ud83d\ude00")),
            Tuple.of(1, Arbitraries.of("\ud83d", "\ude00")))
        .list()
        .ofMaxSize(60)
        .map(parts -> String.join("", parts));
  }

  @Property
  void aTextIsExactWhereItIsReadAsItWasWritten(@ForAll("texts") String text) {
    AvroOut out = new AvroOut(1);
    Codec<String> codec = Codec.of(String.class);
    boolean exact = codec.write(text, out);
    byte[] written = out.toArray();

    assertThat(exact).isEqualTo(codec.decode(written, 0, written.length).equals(text));
    assertThat(Arrays.copyOfRange(written, written.length - utf8(text).length, written.length))
        .isEqualTo(utf8(text));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static final class Cached {
    int value;
    transient int twice;
  }

  static final class Node {
    List<Node> children;
  }

  static final class Priced {
    BigDecimal price;
  }

  static final class Named {
    UUID id;
  }

  static final class Keyed {
    Map<Integer, String> names;
  }

  static final class Generic {
    @SuppressWarnings("rawtypes")
    Map names;
  }

  static final class NoConstructor {
    int x;

    NoConstructor(int x) {
      this.x = x;
    }
  }

  static final class Dollar {
    int a$b;
  }

  static final class Mixed {
    Reading reading;
  }

  @Test
  void whatCannotBeWrittenDownIsRefusedWithAWayOut() {
    String use =
        "use a Flink POJO, an Avro specific record, String, a primitive, Instant, LocalDate, byte[],"
            + " an enum, List or Map";
    String lot = "dev.cats.lot.CodecTest$";
    refuses(
        Node.class,
        "Cannot write down items of field children of "
            + lot
            + "Node: it contains itself; pass a recursive structure by CID");
    refuses(
        Priced.class,
        "Cannot write down field price of "
            + lot
            + "Priced: no Avro form for java.math.BigDecimal; use an Avro record with the logical type"
            + " decimal, or a String");
    refuses(
        Named.class,
        "Cannot write down field id of " + lot + "Named: no Avro form for java.util.UUID; " + use);
    refuses(
        Keyed.class,
        "Cannot write down field names of "
            + lot
            + "Keyed: no Avro form for java.util.Map; "
            + use);
    refuses(
        Generic.class,
        "Cannot write down field names of "
            + lot
            + "Generic: no Avro form for java.util.Map; "
            + use);
    refuses(
        NoConstructor.class,
        "Cannot write down "
            + lot
            + "NoConstructor: "
            + lot
            + "NoConstructor has no constructor without arguments, which a Flink POJO needs");
    refuses(
        Mixed.class,
        "Cannot write down field reading of "
            + lot
            + "Mixed: an Avro record inside a POJO; make the outer type an Avro record as well");
    refuses(
        Dollar.class,
        "Cannot write down "
            + lot
            + "Dollar: Illegal character in: a$b; rename the field, or use an Avro specific record");
    refuses(
        Object.class,
        "Cannot write down java.lang.Object: no Avro form for java.lang.Object; " + use);
    refuses(
        Choice.class,
        "Cannot write down field value of dev.cats.sample.Choice: a union of more than null and one"
            + " other type");
    refuses(
        Tree.class,
        "Cannot write down dev.cats.sample.Tree: it contains itself; pass a recursive structure by CID");
  }

  private static void refuses(Class<?> type, String message) {
    assertThatThrownBy(() -> Codec.of(type))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void aFieldThatMayNotBeNullIsNamed() {
    Sample sample = sample("", 0, 0, false, new byte[0], Map.of());
    sample.setText(null);
    assertThatThrownBy(() -> Codec.of(Sample.class).encode(sample))
        .hasMessage(
            "Invalid dev.cats.sample.Sample: field text is null and its schema does not allow that");
    assertThatThrownBy(() -> Codec.of(Reading.class).encode(new Reading(null, 1L, 2.0)))
        .hasMessageStartingWith(
            "Invalid dev.cats.sample.Reading: a field that may not be null is: ");
  }

  @Test
  void aTimeThatNanosecondsCannotCountIsRefused() {
    Codec<Instant> codec = Codec.of(Instant.class);
    assertThatThrownBy(() -> codec.encode(Instant.MAX))
        .hasMessage(
            "Invalid time: expected 1677-09-21T00:12:43Z to 2262-04-11T23:47:16Z, found "
                + Instant.MAX);
    assertThat(roundTrip(Instant.ofEpochSecond(0, Long.MIN_VALUE)))
        .isEqualTo(Instant.ofEpochSecond(0, Long.MIN_VALUE));
    assertThat(roundTrip(Instant.ofEpochSecond(0, Long.MAX_VALUE)))
        .isEqualTo(Instant.ofEpochSecond(0, Long.MAX_VALUE));
  }

  @Test
  void bytesThatEndEarlyAreRefused() {
    Codec<Reading> codec = Codec.of(Reading.class);
    byte[] encoded = codec.encode(new Reading("station", 1L, 2.0));
    for (int length = 0; length < encoded.length; length++) {
      int cut = length;
      assertThatThrownBy(() -> codec.decode(encoded, 0, cut))
          .hasMessageStartingWith("Cannot decode a record: expected ");
    }
    byte[] endless = new byte[12];
    java.util.Arrays.fill(endless, (byte) 0xFF);
    assertThatThrownBy(() -> new AvroIn().of(endless, 0, 12).readLong())
        .hasMessage("Cannot decode a record: a number of more than 64 bits");
  }

  @Property(tries = 500)
  void numbersAreReadAsTheyWereWritten(
      @ForAll long number, @ForAll int small, @ForAll double value, @ForAll float fraction) {
    AvroOut out = new AvroOut(1);
    out.writeLong(number);
    out.writeInt(small);
    out.writeDouble(value);
    out.writeFloat(fraction);
    AvroIn in = new AvroIn().of(out.buffer(), 0, out.position());
    assertThat(in.readLong()).isEqualTo(number);
    assertThat(in.readInt()).isEqualTo(small);
    assertThat(in.readDouble()).isEqualTo(value);
    assertThat(in.readFloat()).isEqualTo(fraction);
    assertThat(in.remaining()).isZero();
  }

  @SuppressWarnings("EnumOrdinal") // any of them will do
  private static Sample sample(
      String text,
      int number,
      float fraction,
      boolean flag,
      byte[] bytes,
      Map<String, Long> counts) {
    Sample sample = new Sample();
    sample.setText(text);
    sample.setMaybe(number % 2 == 0 ? null : text);
    sample.setNumber(number % 3 == 0 ? null : number);
    sample.setFraction(fraction);
    sample.setFlag(flag);
    sample.setKind(Kind.values()[Math.floorMod(number, 3)]);
    sample.setBytes(ByteBuffer.wrap(bytes));
    List<Spot> readings = new ArrayList<>();
    for (int i = 0; i < Math.floorMod(number, 4); i++) {
      readings.add(new Spot(i, i == 1 ? null : (double) fraction));
    }
    sample.setReadings(readings);
    sample.setCounts(counts);
    sample.setAt(AT);
    sample.setDay(LocalDate.ofEpochDay(number));
    sample.setPrice(ByteBuffer.wrap(new byte[] {1}));
    sample.setDays(new HashMap<>(Map.of("d", LocalDate.ofEpochDay(1))));
    return sample;
  }

  static byte[] byAvro(org.apache.avro.specific.SpecificRecordBase value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    SpecificData data = SpecificData.getForClass(value.getClass());
    data.setCustomCoders(false);
    new SpecificDatumWriter<>(value.getSchema(), data).write(value, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }
}
