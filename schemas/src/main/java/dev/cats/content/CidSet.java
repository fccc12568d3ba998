package dev.cats.content;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/**
 * A set of CIDs in bounded memory, for walks over histories of any length: at most 16 MiB of heap,
 * for some 700,000 CIDs, and from there on a temporary file of 24 to 48 bytes per CID.
 *
 * <p>Of each CID 16 bytes are kept, of a hash with a salt of its own for each set. That two CIDs of
 * a walk have the same ones has a chance of n²/2^129, 10^-21 for a milliard of blocks, and nobody
 * can look for such a pair beforehand, since nobody knows the salt.
 *
 * <p>Not for use by more than one thread.
 */
public final class CidSet implements Closeable {
  private static final int KEY = 16;

  /** Keys that are looked through one after the other: what one read of the file brings. */
  private static final int BUCKET = 64;

  private static final long HEAP_BUCKETS = (16L << 20) / (BUCKET * KEY);
  private static final long FIRST_BUCKETS = 16;

  private final long heapBuckets;
  private final MessageDigest sha256;
  private final byte[] salt = new byte[KEY];
  private Table table;
  private long size;

  public CidSet() {
    this(HEAP_BUCKETS);
  }

  /**
   * @param heapBuckets a power of two: from how many buckets on the set is in a file
   */
  CidSet(long heapBuckets) {
    this.heapBuckets = heapBuckets;
    new SecureRandom().nextBytes(salt);
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Cannot compute SHA-256: every Java runtime has it", e);
    }
    table = new HeapTable(Math.min(FIRST_BUCKETS, heapBuckets));
  }

  /** Whether the CID is new here; it is in the set when this returns. */
  public boolean add(Cid cid) throws IOException {
    if (size >= table.buckets * BUCKET / 3 * 2) {
      grow();
    }
    ByteBuffer key = key(cid);
    boolean added = table.add(key.getLong(0), key.getLong(8));
    size += added ? 1 : 0;
    return added;
  }

  public boolean contains(Cid cid) throws IOException {
    ByteBuffer key = key(cid);
    return table.contains(key.getLong(0), key.getLong(8));
  }

  public long size() {
    return size;
  }

  /** Removes the temporary file, if there is one. */
  @Override
  public void close() throws IOException {
    table.close();
  }

  private ByteBuffer key(Cid cid) {
    sha256.update(salt);
    sha256.update(cid.bytes().asByteBuffer());
    ByteBuffer key = ByteBuffer.wrap(sha256.digest());
    if (key.getLong(0) == 0 && key.getLong(8) == 0) {
      key.putLong(8, 1); // zeros are where no key is
    }
    return key;
  }

  private void grow() throws IOException {
    long buckets = table.buckets * 2;
    Table larger = buckets <= heapBuckets ? new HeapTable(buckets) : new FileTable(buckets);
    try (Table old = table) {
      for (long bucket = 0; bucket < old.buckets; bucket++) {
        ByteBuffer keys = old.read(bucket);
        for (int at = 0; at < BUCKET * KEY; at += KEY) {
          long high = keys.getLong(at);
          long low = keys.getLong(at + 8);
          if (high != 0 || low != 0) {
            larger.add(high, low);
          }
        }
      }
    } catch (IOException e) {
      larger.close();
      throw e;
    }
    table = larger;
  }

  /** Keys in buckets: a key that finds its bucket full is in the next one with room. */
  private abstract static class Table implements Closeable {
    final long buckets;

    Table(long buckets) {
      this.buckets = buckets;
    }

    /** All keys of a bucket; valid until the next call. */
    abstract ByteBuffer read(long bucket) throws IOException;

    abstract void write(long bucket, int at, long high, long low) throws IOException;

    boolean add(long high, long low) throws IOException {
      return find(high, low, true);
    }

    boolean contains(long high, long low) throws IOException {
      return !find(high, low, false);
    }

    /** Whether the key is not there. */
    private boolean find(long high, long low, boolean add) throws IOException {
      for (long bucket = high & (buckets - 1); ; bucket = (bucket + 1) & (buckets - 1)) {
        ByteBuffer keys = read(bucket);
        for (int at = 0; at < BUCKET * KEY; at += KEY) {
          long foundHigh = keys.getLong(at);
          long foundLow = keys.getLong(at + 8);
          if (foundHigh == high && foundLow == low) {
            return false;
          }
          if (foundHigh == 0 && foundLow == 0) {
            if (add) {
              write(bucket, at, high, low);
            }
            return true;
          }
        }
      }
    }
  }

  private static final class HeapTable extends Table {
    private final ByteBuffer keys;

    HeapTable(long buckets) {
      super(buckets);
      keys = ByteBuffer.allocate(Math.toIntExact(buckets * BUCKET * KEY));
    }

    @Override
    ByteBuffer read(long bucket) {
      return keys.slice((int) bucket * BUCKET * KEY, BUCKET * KEY);
    }

    @Override
    void write(long bucket, int at, long high, long low) {
      int row = (int) bucket * BUCKET * KEY + at;
      keys.putLong(row, high).putLong(row + 8, low);
    }

    @Override
    public void close() {}
  }

  /** Reads and writes, rather than a map: a full disk is then an exception, not a crash. */
  private static final class FileTable extends Table {
    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer keys = ByteBuffer.allocateDirect(BUCKET * KEY);
    private final ByteBuffer key = ByteBuffer.allocateDirect(KEY);

    FileTable(long buckets) throws IOException {
      super(buckets);
      file = Files.createTempFile("cats-visited", ".set");
      channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.SPARSE,
              StandardOpenOption.DELETE_ON_CLOSE);
    }

    @Override
    ByteBuffer read(long bucket) throws IOException {
      keys.clear();
      while (keys.hasRemaining()
          && channel.read(keys, bucket * BUCKET * KEY + keys.position()) > 0) {}
      while (keys.hasRemaining()) {
        keys.put((byte) 0); // beyond what was written so far
      }
      return keys;
    }

    @Override
    void write(long bucket, int at, long high, long low) throws IOException {
      key.clear();
      key.putLong(high).putLong(low).flip();
      long position = bucket * BUCKET * KEY + at;
      while (key.hasRemaining()) {
        channel.write(key, position + key.position());
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
