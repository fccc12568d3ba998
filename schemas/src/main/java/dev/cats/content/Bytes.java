package dev.cats.content;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A byte string as a value: it never changes, equals by content, and sorts by unsigned bytes (a
 * prefix comes first).
 *
 * <p>Slices share memory with what they were cut from; {@link #copyOf} and {@link #of} do not.
 */
public final class Bytes implements Comparable<Bytes>, Serializable {
  private static final long serialVersionUID = 1;

  public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

  private final transient byte[] array;
  private final transient int offset;
  private final transient int size;
  private transient int hash;

  private Bytes(byte[] array, int offset, int size) {
    this.array = array;
    this.offset = offset;
    this.size = size;
  }

  /** The given bytes, copied. */
  public static Bytes of(byte... bytes) {
    return copyOf(bytes, 0, bytes.length);
  }

  /** The given array itself, not copied: the caller gives it away and never writes to it again. */
  public static Bytes wrap(byte[] bytes) {
    return bytes.length == 0 ? EMPTY : new Bytes(bytes, 0, bytes.length);
  }

  public static Bytes copyOf(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    return length == 0
        ? EMPTY
        : new Bytes(Arrays.copyOfRange(bytes, offset, offset + length), 0, length);
  }

  /** Hexadecimal digits of either case, without separators. */
  public static Bytes fromHex(String hex) {
    return wrap(HexFormat.of().parseHex(hex));
  }

  /** The UTF-8 form of a text; a text with an unpaired surrogate has none and is refused. */
  public static Bytes utf8(String text) {
    Node.requireUnicode(text);
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  public byte at(int index) {
    return array[offset + Objects.checkIndex(index, size)];
  }

  public byte[] toArray() {
    return Arrays.copyOfRange(array, offset, offset + size);
  }

  /** From the first index to before the second, sharing this value's memory. */
  public Bytes slice(int from, int to) {
    Objects.checkFromToIndex(from, to, size);
    if (from == to) {
      return EMPTY;
    }
    return from == 0 && to == size ? this : new Bytes(array, offset + from, to - from);
  }

  /** Lower-case hexadecimal digits. */
  public String hex() {
    return HexFormat.of().formatHex(array, offset, offset + size);
  }

  /** Read as UTF-8; what is no UTF-8 becomes U+FFFD, as this is for showing. */
  public String utf8() {
    return new String(array, offset, size, StandardCharsets.UTF_8);
  }

  /** A read-only view. */
  public ByteBuffer asByteBuffer() {
    return ByteBuffer.wrap(array, offset, size).slice().asReadOnlyBuffer();
  }

  public InputStream asStream() {
    return new ByteArrayInputStream(array, offset, size);
  }

  public void writeTo(OutputStream out) throws IOException {
    out.write(array, offset, size);
  }

  /** Copies a part of this value into an array, for codecs of this package. */
  void copyTo(int from, byte[] target, int targetOffset, int length) {
    Objects.checkFromToIndex(from, from + length, size);
    System.arraycopy(array, offset + from, target, targetOffset, length);
  }

  /** The array behind this value, for codecs of this package that only read it. */
  byte[] array() {
    return array;
  }

  /** Where this value begins in {@link #array()}. */
  int offset() {
    return offset;
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(
        array, offset, offset + size, other.array, other.offset, other.offset + other.size);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that
        && Arrays.equals(
            array, offset, offset + size, that.array, that.offset, that.offset + that.size);
  }

  @Override
  public int hashCode() {
    int h = hash;
    if (h == 0) {
      h = 1;
      for (int i = offset; i < offset + size; i++) {
        h = 31 * h + array[i];
      }
      hash = h;
    }
    return h;
  }

  /** The size and, for short values, the bytes in hex: for debuggers and test failures. */
  @Override
  public String toString() {
    return size <= 64
        ? "Bytes[" + hex() + "]"
        : "Bytes[" + slice(0, 64).hex() + "… " + size + " bytes]";
  }

  private Object writeReplace() {
    return new Form(toArray());
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("Cannot read Bytes: expected their serial form");
  }

  /** What Java serialization writes: the bytes alone, not the array they are a slice of. */
  private static final class Form implements Serializable {
    private static final long serialVersionUID = 1;

    private final byte[] bytes;

    private Form(byte[] bytes) {
      this.bytes = bytes;
    }

    private Object readResolve() {
      return of(bytes);
    }
  }
}
