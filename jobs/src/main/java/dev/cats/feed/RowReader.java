package dev.cats.feed;

import java.io.IOException;
import java.util.Optional;

/**
 * Rows of CSV, each a line as it stands in the file, behind a line that names the columns and is no
 * record. Blank lines are no rows and are not counted. A cell with a line end in it makes rows that
 * have too few cells, which is for whoever decodes them to say.
 */
final class RowReader extends FeatureReader {
  private Optional<String> header = Optional.empty();

  RowReader(FeedBytes bytes, long index) {
    super(bytes, index);
  }

  @Override
  Optional<String> read() throws IOException {
    if (bytes.offset() == 0) {
      bytes.skipByteOrderMark();
      header = line();
      if (header.isEmpty()) {
        throw bytes.cannot("it is empty. Expected a line that names the columns, and rows");
      }
    }
    return line();
  }

  /** The line that names the columns, of a file that was read from its start. */
  @Override
  Optional<String> header() {
    return header;
  }

  private Optional<String> line() throws IOException {
    while (bytes.peek() != FeedBytes.END) {
      String line = bytes.line();
      if (!line.isBlank()) {
        return Optional.of(line);
      }
    }
    return Optional.empty();
  }
}
