package dev.cats.transfer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cats.bom.LotReader;
import dev.cats.content.Cid;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;

/**
 * Records of lots, one lot after the other, as a file that other tools read.
 *
 * <p>As JSON lines, a record is the line that {@link LotReader#json} has. As CSV (RFC 4180, with
 * line feeds), the columns are the fields of the record; text is as it is, {@code null} is an empty
 * cell and empty text a quoted one, and what is nested is JSON. As Avro, it is an object container
 * file with the lots' schema. The last two want all lots to be of one schema.
 */
public final class RecordFile implements Closeable {

  /** In which form records are written. */
  public enum Format {
    CSV,
    JSONL,
    AVRO
  }

  private static final JsonFactory JSON = new JsonFactory();

  private final Format format;
  private final OutputStream out;
  private Schema schema;
  private Cid first;
  private DataFileWriter<Object> avro;
  private long lots;
  private long records;

  /** Writes to a stream, which is flushed and not closed. */
  public RecordFile(Format format, OutputStream out) {
    this.format = format;
    this.out = out;
  }

  /**
   * Adds the records of a lot.
   *
   * @throws IOException if the lot is of another schema than those before, where that matters
   */
  public void add(Cid cid, LotReader lot) throws IOException {
    if (schema == null) {
      first = cid;
      schema = lot.schema();
      begin(lot);
    } else if (format != Format.JSONL && !schema.equals(lot.schema())) {
      throw new IOException(
          "Cannot write one %s file of lots %s and %s: their schemas differ. Write them as jsonl, or fewer at a time"
              .formatted(format.name().toLowerCase(Locale.ROOT), first, cid));
    }
    for (int i = 0; i < lot.records(); i++) {
      switch (format) {
        case JSONL -> text(lot.json(i));
        case CSV -> text(row(lot.json(i), schema.getType() == Schema.Type.RECORD));
        case AVRO -> avro.appendEncoded(lot.encoded(i).asByteBuffer());
      }
    }
    lots++;
    records += lot.records();
  }

  public long lots() {
    return lots;
  }

  public long records() {
    return records;
  }

  @Override
  public void close() throws IOException {
    if (avro != null) {
      avro.flush();
    }
    out.flush();
  }

  private void begin(LotReader lot) throws IOException {
    if (format == Format.CSV) {
      List<String> names =
          schema.getType() == Schema.Type.RECORD
              ? schema.getFields().stream().map(Schema.Field::name).toList()
              : List.of("value");
      text(names.stream().map(RecordFile::cell).collect(Collectors.joining(",")));
    } else if (format == Format.AVRO) {
      avro = new DataFileWriter<>(new GenericDatumWriter<>(schema));
      // The lot's marker, so that equal records give equal files.
      avro.create(schema, out, lot.sync().toArray());
    }
  }

  private void text(String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static String row(String json, boolean isRecord) throws IOException {
    List<String> cells = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      if (isRecord) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          parser.nextToken();
          cells.add(cell(parser));
        }
      } else {
        cells.add(cell(parser));
      }
    }
    return String.join(",", cells);
  }

  private static String cell(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_NULL -> "";
      case VALUE_STRING -> parser.getText().isEmpty() ? "\"\"" : cell(parser.getText());
      case START_OBJECT, START_ARRAY -> {
        StringWriter nested = new StringWriter();
        try (JsonGenerator copy = JSON.createGenerator(nested)) {
          copy.copyCurrentStructure(parser);
        }
        yield cell(nested.toString());
      }
      default -> parser.getText();
    };
  }

  private static String cell(String text) {
    boolean quoted =
        text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
            || !text.equals(text.strip());
    return quoted ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}
