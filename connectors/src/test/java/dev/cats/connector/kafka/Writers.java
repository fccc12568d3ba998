package dev.cats.connector.kafka;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Services that write events with schemas of their own. */
final class Writers {
  /** A version before there were data products, extensions, traces and references to data. */
  static final Schema OLDER = record("id", "source", "type", "subject", "time", "data");

  /** A version after ours, with two fields more and those of ours in another order. */
  static final Schema NEWER = newer();

  /** An event of somebody else, in which the id is a number. */
  static final Schema OTHERS =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"DataInitiativeEvent","namespace":"dev.cats.event","fields":[
                {"name":"id","type":"long"},
                {"name":"source","type":"string"},
                {"name":"type","type":"string"}]}
              """);

  private Writers() {}

  static Schema record(String... fields) {
    List<Schema.Field> some = new ArrayList<>();
    for (String each : fields) {
      some.add(new Schema.Field(EventCodec.plainSchema().getField(each), schemaOf(each)));
    }
    return Schema.createRecord("DataInitiativeEvent", null, "dev.cats.event", false, some);
  }

  private static Schema schemaOf(String field) {
    return EventCodec.plainSchema().getField(field).schema();
  }

  private static Schema newer() {
    List<Schema.Field> all = new ArrayList<>();
    Schema numbers = Schema.createArray(Schema.create(Schema.Type.LONG));
    all.add(new Schema.Field("lineage", numbers, null, List.of()));
    List<Schema.Field> ours = EventCodec.plainSchema().getFields();
    for (int i = ours.size() - 1; i >= 0; i--) {
      all.add(new Schema.Field(ours.get(i), ours.get(i).schema()));
    }
    all.add(new Schema.Field("priority", Schema.create(Schema.Type.INT), null, 0));
    return Schema.createRecord("DataInitiativeEvent", null, "dev.cats.event", false, all);
  }

  static String fingerprint(Schema schema) {
    return "%016x".formatted(SchemaNormalization.parsingFingerprint64(schema));
  }

  static GenericRecordBuilder event(Schema schema) {
    return new GenericRecordBuilder(schema);
  }

  static byte[] singleObject(GenericRecord event) throws IOException {
    return encoded(
        ByteBuffer.allocate(10)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) 0xc3)
            .put((byte) 1)
            .putLong(SchemaNormalization.parsingFingerprint64(event.getSchema()))
            .array(),
        event);
  }

  static byte[] confluent(int id, GenericRecord event) throws IOException {
    return encoded(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array(), event);
  }

  private static byte[] encoded(byte[] header, GenericRecord event) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(header);
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(event.getSchema()).write(event, encoder);
    encoder.flush();
    return out.toByteArray();
  }
}
