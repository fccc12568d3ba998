package dev.cats.connector.kafka;

import dev.cats.event.DataInitiativeEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.Encoder;

/**
 * The Avro binary form of an event of our own schema, field by field: a source decodes 150,000 a
 * second, and Avro's reader, which looks up each field's type, default and conversion, takes
 * several times as long. A test holds this class to the schema and to Avro's reader and writer.
 */
final class EventCodec {
  static final Schema SCHEMA = DataInitiativeEvent.getClassSchema();
  static final long FINGERPRINT = SchemaNormalization.parsingFingerprint64(SCHEMA);

  private static final long MICROS = 1_000_000;

  // Texts that nearly every event of a topic shares are kept, not made again.
  private String specversion = "1.0";
  private String source;
  private String type;
  private String datacontenttype;
  private String dataschema;
  private String initiative;
  private String dataproduct;

  /** Our schema without what only Java makes of it. */
  static Schema plainSchema() {
    return new Schema.Parser()
        .parse(
            SCHEMA
                .toString()
                .replace("{\"type\":\"string\",\"avro.java.string\":\"String\"}", "\"string\"")
                .replace(",\"avro.java.string\":\"String\"", ""));
  }

  DataInitiativeEvent read(BoundedDecoder in) throws IOException {
    DataInitiativeEvent event = new DataInitiativeEvent();
    event.setSpecversion(specversion = in.readString(specversion));
    event.setId(in.readString());
    event.setSource(source = in.readString(source));
    event.setType(type = in.readString(type));
    event.setSubject(optional(in) ? in.readString() : null);
    event.setTime(optional(in) ? instant(in.readLong()) : null);
    if (optional(in)) {
      event.setDatacontenttype(datacontenttype = in.readString(datacontenttype));
    }
    if (optional(in)) {
      event.setDataschema(dataschema = in.readString(dataschema));
    }
    event.setDataref(optional(in) ? in.readString() : null);
    event.setInitiative(initiative = in.readString(initiative));
    if (optional(in)) {
      event.setDataproduct(dataproduct = in.readString(dataproduct));
    }
    event.setTraceparent(optional(in) ? in.readString() : null);
    event.setTracestate(optional(in) ? in.readString() : null);
    event.setExtensions(extensions(in));
    event.setData(optional(in) ? in.readBytes(null) : null);
    return event;
  }

  private static boolean optional(BoundedDecoder in) throws IOException {
    long branch = in.readLong();
    if ((branch & ~1L) != 0) {
      throw in.invalid("an index into 2 union branches", branch);
    }
    return branch == 1;
  }

  private static Map<String, String> extensions(BoundedDecoder in) throws IOException {
    long count = in.readMapStart();
    if (count == 0) {
      return new HashMap<>();
    }
    Map<String, String> extensions = new TreeMap<>(); // equal events have equal bytes
    for (; count > 0; count = in.mapNext()) {
      for (long i = 0; i < count; i++) {
        extensions.put(in.readString(), in.readString());
      }
    }
    return extensions;
  }

  static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1_000L);
  }

  static void write(DataInitiativeEvent event, Encoder out) throws IOException {
    out.writeString(event.getSpecversion());
    out.writeString(event.getId());
    out.writeString(event.getSource());
    out.writeString(event.getType());
    optional(event.getSubject(), out);
    Instant time = event.getTime();
    out.writeIndex(time == null ? 0 : 1);
    if (time != null) {
      out.writeLong(
          Math.addExact(Math.multiplyExact(time.getEpochSecond(), MICROS), time.getNano() / 1_000));
    }
    optional(event.getDatacontenttype(), out);
    optional(event.getDataschema(), out);
    optional(event.getDataref(), out);
    out.writeString(event.getInitiative());
    optional(event.getDataproduct(), out);
    optional(event.getTraceparent(), out);
    optional(event.getTracestate(), out);
    extensions(event.getExtensions(), out);
    ByteBuffer data = event.getData();
    out.writeIndex(data == null ? 0 : 1);
    if (data != null) {
      out.writeBytes(data);
    }
  }

  private static void optional(String text, Encoder out) throws IOException {
    out.writeIndex(text == null ? 0 : 1);
    if (text != null) {
      out.writeString(text);
    }
  }

  private static void extensions(Map<String, String> extensions, Encoder out) throws IOException {
    out.writeMapStart();
    if (!extensions.isEmpty()) {
      out.setItemCount(extensions.size());
      for (Map.Entry<String, String> each : new TreeMap<>(extensions).entrySet()) {
        out.startItem();
        out.writeString(each.getKey());
        out.writeString(each.getValue());
      }
    }
    out.writeMapEnd();
  }
}
