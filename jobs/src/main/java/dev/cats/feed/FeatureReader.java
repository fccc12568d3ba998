package dev.cats.feed;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * The features of one file, or its rows, one after the other, each as the very text that stands in
 * the file. It holds one at a time, so the file may be of any size.
 *
 * <p>It can stop after any feature and another reader can go on from there: that takes {@link
 * #offset()}, the first byte not yet read, and {@link #index()}, the number of the feature that
 * comes next.
 */
public abstract sealed class FeatureReader implements Closeable
    permits CollectionReader, LineReader, RowReader {

  /** The most bytes one feature may have: more means a bracket or a quotation mark is missing. */
  static final int MAX_FEATURE = 16 << 20;

  final FeedBytes bytes;
  private long index;

  FeatureReader(FeedBytes bytes, long index) {
    this.bytes = bytes;
    this.index = index;
  }

  /** A reader from the start of a file; its name decides between a collection and lines. */
  public static FeatureReader of(String name, InputStream in) {
    return resume(Frame.ofFeatures(name), name, in, 0, 0);
  }

  /** A reader that goes on where another one stood; {@code in} starts at {@code offset}. */
  static FeatureReader resume(Frame frame, String name, InputStream in, long offset, long index) {
    return frame.reader(new FeedBytes(name, in, offset), offset, index);
  }

  /** The next feature's text, or nothing at the end of a whole file. */
  public final Optional<String> next() throws IOException {
    Optional<String> feature = read();
    if (feature.isPresent()) {
      index++;
    }
    return feature;
  }

  /** What stands before the first record, and is none. */
  Optional<String> header() {
    return Optional.empty();
  }

  /** Reads the feature number {@link #index()}. */
  abstract Optional<String> read() throws IOException;

  /** The number of the feature that comes next, from 0. */
  public final long index() {
    return index;
  }

  /** The number of bytes of the file that have been read. */
  final long offset() {
    return bytes.offset();
  }

  @Override
  public final void close() throws IOException {
    bytes.close();
  }
}
