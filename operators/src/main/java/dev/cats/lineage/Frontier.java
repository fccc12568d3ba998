package dev.cats.lineage;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * What a walk has yet to visit, last in, first out, in bounded memory: the upper part of the stack
 * is in memory, and what lies deep is in a temporary file, in pages that come back when the walk
 * does.
 */
final class Frontier implements Closeable {
  private static final int PAGE = 16_384;

  private final int page;
  private final ArrayDeque<Visit> top = new ArrayDeque<>();

  /** Where each page in the file begins. */
  private final ArrayDeque<Long> pages = new ArrayDeque<>();

  private FileChannel file;
  private long end;

  Frontier() {
    this(PAGE);
  }

  /**
   * @param page how many visits go to the file at once; twice as many are in memory at most
   */
  Frontier(int page) {
    this.page = page;
  }

  void push(Visit visit) throws IOException {
    top.push(visit);
    if (top.size() > 2 * page) {
      spill();
    }
  }

  Optional<Visit> pop() throws IOException {
    if (top.isEmpty() && !pages.isEmpty()) {
      restore();
    }
    return Optional.ofNullable(top.poll());
  }

  boolean isEmpty() {
    return top.isEmpty() && pages.isEmpty();
  }

  /** Removes the temporary file, if there is one. */
  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }

  private void spill() throws IOException {
    if (file == null) {
      Path path = Files.createTempFile("cats-frontier", ".stack");
      file =
          FileChannel.open(
              path,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(page * 80);
    DataOutputStream out = new DataOutputStream(bytes);
    for (int i = 0; i < page; i++) {
      write(out, top.pollLast());
    }
    ByteBuffer all = ByteBuffer.wrap(bytes.toByteArray());
    pages.push(end);
    while (all.hasRemaining()) {
      end += file.write(all, end);
    }
  }

  private void restore() throws IOException {
    long start = pages.pop();
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(end - start));
    while (bytes.hasRemaining() && file.read(bytes, start + bytes.position()) > 0) {}
    file.truncate(start);
    end = start;
    DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(bytes.array(), 0, bytes.position()));
    for (int i = 0; i < page; i++) {
      top.push(read(in)); // the deepest was written first
    }
  }

  private static void write(DataOutputStream out, Visit visit) throws IOException {
    out.writeByte(visit.role().ordinal());
    write(out, visit.cid().bytes());
    write(out, visit.by().map(Cid::bytes).orElse(Bytes.EMPTY));
  }

  private static void write(DataOutputStream out, Bytes bytes) throws IOException {
    out.writeShort(bytes.size());
    bytes.writeTo(out);
  }

  private static Visit read(DataInputStream in) throws IOException {
    Visit.Role role = Visit.Role.values()[in.readByte()];
    try {
      Cid cid = Cid.decode(Bytes.wrap(in.readNBytes(in.readUnsignedShort())));
      Bytes by = Bytes.wrap(in.readNBytes(in.readUnsignedShort()));
      return new Visit(cid, role, by.isEmpty() ? Optional.empty() : Optional.of(Cid.decode(by)));
    } catch (DecodeException e) {
      throw new UncheckedIOException(
          new IOException("Cannot read the temporary file of a walk: " + e.getMessage(), e));
    }
  }
}
