package dev.cats.content;

/**
 * The unsigned varint of multiformats: seven bits a byte, least significant first, at most nine
 * bytes, and only the shortest form of a number. CIDs and CAR sections are built of them.
 */
final class Varint {
  static final int MAX_SIZE = 9;

  private Varint() {}

  /** How many bytes a number from 0 to 2^63 - 1 takes. */
  static int size(long value) {
    int size = 1;
    for (long rest = value >>> 7; rest != 0; rest >>>= 7) {
      size++;
    }
    return size;
  }

  /** Writes a number and returns the offset behind it. */
  static int write(long value, byte[] target, int offset) {
    int at = offset;
    long rest = value;
    while (rest > 0x7f) {
      target[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[at++] = (byte) rest;
    return at;
  }

  /**
   * The number at an offset, which takes {@link #size} of it bytes.
   *
   * @throws DecodeException when the bytes end within it, or it is longer than need be or than nine
   *     bytes; the message has no position, the caller knows what it was reading
   */
  static long read(byte[] source, int offset, int end) throws DecodeException {
    long value = 0;
    for (int i = 0; i < MAX_SIZE; i++) {
      if (offset + i >= end) {
        throw new DecodeException("Invalid varint: expected another byte, found the end");
      }
      byte b = source[offset + i];
      value |= (long) (b & 0x7f) << (7 * i);
      if (b >= 0) {
        if (b == 0 && i > 0) {
          throw new DecodeException(
              "Invalid varint: expected the shortest form of %d, found a longer one"
                  .formatted(value));
        }
        return value;
      }
    }
    throw new DecodeException("Invalid varint: expected at most 9 bytes, found more");
  }
}
