package dev.cats.feed;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A feed file's bytes, one at a time with one to look ahead, and the text of a run of them.
 *
 * <p>Bytes are enough to find where a JSON value ends: in UTF-8 no byte of a longer character is
 * below 0x80, so a byte that looks like a bracket is one.
 */
final class FeedBytes implements Closeable {
  static final int END = -1;

  private final String name;
  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int filled;
  private long base; // of buffer[0] in the file

  private byte[] run = new byte[1 << 10];
  private int runLength;
  private boolean marking;
  private long runStart;

  FeedBytes(String name, InputStream in, long offset) {
    this.name = name;
    this.in = in;
    this.base = offset;
  }

  /** The next byte, which stays the next, or {@link #END}. */
  int peek() throws IOException {
    if (at == filled) {
      base += filled;
      at = 0;
      filled = in.readNBytes(buffer, 0, buffer.length);
      if (filled == 0) {
        return END;
      }
    }
    return buffer[at] & 0xff;
  }

  /** Goes past the byte that was peeked at. */
  void skip() throws InputException {
    if (marking) {
      if (runLength == FeatureReader.MAX_FEATURE) {
        throw cannot(
            "what starts at byte "
                + runStart
                + " is longer than "
                + (FeatureReader.MAX_FEATURE >> 20)
                + " MiB, which no feature is. Look for a missing bracket, quotation mark or line end"
                + " there");
      }
      if (runLength == run.length) {
        run = Arrays.copyOf(run, Math.min(2 * runLength, FeatureReader.MAX_FEATURE));
      }
      run[runLength++] = buffer[at];
    }
    at++;
  }

  int next() throws IOException {
    int b = peek();
    if (b != END) {
      skip();
    }
    return b;
  }

  /** Goes past UTF-8's byte order mark, where the file starts with one. */
  void skipByteOrderMark() throws IOException {
    if (offset() == 0
        && peek() == 0xef
        && filled >= 3
        && (buffer[1] & 0xff) == 0xbb
        && (buffer[2] & 0xff) == 0xbf) {
      at = 3;
    }
  }

  /** Starts to keep what is read. */
  void mark() {
    marking = true;
    runLength = 0;
    runStart = offset();
  }

  /** Where the kept bytes start in the file. */
  long runStart() {
    return runStart;
  }

  /** The text up to a line end, which is gone past. */
  String line() throws IOException {
    mark();
    for (int b = peek(); b != '\n' && b != END; b = peek()) {
      skip();
    }
    if (runLength > 0 && run[runLength - 1] == '\r') {
      runLength--;
    }
    String line = text();
    next();
    return line;
  }

  /** The text that was kept. */
  String text() throws InputException {
    marking = false;
    ByteBuffer kept = ByteBuffer.wrap(run, 0, runLength);
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(kept)
          .toString();
    } catch (CharacterCodingException e) {
      long bad = runStart + kept.position();
      throw cannot(
          "byte "
              + bad
              + " is not UTF-8 (0x"
              + Integer.toHexString(run[kept.position()] & 0xff)
              + "). Convert the file first, for example with iconv -f latin1 -t utf-8");
    } finally {
      if (run.length > 1 << 20) {
        run = new byte[1 << 10];
      }
    }
  }

  /** The number of bytes of the file that were read. */
  long offset() {
    return base + at;
  }

  InputException cannot(String why) {
    return new InputException("Cannot read feed " + name + ": " + why);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
