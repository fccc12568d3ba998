package dev.cats.feed;

import java.util.Locale;

/** How the records of a feed file lie in it. */
enum Frame {
  /** The elements of one GeoJSON FeatureCollection. */
  COLLECTION,
  /** Each a line. */
  LINES,
  /** Each a line, behind one that names the columns. */
  ROWS;

  /** Of the USGS feed: its name decides. */
  static Frame ofFeatures(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".geojsonl") || lower.endsWith(".ndjson") || lower.endsWith(".jsonl")
        ? LINES
        : COLLECTION;
  }

  /**
   * A reader of the record number {@code index}.
   *
   * @param offset where {@code bytes} start in the file
   */
  FeatureReader reader(FeedBytes bytes, long offset, long index) {
    return switch (this) {
      case COLLECTION -> new CollectionReader(bytes, index, offset > 0);
      case LINES -> new LineReader(bytes, index);
      case ROWS -> new RowReader(bytes, index);
    };
  }
}
