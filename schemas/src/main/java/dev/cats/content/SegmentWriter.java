package dev.cats.content;

import java.io.Closeable;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Blocks on their way into a store, in the order in which they are appended.
 *
 * <p>A segment is staged until {@link #seal} has returned: its blocks are then durable, and {@link
 * BlockStore#commit} makes them visible. Closing a segment that was not sealed throws it away.
 *
 * <p>Not for use by more than one thread.
 */
public interface SegmentWriter extends Closeable {

  /**
   * What a segment may be called: it becomes a file name on systems with different ideas of those.
   */
  Pattern NAME = Pattern.compile("[a-z0-9-]{1,120}");

  String name();

  /**
   * Appends a block whose CID the caller has computed from these very bytes; they are written as
   * they are, once, and not hashed again. The buffer may be used again when this returns.
   */
  void append(Cid cid, byte[] buffer, int offset, int length) throws IOException;

  default void append(Block block) throws IOException {
    Bytes bytes = block.bytes();
    append(block.cid(), bytes.array(), bytes.offset(), bytes.size());
  }

  /** Bytes of the segment so far, with the framing around the blocks. */
  long bytes();

  /** Blocks appended so far. */
  int blocks();

  /** Ends the segment and makes it durable. Only {@link #close} may follow. */
  void seal() throws IOException;

  /** The name, if it can name a segment. */
  static String checkedName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "Invalid segment name: expected 1 to 120 of a-z, 0-9 and '-', found \"" + name + "\"");
    }
    return name;
  }
}
