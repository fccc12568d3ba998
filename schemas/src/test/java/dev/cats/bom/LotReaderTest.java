package dev.cats.bom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.junit.jupiter.api.Test;

class LotReaderTest {
  private static final LotFormat FORMAT = LotFormat.of(Samples.SCHEMA);
  private static final Bytes DATA =
      Samples.encode(Samples.SCHEMA, List.of(Samples.quake("a", 1.0), Samples.quake("b", null)));
  private static final Bytes LOT = FORMAT.lot(2, DATA);

  @Test
  void recordsAreReadByNumber() throws DecodeException {
    LotReader lot = LotReader.of(Samples.LOT);
    assertThat(lot.schema()).isEqualTo(Samples.SCHEMA);
    assertThat(lot.records()).isEqualTo(3);
    assertThat(((GenericData.Record) lot.at(1)).get("id")).hasToString("us2");
    assertThat(lot.all()).hasSize(3).element(2).hasToString("{\"id\": \"us3\", \"mag\": 6.25}");
    assertThat(lot.json(0)).isEqualTo("{\"id\":\"us1\",\"mag\":4.5}");
    assertThat(lot.json(1)).isEqualTo("{\"id\":\"us2\",\"mag\":null}");
    assertThatThrownBy(() -> lot.at(3)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void jsonIsPlainForEveryType() throws DecodeException {
    Schema schema =
        new Schema.Parser()
            .parse(
                """
                {"type":"record","name":"All","fields":[
                 {"name":"flag","type":"boolean"},{"name":"i","type":"int"},{"name":"l","type":"long"},
                 {"name":"f","type":"float"},{"name":"d","type":"double"},{"name":"b","type":"bytes"},
                 {"name":"x","type":{"type":"fixed","name":"X","size":2}},
                 {"name":"e","type":{"type":"enum","name":"E","symbols":["ON","OFF"]}},
                 {"name":"a","type":{"type":"array","items":["null","string"]}},
                 {"name":"m","type":{"type":"map","values":"long"}}]}
                """);
    GenericData.Record all = new GenericData.Record(schema);
    all.put("flag", true);
    all.put("i", -1);
    all.put("l", Long.MIN_VALUE);
    all.put("f", 0.5f);
    all.put("d", Double.NaN);
    all.put("b", ByteBuffer.wrap(new byte[] {1, 2}));
    all.put("x", new GenericData.Fixed(schema.getField("x").schema(), new byte[] {3, 4}));
    all.put("e", new GenericData.EnumSymbol(schema.getField("e").schema(), "OFF"));
    all.put("a", Arrays.asList(null, "é\n"));
    all.put("m", Map.of("z", 1L, "a", 2L));
    assertThat(LotReader.of(Samples.lot(schema, List.of(all))).json(0))
        .isEqualTo(
            "{\"flag\":true,\"i\":-1,\"l\":-9223372036854775808,\"f\":0.5,\"d\":\"NaN\","
                + "\"b\":{\"/\":{\"bytes\":\"AQI\"}},\"x\":{\"/\":{\"bytes\":\"AwQ\"}},"
                + "\"e\":\"OFF\",\"a\":[null,\"é\\n\"],\"m\":{\"a\":2,\"z\":1}}");
  }

  @Test
  void anotherCodecIsNoLot() {
    Block block = Block.of(Cid.DAG_CBOR, LOT);
    assertThatThrownBy(() -> LotReader.of(block))
        .hasMessage("Invalid lot " + block.cid() + ": expected codec raw (0x55), found codec 0x71");
  }

  @Test
  void whatIsNoAvroFileIsRefused() {
    refused(Bytes.EMPTY, "Invalid lot at byte 0: expected at least 4 more bytes, found 0");
    refused(
        Bytes.utf8("hello"),
        "Invalid lot: expected an Avro object container file (4f626a01), found 68656c6c");
  }

  @Test
  void aFileOfAvroItselfIsRefusedForItsRandomMarker() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DataFileWriter<Object> file = new DataFileWriter<>(new GenericDatumWriter<>())) {
      file.create(Samples.SCHEMA, out);
      file.append(Samples.quake("a", 1.0));
    }
    assertThatThrownBy(() -> open(Bytes.wrap(out.toByteArray())))
        .isInstanceOf(DecodeException.class)
        .hasMessageStartingWith("Invalid lot");
  }

  @Test
  void aWrongMarkerIsRefusedInHeaderAndAtTheEnd() {
    int header = FORMAT.header().length;
    String sync = Bytes.wrap(FORMAT.sync()).hex();
    refused(
        flip(header - 1),
        "Invalid lot: expected a header with avro.codec, avro.schema and the sync marker "
            + sync
            + ", found another");
    assertThatThrownBy(() -> open(flip(LOT.size() - 1)))
        .hasMessageContaining(
            ": expected the sync marker " + sync + " before it, found " + sync.substring(0, 30));
  }

  @Test
  void countAndLengthMustAgreeWithTheRecords() {
    refused(with(1, DATA), "expected the data to end after 1 records, found 3 more bytes");
    refused(with(3, DATA), "expected at least 1 more bytes, found 0");
    refused(with(2, DATA.slice(0, DATA.size() - 1)), "expected at least 1 more bytes, found 0");
    int header = FORMAT.header().length;
    refused(replaced(header, 0), "a number of records from 1 to 1048576, found 0");
    refused(replaced(header, 1), "a number of records from 1 to 1048576, found -1");
    refused(replaced(header + 1, 0x7e), "expected a length of at most the");
  }

  @Test
  void nothingMayFollowOrBeMissing() {
    refused(
        LotFormatBytes.concat(LOT, Bytes.of((byte) 0)),
        "expected the end of the lot, found 1 more bytes");
    for (int size = 0; size < LOT.size(); size++) {
      Bytes cut = LOT.slice(0, size);
      assertThatThrownBy(() -> open(cut)).isInstanceOf(DecodeException.class);
    }
  }

  @Test
  void aVarintThatIsLongerThanItNeedBeIsRefused() {
    Bytes data = Bytes.fromHex("8200" + "61" + "00");
    refused(with(1, data), "expected a varint of at most 64 bits in its shortest form");
  }

  @Test
  void damagedValuesAreRefusedBeforeAvroSeesThem() {
    refuses("\"boolean\"", "02", "expected a boolean, 0 or 1, found 2");
    refuses("\"int\"", "8080808020", "expected an int of 32 bits, found 4294967296");
    refuses("\"string\"", "02ff", "expected text in UTF-8, found other bytes");
    refuses("\"bytes\"", "feffffff0f", "expected a length of at most the 0 bytes left");
    refuses("\"string\"", "01", "expected a length of at most the 0 bytes left, found -1");
    refuses("[\"null\",\"int\"]", "04", "expected an index into 2 union branches, found 2");
    refuses(
        "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}",
        "02",
        "expected an index into 1 enum symbols, found 1");
    String nulls = "{\"type\":\"array\",\"items\":\"null\"}";
    refuses(nulls, "feffffffffffffffff01", "expected at most 16777216 values, found a count of");
    refuses(nulls, "ffffffffffffffffff01", "expected at most 16777216 values, found a count of");
    refuses(nulls, "0302000000", "expected a block that ends at byte");
  }

  @Test
  void blocksOfNegativeCountsAreAvroToo() {
    String ints = "{\"type\":\"array\",\"items\":\"int\"}";
    assertThatCode(() -> open(lot(ints, Bytes.fromHex("0304020400")))).doesNotThrowAnyException();
  }

  @Test
  void deepNestingIsRefusedWithoutExhaustingTheStack() {
    String list =
        "{\"type\":\"record\",\"name\":\"L\",\"fields\":"
            + "[{\"name\":\"next\",\"type\":[\"null\",\"L\"]}]}";
    byte[] data = new byte[500_000];
    Arrays.fill(data, (byte) 2);
    refused(lot(list, Bytes.wrap(data)), "expected values nested at most 256 deep");
    String deep = "{\"type\":\"array\",\"items\":".repeat(20_000) + "\"int\"" + "}".repeat(20_000);
    assertThatThrownBy(() -> open(lot(deep))).isInstanceOf(DecodeException.class);
  }

  @Test
  void manyRecordsWithoutBytesAreRead() throws DecodeException {
    Schema schema = Schema.create(Schema.Type.NULL);
    Block lot = Samples.lot(schema, Collections.nCopies(5000, null));
    assertThat(LotReader.of(lot).records()).isEqualTo(5000);
    assertThat(LotReader.of(lot).json(4999)).isEqualTo("null");
  }

  @Test
  void aSchemaThatIsNoneIsRefused() {
    for (String text : List.of("", "{}", "\"quake\"", "{\"type\":\"record\"}", "\"int\" 7 {")) {
      assertThatThrownBy(() -> open(lot(text)))
          .as(text)
          .isInstanceOf(DecodeException.class)
          .hasMessageStartingWith("Invalid lot: expected an Avro schema in its header, found \"");
    }
  }

  private static void refuses(String schema, String data, String message) {
    refused(lot(schema, Bytes.fromHex(data)), message);
  }

  private static void refused(Bytes lot, String message) {
    assertThatThrownBy(() -> open(lot))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining(message);
  }

  private static LotReader open(Bytes lot) throws DecodeException {
    return LotReader.of(Block.of(Cid.RAW, lot));
  }

  /** A lot of one record from a schema's text, which need not be a schema. */
  private static Bytes lot(String schema, Bytes... data) {
    return LotFormatBytes.lot(schema, data.length == 0 ? Bytes.of((byte) 0) : data[0]);
  }

  private static Bytes with(int records, Bytes data) {
    return FORMAT.lot(records, data);
  }

  private static Bytes flip(int index) {
    return replaced(index, LOT.at(index) ^ 1);
  }

  private static Bytes replaced(int index, int value) {
    byte[] copy = LOT.toArray();
    copy[index] = (byte) value;
    return Bytes.wrap(copy);
  }
}
