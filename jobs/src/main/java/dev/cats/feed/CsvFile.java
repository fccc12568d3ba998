package dev.cats.feed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file of CSV whose first row names the columns. Each row after it is a JSON object with the
 * cells as text; one that cannot be read is its own text.
 */
final class CsvFile implements EventFile {
  /** The most bytes a row may have before a quotation mark is said to be missing. */
  private static final int LONGEST_ROW = 1 << 20;

  private static final JsonFactory JSON = new JsonFactory();

  private final Path path;
  private final Lines lines;
  private final EventMaker maker;
  private List<String> columns = List.of();

  CsvFile(Path path, Lines lines, EventMaker maker) {
    this.path = path;
    this.lines = lines;
    this.maker = maker;
  }

  @Override
  public Optional<Entry> next() throws IOException {
    while (true) {
      Optional<Lines.Line> line = lines.next();
      if (line.isEmpty()) {
        return Optional.empty();
      }
      if (line.get().number() == 1) { // of this file, or of the one that took its place
        columns = header(line.get());
      } else if (line.get().bytes().length > 0) {
        return Optional.of(row(line.get()));
      }
    }
  }

  private List<String> header(Lines.Line line) throws IOException {
    List<String> cells;
    try {
      cells = CsvRow.cells(Utf8Text.of(line.bytes()));
    } catch (Malformed e) {
      throw new IOException(
          "Cannot read %s: its first line does not name columns: %s"
              .formatted(path, e.getMessage()),
          e);
    }
    if (cells.contains("") || new HashSet<>(cells).size() < cells.size()) {
      throw new IOException(
          "Cannot read %s: expected its first line to name each column once, found %s"
              .formatted(path, cells));
    }
    return cells;
  }

  private Entry row(Lines.Line first) throws IOException {
    String place = "line " + first.number();
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    raw.writeBytes(first.bytes());
    try {
      CsvRow row = new CsvRow();
      boolean ended = row.add(Utf8Text.of(first.bytes()));
      while (!ended) {
        Optional<Lines.Line> more = raw.size() < LONGEST_ROW ? lines.next() : Optional.empty();
        if (more.isEmpty()) {
          throw new Malformed("a quotation mark is not closed");
        }
        raw.write('\n');
        raw.writeBytes(more.get().bytes());
        ended = row.add(Utf8Text.of(more.get().bytes()));
      }
      if (row.cells().size() != columns.size()) {
        throw new Malformed(
            "expected %d cells, found %d".formatted(columns.size(), row.cells().size()));
      }
      Map<String, String> cells = new LinkedHashMap<>();
      for (int i = 0; i < columns.size(); i++) {
        cells.put(columns.get(i), row.cells().get(i));
      }
      return maker.entry(place, cells, json(cells));
    } catch (Malformed e) {
      return maker.malformed(place, e, ByteBuffer.wrap(raw.toByteArray()));
    }
  }

  private static ByteBuffer json(Map<String, String> cells) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      for (Map.Entry<String, String> cell : cells.entrySet()) {
        json.writeStringField(cell.getKey(), cell.getValue());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write JSON", e);
    }
    return ByteBuffer.wrap(bytes.toByteArray());
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
