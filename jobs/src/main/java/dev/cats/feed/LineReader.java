package dev.cats.feed;

import java.io.IOException;
import java.util.Optional;

/**
 * Features one per line ({@code .geojsonl}, {@code .ndjson}, {@code .jsonl}). A line is passed on
 * without its line end whatever it holds, so a broken or cut-off line is one record to reject and
 * its neighbours are whole. Blank lines are no features and are not counted.
 */
final class LineReader extends FeatureReader {

  LineReader(FeedBytes bytes, long index) {
    super(bytes, index);
  }

  @Override
  Optional<String> read() throws IOException {
    bytes.skipByteOrderMark();
    if (bytes.offset() == 0 && bytes.peek() == FeedBytes.END) {
      throw bytes.cannot("it is empty. Expected a GeoJSON feature per line");
    }
    while (bytes.peek() != FeedBytes.END) {
      String line = bytes.line();
      if (!line.isBlank()) {
        return Optional.of(line);
      }
    }
    return Optional.empty();
  }
}
