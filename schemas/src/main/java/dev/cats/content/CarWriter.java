package dev.cats.content;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Writes a content-addressable archive, version 1: a header that names roots, then one section per
 * block.
 *
 * <pre>
 * car     = varint(size of header)  header   *section
 * header  = dag-cbor {"roots": [link …], "version": 1}
 * section = varint(size of CID + size of block)  CID  block
 * </pre>
 *
 * <p>It writes what it is given, in that order, and buffers nothing: a small write for the frame
 * and one for the block, so that a large block goes from the caller's array to the stream without a
 * copy. Small blocks want a buffered stream underneath.
 */
public final class CarWriter implements Closeable {
  private final OutputStream out;
  private byte[] frame = new byte[Varint.MAX_SIZE + 64];
  private long position;

  /**
   * Writes the header at once. A segment of blocks that nothing in particular leads to has no
   * roots.
   */
  public CarWriter(OutputStream out, List<Cid> roots) throws IOException {
    this.out = out;
    byte[] header = header(roots);
    out.write(header);
    position = header.length;
  }

  /**
   * Appends a block whose CID the caller knows to be right; it is not hashed again.
   *
   * @return where the block's own bytes begin, counted from the start of the archive
   */
  public long append(Cid cid, byte[] buffer, int offset, int length) throws IOException {
    if (length > Block.MAX_SIZE) {
      throw new IllegalArgumentException(
          "Cannot append block %s: it has %d bytes, the limit is %d"
              .formatted(cid, length, Block.MAX_SIZE));
    }
    int framed = frame(cid, length);
    out.write(frame, 0, framed);
    out.write(buffer, offset, length);
    long data = position + framed;
    position = data + length;
    return data;
  }

  /** Appends a block; the result is that of the other {@code append}. */
  public long append(Block block) throws IOException {
    Bytes bytes = block.bytes();
    return append(block.cid(), bytes.array(), bytes.offset(), bytes.size());
  }

  /** Bytes written so far. */
  public long position() {
    return position;
  }

  /** Hands everything written so far on to where the stream leads. */
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /**
   * What stands in front of a block in an archive: for those who look up a block in the middle of
   * one.
   */
  public static Bytes frameOf(Cid cid, int length) {
    Bytes name = cid.bytes();
    long section = name.size() + (long) length;
    byte[] frame = new byte[Varint.size(section) + name.size()];
    name.copyTo(0, frame, Varint.write(section, frame, 0), name.size());
    return Bytes.wrap(frame);
  }

  private int frame(Cid cid, int length) {
    Bytes name = cid.bytes();
    if (frame.length < Varint.MAX_SIZE + name.size()) {
      frame = new byte[Varint.MAX_SIZE + name.size()];
    }
    int at = Varint.write(name.size() + (long) length, frame, 0);
    name.copyTo(0, frame, at, name.size());
    return at + name.size();
  }

  private static byte[] header(List<Cid> roots) {
    Bytes header =
        DagCbor.encode(
            Node.map()
                .put("roots", Node.list(roots.stream().map(Node::link).toList()))
                .put("version", Node.of(1))
                .build());
    byte[] framed = new byte[Varint.size(header.size()) + header.size()];
    header.copyTo(0, framed, Varint.write(header.size(), framed, 0), header.size());
    return framed;
  }
}
