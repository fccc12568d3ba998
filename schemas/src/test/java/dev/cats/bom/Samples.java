package dev.cats.bom;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.Node;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * One example of each document, with every optional field; the golden files and the worked bytes of
 * SPEC.md are these. A change here is a change of the format.
 */
final class Samples {
  /** RFC 8032, section 7.1, TEST 1, as PKCS#8. */
  static final String PEM =
      """
      -----BEGIN PRIVATE KEY-----
      MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
      -----END PRIVATE KEY-----
      """;

  static final NodeKey KEY = NodeKey.ofPem(PEM);

  static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Quake","namespace":"dev.cats.sample","fields":[
               {"name":"id","type":"string"},{"name":"mag","type":["null","double"]}]}
              """);

  static final Block LOT = lot(quake("us1", 4.5), quake("us2", null), quake("us3", 6.25));

  static final Function FUNCTION =
      new Function(
          "java",
          Optional.of(raw("job.jar")),
          "dev.cats.sample.Decode",
          new TreeMap<>(Map.of("minimum", Node.of("2.5"), "limit", Node.of(10))),
          Determinism.BITWISE);

  static final Structure STRUCTURE =
      new Structure(
          "flink",
          new TreeMap<>(Map.of("parallelism.default", "2", "state.backend.type", "rocksdb")),
          new TreeMap<>(Map.of("flink", "2.3.0", "java", "17")),
          Optional.of(raw("job.jar")),
          Optional.of("flink:2.3.0-java17"),
          Optional.of(raw("k8s")),
          new TreeMap<>(Map.of("note", Node.of("for readers only"))));

  static final Order ORDER =
      new Order(
          "usgs-seismology",
          List.of(new Order.Step("decode", FUNCTION.cid())),
          STRUCTURE.cid(),
          Optional.of("rejects"));

  /** What a source writes: origins, and every record on. */
  static final Bom SOURCE =
      new Bom(
          ORDER.cid(),
          new Inputs(
              List.of(),
              List.of(),
              List.of(
                  new Origin.File("week.geojson", raw("week"), 0, 2),
                  new Origin.Kafka("quakes", 3, 41, 41, 1)),
              List.of()),
          new Lineage.Same(),
          invoice(),
          Optional.empty());

  /** Three outputs of windows over five inputs of two lots. */
  static final Bom BOM =
      new Bom(
          ORDER.cid(),
          new Inputs(
              List.of(SOURCE.cid(), document("another")),
              List.of(new Run(0, 0, 3), new Run(1, 7, 2)),
              List.of(),
              List.of()),
          new Lineage.Edges(
              List.of(
                  List.of(new Range(0, 2)),
                  List.of(new Range(1, 1), new Range(3, 2)),
                  List.of(new Range(2, 1)))),
          invoice(),
          Optional.of(raw("seed")));

  static final Page PAGE =
      new Page(
          List.of(SOURCE.cid()),
          List.of(new Run(0, 0, 3)),
          List.of(new Origin.File("week.geojson", raw("week"), 0, 2)));

  static final Manifest MANIFEST =
      Manifest.signed(
          KEY,
          "usgs-seismology",
          "2f1e",
          7,
          Optional.of(document("previous")),
          List.of(SOURCE.cid(), BOM.cid()),
          List.of(document("page")),
          List.of(raw("job.jar")),
          2,
          1_767_225_600_000L);

  private Samples() {}

  static Map<String, Document> documents() {
    Map<String, Document> documents = new LinkedHashMap<>();
    documents.put("bom", BOM);
    documents.put("source", SOURCE);
    documents.put("order", ORDER);
    documents.put("function", FUNCTION);
    documents.put("structure", STRUCTURE);
    documents.put("manifest", MANIFEST);
    documents.put("page", PAGE);
    return documents;
  }

  static Cid document(String seed) {
    return Cid.sha256(Cid.DAG_CBOR, Bytes.utf8(seed));
  }

  static Cid raw(String seed) {
    return Cid.sha256(Cid.RAW, Bytes.utf8(seed));
  }

  static Invoice invoice() {
    return new Invoice(LOT.cid(), 3, LOT.bytes().size());
  }

  static Invoice invoice(int records) {
    return new Invoice(raw("lot"), records, 100);
  }

  static GenericData.Record quake(String id, Double magnitude) {
    GenericData.Record quake = new GenericData.Record(SCHEMA);
    quake.put("id", id);
    quake.put("mag", magnitude);
    return quake;
  }

  static Block lot(GenericData.Record... records) {
    return lot(SCHEMA, List.of(records));
  }

  static Block lot(Schema schema, List<?> records) {
    Bytes data = encode(schema, records);
    return Block.of(Cid.RAW, LotFormat.of(schema).lot(records.size(), data));
  }

  static Bytes encode(Schema schema, List<?> records) {
    try {
      ByteArrayOutputStream data = new ByteArrayOutputStream();
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(data, null);
      GenericDatumWriter<Object> writer = new GenericDatumWriter<>(schema);
      for (Object item : records) {
        writer.write(item, encoder);
      }
      encoder.flush();
      return Bytes.wrap(data.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
