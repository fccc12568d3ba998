package dev.cats.lot;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Avro binary decoding of bytes that a {@link Codec} of the same schema wrote. */
final class AvroIn {
  private byte[] buffer;
  private int position;
  private int end;

  AvroIn of(byte[] bytes, int offset, int length) {
    buffer = bytes;
    position = offset;
    end = offset + length;
    return this;
  }

  int remaining() {
    return end - position;
  }

  boolean readBoolean() {
    return buffer[take(1)] == 1;
  }

  int readInt() {
    return (int) readLong();
  }

  long readLong() {
    long raw = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = buffer[take(1)];
      raw |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return (raw >>> 1) ^ -(raw & 1);
      }
    }
    throw new IllegalStateException("Cannot decode a record: a number of more than 64 bits");
  }

  float readFloat() {
    int at = take(4);
    int bits = 0;
    for (int i = 3; i >= 0; i--) {
      bits = (bits << 8) | (buffer[at + i] & 0xFF);
    }
    return Float.intBitsToFloat(bits);
  }

  double readDouble() {
    int at = take(8);
    long bits = 0;
    for (int i = 7; i >= 0; i--) {
      bits = (bits << 8) | (buffer[at + i] & 0xFF);
    }
    return Double.longBitsToDouble(bits);
  }

  String readString() {
    int length = readLength();
    return new String(buffer, take(length), length, StandardCharsets.UTF_8);
  }

  byte[] readBytes() {
    return readFixed(readLength());
  }

  ByteBuffer readByteBuffer() {
    return ByteBuffer.wrap(readBytes());
  }

  byte[] readFixed(int length) {
    int at = take(length);
    return Arrays.copyOfRange(buffer, at, at + length);
  }

  private int readLength() {
    long length = readLong();
    if (length < 0 || length > remaining()) {
      throw new IllegalStateException(
          "Cannot decode a record: expected " + length + " more bytes, found " + remaining());
    }
    return (int) length;
  }

  private int take(int length) {
    if (length > end - position) {
      throw new IllegalStateException(
          "Cannot decode a record: expected " + length + " more bytes, found " + remaining());
    }
    int at = position;
    position += length;
    return at;
  }
}
