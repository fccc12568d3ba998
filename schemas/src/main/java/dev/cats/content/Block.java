package dev.cats.content;

/**
 * A CID and the bytes it names. There is no way to make one that carries a wrong CID: {@link #of}
 * computes it, {@link #check} compares it.
 *
 * <p>A block has at most {@value #MAX_SIZE} bytes: what every IPFS node takes and passes on
 * (bitswap allows 2 MiB), and the chunk size of the UnixFS profile used here.
 */
public final class Block {
  public static final int MAX_SIZE = 1 << 20;

  private final Cid cid;
  private final Bytes bytes;

  private Block(Cid cid, Bytes bytes) {
    if (bytes.size() > MAX_SIZE) {
      throw new IllegalArgumentException(
          "Cannot make a block of %d bytes: the limit is %d bytes"
              .formatted(bytes.size(), MAX_SIZE));
    }
    this.cid = cid;
    this.bytes = bytes;
  }

  /**
   * The block of these bytes, named by their SHA-256.
   *
   * @throws IllegalArgumentException over {@link #MAX_SIZE} bytes
   */
  public static Block of(int codec, Bytes bytes) {
    return new Block(Cid.sha256(codec, bytes), bytes);
  }

  /**
   * The block under a CID that somebody else gave; the bytes are hashed and compared. A CID of
   * another hash function than SHA-256 (or identity, where the digest is the content) cannot be
   * checked here and counts as a mismatch.
   *
   * @throws IllegalArgumentException over {@link #MAX_SIZE} bytes; readers of foreign data look at
   *     the size first
   */
  public static Block check(Cid cid, Bytes bytes) throws HashMismatchException {
    boolean identity = cid.hashFunction() == Cid.IDENTITY;
    if (identity && cid.digest().equals(bytes)) {
      return new Block(cid, bytes);
    }
    Cid found = Cid.sha256(cid.codec(), bytes);
    if (cid.hashFunction() != Cid.SHA2_256 && !identity) {
      throw new HashMismatchException(
          "hash function 0x%02x cannot be checked, only sha2-256 can".formatted(cid.hashFunction()),
          cid,
          found);
    }
    if (identity || !found.digest().equals(cid.digest())) {
      throw new HashMismatchException("its bytes are not what its CID names", cid, found);
    }
    return new Block(cid, bytes);
  }

  public Cid cid() {
    return cid;
  }

  public Bytes bytes() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Block that && cid.equals(that.cid);
  }

  @Override
  public int hashCode() {
    return cid.hashCode();
  }

  @Override
  public String toString() {
    return "Block[" + cid + ", " + bytes.size() + " bytes]";
  }
}
