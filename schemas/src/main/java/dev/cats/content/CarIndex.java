package dev.cats.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Where the blocks of an archive are, sorted by CID, so that one is found without reading the
 * others.
 *
 * <p>The encoded form is searched as it is: an index of 100,000 blocks is 4.4 MB and no objects,
 * whether on the heap or mapped from its file. Numbers are big-endian:
 *
 * <pre>
 * index  = "CATSIDX" 0x01   u64 size of the archive   u32 number of groups   *group   SHA-256 of all before
 * group  = u16 size of prefix   u16 size of digests   u32 number of rows   prefix   *row
 * row    = digest   u64 where the block's bytes begin   u32 how many they are
 * </pre>
 *
 * <p>A group holds the CIDs that differ in their digest only; its prefix is the rest of the CID:
 * version, codec, hash function, digest length. Groups ascend by prefix and rows by digest, which
 * together is the order of the CIDs' bytes. It says nothing that the archive does not say: {@link
 * #of(CarReader)} makes it again.
 */
public final class CarIndex {
  /** Where in the encoded form the size of the archive is. */
  public static final int SIZE_OFFSET = 8;

  private static final long MAGIC = 0x4341545349445801L;
  private static final int HEADER = 8 + 8 + 4;
  private static final int GROUP_HEADER = 2 + 2 + 4;
  private static final int LOCATION = 8 + 4;
  private static final int CHECKSUM = 32;
  private static final Comparator<Entry> ORDER =
      Comparator.comparing(Entry::cid).thenComparing(Entry::offset);

  private final ByteBuffer data;
  private final long archiveSize;
  private final List<Group> groups;
  private final int size;

  /**
   * A block of an archive: its own bytes, without the frame, are {@code length} many from {@code
   * offset}.
   */
  public record Entry(Cid cid, long offset, int length) {
    public Entry {
      if (offset < 0 || length < 0 || length > Block.MAX_SIZE) {
        throw new IllegalArgumentException(
            "Invalid index entry of " + cid + ": " + length + " bytes at " + offset);
      }
    }
  }

  /** {@code rows} is where they begin. */
  private record Group(Bytes prefix, int digestSize, int count, int rows) {
    int row(int index) {
      return rows + index * (digestSize + LOCATION);
    }
  }

  private CarIndex(ByteBuffer data) throws DecodeException {
    this.data = data;
    this.archiveSize = data.getLong(SIZE_OFFSET);
    this.groups = groups(data);
    this.size = groups.stream().mapToInt(Group::count).sum();
  }

  /**
   * The index of these blocks; of one that is there twice, the first place.
   *
   * @param archiveSize of the whole archive, so that one that was cut short is noticed without
   *     reading it
   */
  public static CarIndex of(Collection<Entry> entries, long archiveSize) {
    List<Entry> sorted = new ArrayList<>(entries);
    sorted.sort(ORDER);
    List<List<Entry>> groups = new ArrayList<>();
    Entry previous = null;
    Bytes prefix = null;
    int size = HEADER + CHECKSUM;
    for (Entry entry : sorted) {
      if (previous != null && previous.cid().equals(entry.cid())) {
        continue;
      }
      Bytes its = prefix(entry.cid());
      if (!its.equals(prefix)) {
        prefix = its;
        groups.add(new ArrayList<>());
        size = Math.addExact(size, GROUP_HEADER + prefix.size());
      }
      groups.get(groups.size() - 1).add(entry);
      size = Math.addExact(size, entry.cid().digest().size() + LOCATION);
      previous = entry;
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    out.putLong(MAGIC).putLong(archiveSize).putInt(groups.size());
    for (List<Entry> group : groups) {
      prefix = prefix(group.get(0).cid());
      out.putShort((short) prefix.size());
      out.putShort((short) group.get(0).cid().digest().size());
      out.putInt(group.size());
      out.put(prefix.asByteBuffer());
      for (Entry entry : group) {
        out.put(entry.cid().digest().asByteBuffer()).putLong(entry.offset()).putInt(entry.length());
      }
    }
    out.put(checksum(out.duplicate().flip()));
    try {
      return new CarIndex(out.flip());
    } catch (DecodeException e) {
      throw new IllegalStateException(
          "Cannot read an index that was just made: " + e.getMessage(), e);
    }
  }

  /** Makes the index of an archive by reading all of it; every block is hashed on the way. */
  public static CarIndex of(CarReader archive) throws IOException, DecodeException {
    List<Entry> entries = new ArrayList<>();
    for (Optional<CarReader.Section> next = archive.next();
        next.isPresent();
        next = archive.next()) {
      Block block = next.get().block();
      entries.add(new Entry(block.cid(), next.get().dataOffset(), block.bytes().size()));
    }
    return of(entries, archive.position());
  }

  /** Reads an index and checks it, to the last bit, against its own checksum. */
  public static CarIndex decode(Bytes bytes) throws DecodeException {
    return decode(bytes.asByteBuffer());
  }

  /**
   * As {@link #decode(Bytes)}, of a buffer that does not change from now on: a mapped file, say.
   */
  public static CarIndex decode(ByteBuffer buffer) throws DecodeException {
    ByteBuffer data = buffer.slice();
    int size = data.limit();
    if (size < HEADER + CHECKSUM) {
      throw invalid("at least " + (HEADER + CHECKSUM) + " bytes", size + " bytes");
    }
    if (data.getLong(0) != MAGIC) {
      throw invalid("the first bytes " + hex(MAGIC), hex(data.getLong(0)));
    }
    Bytes expected = copy(data, size - CHECKSUM, CHECKSUM);
    Bytes found = Bytes.wrap(checksum(data.slice(0, size - CHECKSUM)));
    if (!expected.equals(found)) {
      throw invalid("checksum " + expected.hex(), found.hex());
    }
    return new CarIndex(data);
  }

  /** The form that {@link #decode} reads. */
  public Bytes encode() {
    return copy(data, 0, data.limit());
  }

  /** Where a block is, if the archive has it. */
  public Optional<Entry> find(Cid cid) {
    Bytes digest = cid.digest();
    Bytes name = cid.bytes();
    for (Group group : groups) {
      if (group.digestSize == digest.size()
          && group.prefix.size() + digest.size() == name.size()
          && startsWith(name, group.prefix)) {
        return find(group, cid, digest);
      }
    }
    return Optional.empty();
  }

  /** All blocks, ascending by CID. Makes an object of each: for walks, not for look-ups. */
  public List<Entry> entries() throws DecodeException {
    List<Entry> entries = new ArrayList<>(size);
    for (Group group : groups) {
      byte[] cid = new byte[group.prefix.size() + group.digestSize];
      group.prefix.copyTo(0, cid, 0, group.prefix.size());
      for (int i = 0; i < group.count; i++) {
        data.get(group.row(i), cid, group.prefix.size(), group.digestSize);
        entries.add(entry(group, i, Cid.decode(Bytes.of(cid))));
      }
    }
    return entries;
  }

  /** How many blocks. */
  public int size() {
    return size;
  }

  /** How many bytes the archive has. */
  public long archiveSize() {
    return archiveSize;
  }

  private Optional<Entry> find(Group group, Cid cid, Bytes digest) {
    int low = 0;
    int high = group.count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = compare(group.row(middle), digest);
      if (order == 0) {
        return Optional.of(entry(group, middle, cid));
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return Optional.empty();
  }

  private Entry entry(Group group, int index, Cid cid) {
    int location = group.row(index) + group.digestSize;
    return new Entry(cid, data.getLong(location), data.getInt(location + 8));
  }

  private int compare(int row, Bytes digest) {
    for (int i = 0; i < digest.size(); i++) {
      int order = Integer.compare(data.get(row + i) & 0xff, digest.at(i) & 0xff);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /**
   * Reads the group headers and checks what a search relies on: sizes that add up, CIDs, strict
   * order, sane places.
   */
  private static List<Group> groups(ByteBuffer data) throws DecodeException {
    int end = data.limit() - CHECKSUM;
    int count = data.getInt(16);
    int at = HEADER;
    List<Group> groups = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (end - at < GROUP_HEADER) {
        throw invalid(count + " groups", "room for " + i);
      }
      int prefixSize = data.getShort(at) & 0xffff;
      int digestSize = data.getShort(at + 2) & 0xffff;
      int rows = data.getInt(at + 4);
      at += GROUP_HEADER;
      if (rows < 1 || prefixSize + (long) rows * (digestSize + LOCATION) > end - at) {
        throw invalid(
            "a group within the index", rows + " rows in the " + (end - at) + " bytes left");
      }
      Group group = new Group(copy(data, at, prefixSize), digestSize, rows, at + prefixSize);
      if (i > 0 && groups.get(i - 1).prefix.compareTo(group.prefix) >= 0) {
        throw invalid(
            "groups in ascending order", "prefix " + group.prefix.hex() + " out of order");
      }
      checkRows(data, group);
      groups.add(group);
      at = group.row(rows);
    }
    if (at != end) {
      throw invalid("nothing behind the last group", (end - at) + " bytes");
    }
    return List.copyOf(groups);
  }

  private static void checkRows(ByteBuffer data, Group group) throws DecodeException {
    byte[] first = new byte[group.prefix.size() + group.digestSize];
    group.prefix.copyTo(0, first, 0, group.prefix.size());
    data.get(group.row(0), first, group.prefix.size(), group.digestSize);
    Cid.decode(Bytes.wrap(first));
    for (int i = 0; i < group.count; i++) {
      int location = group.row(i) + group.digestSize;
      long offset = data.getLong(location);
      int length = data.getInt(location + 8);
      if (offset < 0 || length < 0 || length > Block.MAX_SIZE) {
        throw invalid(
            "a block of at most " + Block.MAX_SIZE + " bytes", length + " bytes at " + offset);
      }
      if (i > 0 && compare(data, group.row(i - 1), group.row(i), group.digestSize) >= 0) {
        throw invalid("rows in ascending order", "row " + i + " out of order");
      }
    }
  }

  /** The order of two digests; the first eight bytes nearly always decide it. */
  private static int compare(ByteBuffer data, int a, int b, int digestSize) {
    int at = 0;
    if (digestSize >= Long.BYTES) {
      int order = Long.compareUnsigned(data.getLong(a), data.getLong(b));
      if (order != 0) {
        return order;
      }
      at = Long.BYTES;
    }
    for (; at < digestSize; at++) {
      int order = Integer.compare(data.get(a + at) & 0xff, data.get(b + at) & 0xff);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static Bytes prefix(Cid cid) {
    return cid.bytes().slice(0, cid.bytes().size() - cid.digest().size());
  }

  private static boolean startsWith(Bytes name, Bytes prefix) {
    for (int i = 0; i < prefix.size(); i++) {
      if (name.at(i) != prefix.at(i)) {
        return false;
      }
    }
    return true;
  }

  private static Bytes copy(ByteBuffer data, int from, int length) {
    byte[] bytes = new byte[length];
    data.get(from, bytes);
    return Bytes.wrap(bytes);
  }

  private static byte[] checksum(ByteBuffer data) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(data);
      return sha256.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Cannot compute SHA-256: every Java runtime has it", e);
    }
  }

  private static String hex(long value) {
    return "0x%016x".formatted(value);
  }

  private static DecodeException invalid(String expected, String found) {
    return new DecodeException("Invalid index: expected " + expected + ", found " + found);
  }
}
