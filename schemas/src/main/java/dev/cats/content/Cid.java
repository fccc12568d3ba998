package dev.cats.content;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/**
 * A content identifier: a codec and the hash of the bytes, so that whoever fetches them can check
 * them. Two CIDs are equal when their bytes are, and sort by them.
 *
 * <p>Those made here are version 1 with SHA-256: {@code 0x01 | codec | 0x12 0x20 | 32 bytes}, as
 * text {@code b} and base32. Version 0 ({@code Qm…}, dag-pb) and other hash functions are read and
 * kept as they are, since foreign data links to them.
 */
public final class Cid implements Comparable<Cid>, Serializable {
  private static final long serialVersionUID = 1;

  public static final int RAW = 0x55;
  public static final int DAG_PB = 0x70;
  public static final int DAG_CBOR = 0x71;
  public static final int DAG_JSON = 0x0129;

  static final int IDENTITY = 0x00;
  static final int SHA2_256 = 0x12;

  private static final int SHA2_256_SIZE = 32;
  private static final int V0_TEXT_LENGTH = 46;
  private static final int SHOWN = 80;

  private static final ThreadLocal<MessageDigest> DIGEST =
      ThreadLocal.withInitial(
          () -> {
            try {
              return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
              throw new IllegalStateException("Cannot hash: every Java platform has SHA-256", e);
            }
          });

  private final transient Bytes bytes;
  private final transient int version;
  private final transient int codec;
  private final transient int hashFunction;
  private final transient int digestOffset;
  private transient String text;

  private Cid(Bytes bytes, int version, int codec, int hashFunction, int digestOffset) {
    this.bytes = bytes;
    this.version = version;
    this.codec = codec;
    this.hashFunction = hashFunction;
    this.digestOffset = digestOffset;
  }

  /** The CID of these bytes. */
  public static Cid sha256(int codec, Bytes bytes) {
    return sha256(codec, bytes.array(), bytes.offset(), bytes.size());
  }

  /** The CID of a part of an array. */
  public static Cid sha256(int codec, byte[] buffer, int offset, int length) {
    MessageDigest digest = DIGEST.get();
    digest.update(buffer, offset, length);
    return ofDigest(codec, Bytes.wrap(digest.digest()));
  }

  /** The CID with a SHA-256 digest that was computed elsewhere. */
  public static Cid ofDigest(int codec, Bytes sha256Digest) {
    if (sha256Digest.size() != SHA2_256_SIZE) {
      throw new IllegalArgumentException(
          "Invalid sha2-256 digest: expected 32 bytes, found " + sha256Digest.size());
    }
    if (codec < 0) {
      throw new IllegalArgumentException(
          "Invalid codec: expected a code from 0 on, found " + codec);
    }
    int digestOffset = 3 + Varint.size(codec);
    byte[] bytes = new byte[digestOffset + SHA2_256_SIZE];
    bytes[0] = 1;
    int at = Varint.write(codec, bytes, 1);
    bytes[at] = SHA2_256;
    bytes[at + 1] = SHA2_256_SIZE;
    sha256Digest.copyTo(0, bytes, digestOffset, SHA2_256_SIZE);
    return new Cid(Bytes.wrap(bytes), 1, codec, SHA2_256, digestOffset);
  }

  /**
   * Reads the text form: version 1 in base32 ({@code b…}, {@code B…}), base16 ({@code f…}, {@code
   * F…}) or base58btc ({@code z…}), and version 0 ({@code Qm…}).
   */
  public static Cid parse(String text) throws DecodeException {
    try {
      Cid cid = exact(binary(text));
      if (cid.version == 0 && !text.startsWith("Qm")) {
        throw new DecodeException(
            "expected version 1 behind the prefix '%c', found version 0, which is written Qm…"
                .formatted(text.charAt(0)));
      }
      return cid;
    } catch (DecodeException e) {
      throw new DecodeException("Invalid CID \"" + abbreviated(text) + "\": " + e.getMessage());
    }
  }

  /** Reads the binary form, all of it: nothing may follow. */
  public static Cid decode(Bytes bytes) throws DecodeException {
    try {
      return exact(bytes);
    } catch (DecodeException e) {
      String hex = bytes.slice(0, Math.min(bytes.size(), SHOWN / 2)).hex();
      throw new DecodeException(
          "Invalid CID 0x%s%s: %s"
              .formatted(hex, bytes.size() > SHOWN / 2 ? "…" : "", e.getMessage()));
    }
  }

  /**
   * Reads the CID that a part of an array begins with; {@link #bytes} has its length. The message
   * of the exception is only "expected …, found …".
   */
  static Cid prefix(byte[] source, int offset, int end) throws DecodeException {
    if (offset >= end) {
      throw new DecodeException("expected a version, found nothing");
    }
    if (end - offset >= 2 && source[offset] == SHA2_256 && source[offset + 1] == SHA2_256_SIZE) {
      int length = 2 + SHA2_256_SIZE;
      requireDigest(SHA2_256, SHA2_256_SIZE, Math.min(end - offset - 2, SHA2_256_SIZE));
      return new Cid(Bytes.copyOf(source, offset, length), 0, DAG_PB, SHA2_256, 2);
    }
    long version = number("a version", source, offset, end);
    if (version != 1) {
      throw new DecodeException("expected version 1 or 0, found version " + version);
    }
    int at = offset + 1;
    long codec = number("a codec", source, at, end);
    at += Varint.size(codec);
    long function = number("a hash function", source, at, end);
    at += Varint.size(function);
    long size = number("a digest length", source, at, end);
    at += Varint.size(size);
    if (codec > Integer.MAX_VALUE || function > Integer.MAX_VALUE) {
      throw new DecodeException(
          "expected codes below 2^31, found codec %d and hash function %d"
              .formatted(codec, function));
    }
    requireDigest((int) function, size, Math.min(end - at, size));
    return new Cid(
        Bytes.copyOf(source, offset, at - offset + (int) size),
        1,
        (int) codec,
        (int) function,
        at - offset);
  }

  private static Cid exact(Bytes bytes) throws DecodeException {
    Cid cid = prefix(bytes.array(), bytes.offset(), bytes.offset() + bytes.size());
    int trailing = bytes.size() - cid.bytes.size();
    if (trailing > 0) {
      throw new DecodeException(
          "expected the end after byte %d, found %d more".formatted(cid.bytes.size(), trailing));
    }
    return cid;
  }

  private static long number(String what, byte[] source, int offset, int end)
      throws DecodeException {
    try {
      return Varint.read(source, offset, end);
    } catch (DecodeException e) {
      throw new DecodeException("expected " + what + ", found an " + lowerFirst(e.getMessage()));
    }
  }

  private static void requireDigest(int function, long claimed, long present)
      throws DecodeException {
    int full = digestSize(function);
    if (full >= 0 && claimed != full) {
      throw new DecodeException(
          "expected a digest of %d bytes for hash function 0x%02x, found one of %d"
              .formatted(full, function, claimed));
    }
    if (present < claimed) {
      throw new DecodeException(
          "expected a digest of %d bytes, found %d of them".formatted(claimed, present));
    }
  }

  /** The size of a whole digest, or -1 where any size is as good. Codes of the multicodec table. */
  private static int digestSize(int function) {
    if (function > 0xb200 && function <= 0xb240) {
      return function - 0xb200; // blake2b
    }
    if (function > 0xb240 && function <= 0xb260) {
      return function - 0xb240; // blake2s
    }
    return switch (function) {
      case 0x11 -> 20; // sha1
      case SHA2_256, 0x16, 0x56, 0x1012 -> SHA2_256_SIZE; // also sha3-256, dbl-sha2-256, trunc254
      case 0x13, 0x14 -> 64; // sha2-512, sha3-512
      case 0x15, 0x20 -> 48; // sha3-384, sha2-384
      case 0x17 -> 28; // sha3-224
      default -> -1;
    };
  }

  private static Bytes binary(String text) throws DecodeException {
    if (text.isEmpty()) {
      throw new DecodeException("expected text such as bafyrei…, found nothing");
    }
    if (text.startsWith("ipfs://") || text.startsWith("/ipfs/")) {
      throw new DecodeException(
          "expected the CID alone, found a path; leave out "
              + text.substring(0, text.indexOf("/ipfs/") == 0 ? 6 : 7));
    }
    if (text.startsWith("Qm")) {
      if (text.length() != V0_TEXT_LENGTH) {
        throw new DecodeException(
            "expected 46 characters as it begins with Qm (version 0), found " + text.length());
      }
      return Multibase.fromBase58(text, 0);
    }
    return switch (text.charAt(0)) {
      case 'b' -> Multibase.fromBase32(text, 1);
      case 'B' -> Multibase.fromBase32(upperOnly(text).toLowerCase(Locale.ROOT), 1);
      case 'f', 'F' -> Multibase.fromBase16(text, 1);
      case 'z' -> Multibase.fromBase58(text, 1);
      default ->
          throw new DecodeException(
              "expected text that begins with b (base32, such as bafyrei…), f, z or Qm, found '"
                  + Character.toString(text.codePointAt(0))
                  + "'");
    };
  }

  private static String upperOnly(String text) throws DecodeException {
    for (int i = 1; i < text.length(); i++) {
      if (text.charAt(i) >= 'a' && text.charAt(i) <= 'z') {
        throw new DecodeException(
            "expected upper case as it begins with B, found '%c' at position %d"
                .formatted(text.charAt(i), i));
      }
    }
    return text;
  }

  private static String abbreviated(String text) {
    String line = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    return line.chars()
        .collect(
            StringBuilder::new,
            (out, c) -> out.append(Character.isISOControl(c) ? '\uFFFD' : (char) c),
            StringBuilder::append)
        .toString();
  }

  private static String lowerFirst(String message) {
    return Character.toLowerCase(message.charAt(0)) + message.substring(1);
  }

  /** 1, or 0 for a CID that was read from the old form. */
  public int version() {
    return version;
  }

  /**
   * What the bytes are written in: {@link #RAW}, {@link #DAG_CBOR} or another code of the
   * multicodec table.
   */
  public int codec() {
    return codec;
  }

  /** What names the same bytes as bytes alone, whatever they mean: nothing links on from there. */
  public Cid asRaw() {
    Bytes multihash = bytes.slice(version == 0 ? 0 : 1 + Varint.size(codec), bytes.size());
    byte[] raw = new byte[2 + multihash.size()];
    raw[0] = 1;
    raw[1] = RAW;
    multihash.copyTo(0, raw, 2, multihash.size());
    return new Cid(Bytes.wrap(raw), 1, RAW, hashFunction, raw.length - digest().size());
  }

  /** The code of the hash function, 0x12 for SHA-256. */
  public int hashFunction() {
    return hashFunction;
  }

  public Bytes digest() {
    return bytes.slice(digestOffset, bytes.size());
  }

  /** The binary form. */
  public Bytes bytes() {
    return bytes;
  }

  @Override
  public int compareTo(Cid other) {
    return bytes.compareTo(other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cid that && bytes.equals(that.bytes);
  }

  @Override
  public int hashCode() {
    return bytes.hashCode();
  }

  /** The canonical text: base32 for version 1, base58btc for version 0. */
  @Override
  public String toString() {
    String known = text;
    if (known == null) {
      known = version == 0 ? Multibase.base58(bytes) : Multibase.base32('b', bytes);
      text = known;
    }
    return known;
  }

  private Object writeReplace() {
    return new Form(bytes.toArray());
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("Cannot read a Cid: expected its serial form");
  }

  /** What Java serialization writes: the binary form, which is checked when it is read. */
  private static final class Form implements Serializable {
    private static final long serialVersionUID = 1;

    private final byte[] bytes;

    private Form(byte[] bytes) {
      this.bytes = bytes;
    }

    private Object readResolve() throws InvalidObjectException {
      try {
        return decode(Bytes.wrap(bytes));
      } catch (DecodeException e) {
        InvalidObjectException invalid = new InvalidObjectException(e.getMessage());
        invalid.initCause(e);
        throw invalid;
      }
    }
  }
}
