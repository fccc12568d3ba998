package dev.cats.bom;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.cats.content.Bytes;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;

/** Records of lots as JSON for people and programs. */
final class LotJson {
  private static final JsonFactory JSON = new JsonFactory();

  private LotJson() {}

  static String line(Schema schema, Object value) {
    StringWriter line = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(line)) {
      write(json, schema, value);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write JSON", e);
    }
    return line.toString();
  }

  /** Bytes that should have been text, for a message. */
  static String quoted(Bytes bytes) {
    String text = new String(bytes.toArray(), StandardCharsets.UTF_8);
    return Check.quoted(text.replaceAll("\\p{Cntrl}", "\uFFFD"));
  }

  private static void write(JsonGenerator json, Schema schema, Object value) throws IOException {
    switch (schema.getType()) {
      case NULL -> json.writeNull();
      case BOOLEAN -> json.writeBoolean((Boolean) value);
      case INT -> json.writeNumber((Integer) value);
      case LONG -> json.writeNumber((Long) value);
      case FLOAT -> {
        float number = (Float) value;
        if (Float.isFinite(number)) {
          json.writeNumber(number);
        } else {
          json.writeString(Float.toString(number));
        }
      }
      case DOUBLE -> {
        double number = (Double) value;
        if (Double.isFinite(number)) {
          json.writeNumber(number);
        } else {
          json.writeString(Double.toString(number));
        }
      }
      case BYTES -> {
        ByteBuffer bytes = ((ByteBuffer) value).duplicate();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        bytes(json, copy);
      }
      case FIXED -> bytes(json, ((GenericFixed) value).bytes());
      case STRING, ENUM -> json.writeString(value.toString());
      case UNION ->
          write(json, schema.getTypes().get(GenericData.get().resolveUnion(schema, value)), value);
      case RECORD -> {
        json.writeStartObject();
        for (Schema.Field field : schema.getFields()) {
          json.writeFieldName(field.name());
          write(json, field.schema(), ((IndexedRecord) value).get(field.pos()));
        }
        json.writeEndObject();
      }
      case ARRAY -> {
        json.writeStartArray();
        for (Object item : (Collection<?>) value) {
          write(json, schema.getElementType(), item);
        }
        json.writeEndArray();
      }
      case MAP -> {
        Map<String, Object> ordered = new TreeMap<>();
        ((Map<?, ?>) value).forEach((key, item) -> ordered.put(key.toString(), item));
        json.writeStartObject();
        for (Map.Entry<String, Object> entry : ordered.entrySet()) {
          json.writeFieldName(entry.getKey());
          write(json, schema.getValueType(), entry.getValue());
        }
        json.writeEndObject();
      }
    }
  }

  private static void bytes(JsonGenerator json, byte[] bytes) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("/");
    json.writeStringField("bytes", Base64.getEncoder().withoutPadding().encodeToString(bytes));
    json.writeEndObject();
    json.writeEndObject();
  }
}
