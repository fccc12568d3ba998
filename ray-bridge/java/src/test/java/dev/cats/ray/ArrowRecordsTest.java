package dev.cats.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cats.stage.Records;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes over as Arrow comes back as the same Avro, type by type. */
class ArrowRecordsTest {
  private static final String INNER =
      "{'type':'record','name':'Place','fields':[{'name':'lat','type':'double'},"
          + "{'name':'name','type':['null','string']}]}";

  private static Schema record(String type) {
    return new Schema.Parser()
        .parse(
            ("{'type':'record','name':'R','fields':[{'name':'x','type':" + type + "}]}")
                .replace('\'', '"'));
  }

  private static Schema field(String type) {
    return record(type).getField("x").schema();
  }

  private static GenericRecord place(double lat, String name) {
    GenericRecord place = new GenericData.Record(field(INNER));
    place.put("lat", lat);
    place.put("name", name);
    return place;
  }

  private static ByteBuffer bytes(int... each) {
    byte[] bytes = new byte[each.length];
    for (int i = 0; i < each.length; i++) {
      bytes[i] = (byte) each[i];
    }
    return ByteBuffer.wrap(bytes);
  }

  private static ByteBuffer unscaled(String number) {
    return ByteBuffer.wrap(new BigInteger(number).toByteArray());
  }

  private static GenericData.Fixed fixed(String type, int... each) {
    return new GenericData.Fixed(field(type), bytes(each).array());
  }

  static Stream<Arguments> values() {
    String enumeration = "{'type':'enum','name':'E','symbols':['DAILY','WEEKLY']}";
    String sixteen = "{'type':'fixed','name':'F','size':4}";
    String money =
        "{'type':'fixed','name':'M','size':4,'logicalType':'decimal','precision':9,'scale':2}";
    return Stream.of(
        Arguments.of("'boolean'", "Bool", List.of(true, false)),
        Arguments.of(
            "'int'", "Int(32, true)", List.of(0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE)),
        Arguments.of("'long'", "Int(64, true)", List.of(0L, Long.MIN_VALUE, Long.MAX_VALUE)),
        Arguments.of("'float'", "FloatingPoint(SINGLE)", List.of(0f, -0f, Float.NaN, 1e-40f)),
        Arguments.of("'double'", "FloatingPoint(DOUBLE)", List.of(0.1, -0.0, Double.NaN, 1e308)),
        Arguments.of("'string'", "Utf8", List.of("", "Åland", "\uD83D\uDE00", "a\u0000b")),
        Arguments.of("'bytes'", "Binary", List.of(bytes(), bytes(0, 255, 1))),
        Arguments.of(sixteen, "FixedSizeBinary(4)", List.of(fixed(sixteen, 1, 2, 3, 255))),
        Arguments.of(
            enumeration, "Utf8", List.of(new GenericData.EnumSymbol(field(enumeration), "WEEKLY"))),
        Arguments.of(
            "{'type':'int','logicalType':'date'}", "Date(DAY)", List.of(0, -719162, 17563)),
        Arguments.of(
            "{'type':'int','logicalType':'time-millis'}",
            "Time(MILLISECOND, 32)",
            List.of(86_399_999)),
        Arguments.of(
            "{'type':'long','logicalType':'time-micros'}",
            "Time(MICROSECOND, 64)",
            List.of(86_399_999_999L)),
        Arguments.of(
            "{'type':'long','logicalType':'timestamp-millis'}",
            "Timestamp(MILLISECOND, UTC)",
            List.of(-1L, 1517443200123L)),
        Arguments.of(
            "{'type':'long','logicalType':'timestamp-micros'}",
            "Timestamp(MICROSECOND, UTC)",
            List.of(1517443200123456L)),
        Arguments.of(
            "{'type':'long','logicalType':'timestamp-nanos'}",
            "Timestamp(NANOSECOND, UTC)",
            List.of(1517443200123456789L)),
        Arguments.of(
            "{'type':'long','logicalType':'local-timestamp-micros'}",
            "Timestamp(MICROSECOND, null)",
            List.of(5L)),
        Arguments.of(
            "{'type':'bytes','logicalType':'decimal','precision':10,'scale':3}",
            "Decimal(10, 3, 128)",
            List.of(unscaled("0"), unscaled("-1234567890"))),
        Arguments.of(
            "{'type':'bytes','logicalType':'decimal','precision':60,'scale':20}",
            "Decimal(60, 20, 256)",
            List.of(unscaled("-" + "9".repeat(60)))),
        Arguments.of(
            money,
            "Decimal(9, 2, 128)",
            List.of(fixed(money, 0, 0, 1, 0), fixed(money, 255, 255, 255, 254))),
        Arguments.of("['null','long']", "Int(64, true)", Arrays.asList(1L, null, 2L)),
        Arguments.of("['string','null']", "Utf8", Arrays.asList(null, "", null, "x")),
        Arguments.of(INNER, "Struct", List.of(place(1.5, "Reykjanes"), place(-0.0, null))),
        Arguments.of("['null'," + INNER + "]", "Struct", Arrays.asList(null, place(2, "x"), null)),
        Arguments.of(
            "{'type':'array','items':'double'}",
            "List",
            List.of(List.of(), List.of(1.0, 2.0), List.of(3.0))),
        Arguments.of(
            "['null',{'type':'array','items':['null'," + INNER + "]}]",
            "List",
            Arrays.asList(
                null,
                Arrays.asList(place(1, "a"), null),
                Collections.emptyList(),
                null,
                List.of(place(2, null)))),
        Arguments.of(
            "{'type':'array','items':{'type':'array','items':'string'}}",
            "List",
            List.of(List.of(List.of("a", "b"), List.of()), List.of(), List.of(List.of("c")))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("values")
  void comesBackAsItWas(String type, String arrow, List<?> values) throws IOException {
    Schema schema = record(type);
    Records records = encode(schema, values);
    ArrowRecords mapping = new ArrowRecords(schema);
    ArrowType found = mapping.schema().getFields().get(0).getType();
    assertThat(found.toString()).isEqualTo(arrow);
    try (RootAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = mapping.newRoot(allocator)) {
      for (int round = 0; round < 2; round++) {
        mapping.fill(root, records);
        Records back = mapping.read(root);
        assertThat(back.ends()).isEqualTo(records.ends());
        assertThat(back.bytes()).isEqualTo(records.bytes());
      }
    }
  }

  /** By hand, so that arrays are in the one block that our own encoder writes. */
  private static Records encode(Schema schema, List<?> values) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    int[] ends = new int[values.size()];
    for (int i = 0; i < ends.length; i++) {
      GenericRecord record = new GenericData.Record(schema);
      record.put("x", values.get(i));
      new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
      encoder.flush();
      ends[i] = bytes.size();
    }
    return new Records(bytes.toByteArray(), ends);
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("{'type':'map','values':'long'}", "a map (use an array of records)"),
        Arguments.of("['int','string']", "a union of [int, string]"),
        Arguments.of("['null','int','string']", "a union of [null, int, string]"),
        Arguments.of("'null'", "null"),
        Arguments.of(
            "{'type':'fixed','name':'D','size':12,'logicalType':'duration'}", "a duration"),
        Arguments.of("['null','R']", "a R within itself"),
        Arguments.of(
            "{'type':'bytes','logicalType':'decimal','precision':80,'scale':2}",
            "a decimal of 80 digits (at most 76)"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void whatCannotCrossIsRefused(String type, String what) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ArrowRecords(record(type)))
        .withMessageStartingWith("Cannot make an Arrow column of field x: it is " + what + ";");
  }

  @Test
  void aRecordHasToHaveFields() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ArrowRecords(SchemaBuilder.builder().stringType()))
        .withMessageContaining("expected a record with named fields");
  }

  @Test
  void anAnswerThatItsTypeDoesNotHoldIsNamed() throws IOException {
    Schema schema = record("{'type':'enum','name':'E','symbols':['DAILY','WEEKLY']}");
    ArrowRecords mapping = new ArrowRecords(schema);
    try (RootAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = mapping.newRoot(allocator)) {
      root.allocateNew();
      VarCharVector x = (VarCharVector) root.getVector(0);
      x.setSafe(0, "DAILY".getBytes(StandardCharsets.UTF_8));
      x.setSafe(1, "YEARLY".getBytes(StandardCharsets.UTF_8));
      root.setRowCount(3);
      assertThatExceptionOfType(Column.UnmappableException.class)
          .isThrownBy(() -> mapping.read(root))
          .withMessage("column x, row 1: expected one of [DAILY, WEEKLY], found 'YEARLY'");
      x.setSafe(1, "WEEKLY".getBytes(StandardCharsets.UTF_8));
      assertThatExceptionOfType(Column.UnmappableException.class)
          .isThrownBy(() -> mapping.read(root))
          .withMessage("column x, row 2: expected a value, found null");
    }
  }
}
