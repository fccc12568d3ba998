package dev.cats.content;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a content-addressable archive, version 1, from front to back, and believes nothing: every
 * block is hashed and compared with the CID in front of it.
 *
 * <p>An archive may have no roots (segments of a store have none), and may hold a block more than
 * once. It may not be cut short, hold a section without a CID or more than {@link Block#MAX_SIZE}
 * bytes of block, or say a length in more bytes than it needs. All of that is a {@link
 * DecodeException} that names the byte at which the section begins. A block that does not match its
 * CID has a {@link HashMismatchException} as the cause, and reading may go on behind it; behind all
 * others it may not, because it is not known where the next section begins.
 */
public final class CarReader implements Closeable {
  private static final int MAX_HEADER = 1 << 20;
  private static final int MAX_CID = 1 << 10;

  private final InputStream in;
  private final List<Cid> roots;
  private long position;
  private DecodeException broken;

  /** A block and where its own bytes begin, counted from the start of the archive. */
  public record Section(Block block, long dataOffset) {}

  private CarReader(InputStream in) throws IOException, DecodeException {
    this.in = in;
    int length = length(0, "a header", MAX_HEADER);
    if (length < 0) {
      throw new DecodeException("Invalid CAR at byte 0: expected a header, found no bytes at all");
    }
    this.roots = roots(Bytes.wrap(exactly(length, 0, "the header")));
  }

  /** Reads the header. Closing the reader closes the stream. */
  public static CarReader open(InputStream in) throws IOException, DecodeException {
    return new CarReader(
        in instanceof BufferedInputStream ? in : new BufferedInputStream(in, 1 << 16));
  }

  public List<Cid> roots() {
    return roots;
  }

  /** Bytes read so far: where the next section begins, or the size of the archive at its end. */
  public long position() {
    return position;
  }

  /** The next block; empty at the end of the archive. */
  public Optional<Section> next() throws IOException, DecodeException {
    if (broken != null) {
      throw new DecodeException(broken.getMessage(), broken);
    }
    long start = position;
    byte[] section;
    Cid cid;
    try {
      int length = length(start, "a section", MAX_CID + Block.MAX_SIZE);
      if (length < 0) {
        return Optional.empty();
      }
      section = section(length, start);
      cid = cid(section, start);
    } catch (DecodeException e) {
      broken = e;
      throw e;
    }
    int size = cid.bytes().size();
    Bytes bytes = Bytes.wrap(section).slice(size, section.length);
    try {
      if (bytes.size() > Block.MAX_SIZE) {
        throw new DecodeException(
            at(start)
                + "expected at most %d bytes in block %s, found %d"
                    .formatted(Block.MAX_SIZE, cid, bytes.size()));
      }
      return Optional.of(new Section(Block.check(cid, bytes), position - bytes.size()));
    } catch (HashMismatchException e) {
      throw new DecodeException(
          at(start) + "expected block " + e.expected() + ", found bytes of " + e.found(), e);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private static Cid cid(byte[] section, long start) throws DecodeException {
    try {
      return Cid.prefix(section, 0, section.length);
    } catch (DecodeException e) {
      throw new DecodeException(at(start) + "no CID in front of the block: " + e.getMessage(), e);
    }
  }

  /** The length in front of a part, or -1 at the end of the stream. */
  private int length(long start, String part, int limit) throws IOException, DecodeException {
    byte[] varint = new byte[Varint.MAX_SIZE];
    int count = 0;
    int read;
    do {
      read = in.read();
      if (read < 0) {
        if (count == 0) {
          return -1;
        }
        throw new DecodeException(
            at(start) + "expected the length of " + part + ", found the end of the file");
      }
      position++;
      varint[count++] = (byte) read;
    } while (read > 0x7f && count < varint.length);
    long length;
    try {
      length = Varint.read(varint, 0, count);
    } catch (DecodeException e) {
      throw new DecodeException(at(start) + e.getMessage(), e);
    }
    if (length == 0 || length > limit) {
      throw new DecodeException(
          at(start) + "expected " + part + " of 1 to " + limit + " bytes, found one of " + length);
    }
    return (int) length;
  }

  private byte[] section(int length, long start) throws IOException, DecodeException {
    byte[] bytes = in.readNBytes(length);
    position += bytes.length;
    if (bytes.length < length) {
      String part;
      try {
        part = "the section of block " + Cid.prefix(bytes, 0, bytes.length);
      } catch (DecodeException cutInTheCid) {
        part = "the section";
      }
      throw cutShort(start, length, part, bytes.length);
    }
    return bytes;
  }

  private byte[] exactly(int length, long start, String part) throws IOException, DecodeException {
    byte[] bytes = in.readNBytes(length);
    position += bytes.length;
    if (bytes.length < length) {
      throw cutShort(start, length, part, bytes.length);
    }
    return bytes;
  }

  private static DecodeException cutShort(long start, int expected, String part, int found) {
    return new DecodeException(
        at(start)
            + "expected %d bytes of %s, found %d and the end of the file"
                .formatted(expected, part, found));
  }

  private static List<Cid> roots(Bytes header) throws DecodeException {
    Node node;
    try {
      node = DagCbor.decode(header);
    } catch (DecodeException e) {
      throw new DecodeException(at(0) + "the header is not dag-cbor: " + e.getMessage(), e);
    }
    if (!(node instanceof Node.Map map)
        || !(map.entries().get("version") instanceof Node.Int version)) {
      throw new DecodeException(
          at(0)
              + "expected a header with \"roots\" and \"version\", found "
              + DagJson.encode(node));
    }
    if (version.value() != 1) {
      throw new DecodeException(at(0) + "expected CAR version 1, found version " + version.value());
    }
    if (map.entries().size() != 2 || !(map.entries().get("roots") instanceof Node.List list)) {
      throw new DecodeException(
          at(0)
              + "expected a header with \"roots\" and \"version\", found "
              + DagJson.encode(node));
    }
    List<Cid> roots = new ArrayList<>();
    for (Node item : list.items()) {
      if (!(item instanceof Node.Link link)) {
        throw new DecodeException(at(0) + "expected links as roots, found " + DagJson.encode(item));
      }
      roots.add(link.cid());
    }
    return List.copyOf(roots);
  }

  private static String at(long position) {
    return "Invalid CAR at byte " + position + ": ";
  }
}
