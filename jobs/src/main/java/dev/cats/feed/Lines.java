package dev.cats.feed;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The lines of a file, with those that are appended to it where it is followed: also when it is
 * renamed and another takes its name (then the old one is read to its end first), and when it is
 * emptied and written anew. A line is complete when its line end is there, except for the last one
 * of a file that does not grow.
 */
final class Lines implements Closeable {
  private static final int LONGEST = 16 << 20;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final Path path;
  private final boolean follow;
  private final BooleanSupplier over;

  private FileChannel file;
  private Object key; // what tells the file from another of its name
  private boolean replaced;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).flip();
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
  private long number;

  /** A line without its end, and its number from 1. */
  record Line(long number, byte[] bytes) {}

  /**
   * @param follow whether to wait for more at the end of the file
   * @param over whether to stop waiting
   */
  Lines(Path path, boolean follow, BooleanSupplier over) throws IOException {
    this.path = path;
    this.follow = follow;
    this.over = over;
    open();
  }

  /** Opens the file that has the name now. */
  private void open() throws IOException {
    Object before = fileKey();
    FileChannel opened = FileChannel.open(path);
    for (Object after = fileKey(); !Objects.equals(before, after); after = fileKey()) {
      opened.close(); // it was replaced between the two
      before = after;
      opened = FileChannel.open(path);
    }
    if (file != null) {
      file.close();
    }
    file = opened;
    key = before;
    number = 0;
  }

  private Object fileKey() throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** The next line; nothing at the end. */
  Optional<Line> next() throws IOException {
    while (true) {
      if (buffer.hasRemaining()) {
        if (take()) {
          return Optional.of(line());
        }
        continue;
      }
      buffer.clear();
      int read = file.read(buffer);
      buffer.flip();
      if (read > 0) {
        continue;
      }
      if (!follow) {
        return begun.size() > 0 ? Optional.of(line()) : Optional.empty();
      }
      if (over.getAsBoolean()) {
        return Optional.empty(); // what is begun is not known to be a line
      }
      if (file.size() < file.position()) {
        file.position(0);
        Optional<Line> last = last();
        number = 0;
        if (last.isPresent()) {
          return last;
        }
      } else if (replaced) {
        replaced = false;
        Optional<Line> last = last();
        try {
          open();
        } catch (NoSuchFileException e) { // gone again; the old one is at its end all the same
          LockSupport.parkNanos(LOOK_NANOS);
        }
        if (last.isPresent()) {
          return last;
        }
      } else if (isReplaced()) {
        replaced = true; // and read once more, for what came between
      } else {
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
  }

  private Optional<Line> last() {
    return begun.size() > 0 ? Optional.of(line()) : Optional.empty();
  }

  /** Takes what belongs to the line that has begun; true at its end. */
  private boolean take() throws IOException {
    byte[] bytes = buffer.array();
    int from = buffer.position();
    int at = from;
    while (at < buffer.limit() && bytes[at] != '\n') {
      at++;
    }
    begun.write(bytes, from, at - from);
    if (begun.size() > LONGEST) {
      throw new IOException(
          "Cannot read %s: line %d is longer than %d MiB. Is it a file of lines?"
              .formatted(path, number + 1, LONGEST >> 20));
    }
    boolean end = at < buffer.limit();
    buffer.position(end ? at + 1 : at);
    return end;
  }

  private Line line() {
    number++;
    byte[] bytes = begun.toByteArray();
    begun.reset();
    int from = number == 1 && startsWithMark(bytes) ? BYTE_ORDER_MARK.length : 0;
    int to =
        bytes.length > from && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
    return new Line(number, Arrays.copyOfRange(bytes, from, to));
  }

  private static boolean startsWithMark(byte[] bytes) {
    return bytes.length >= 3 && Arrays.equals(bytes, 0, 3, BYTE_ORDER_MARK, 0, 3);
  }

  private boolean isReplaced() throws IOException {
    try {
      return !Objects.equals(fileKey(), key);
    } catch (NoSuchFileException e) { // renamed, and the next is not there yet
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
