package dev.cats.feed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A JSON object per line. Blank lines are none. */
final class JsonLines implements EventFile {
  private final Lines lines;
  private final EventMaker maker;

  JsonLines(Lines lines, EventMaker maker) {
    this.lines = lines;
    this.maker = maker;
  }

  @Override
  public Optional<Entry> next() throws IOException {
    Optional<Lines.Line> line = lines.next();
    while (line.isPresent() && isBlank(line.get().bytes())) {
      line = lines.next();
    }
    return line.map(this::entry);
  }

  private static boolean isBlank(byte[] bytes) {
    for (byte each : bytes) {
      if (each != ' ' && each != '\t' && each != '\r') {
        return false;
      }
    }
    return true;
  }

  private Entry entry(Lines.Line line) {
    String place = "line " + line.number();
    ByteBuffer data = ByteBuffer.wrap(line.bytes());
    try {
      String text = Utf8Text.of(line.bytes());
      return maker.entry(place, JsonFields.of(text, maker.fields()), data);
    } catch (Malformed e) {
      return maker.malformed(place, e, data);
    }
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
