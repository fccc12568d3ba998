package dev.cats.lot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Avro binary decoding of bytes that a {@link Codec} of the same schema wrote. */
final class AvroIn {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int MAX_VARINT = 10;

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
    byte[] from = buffer;
    int at = position;
    int most = Math.min(end, at + MAX_VARINT);
    long raw = 0;
    for (int shift = 0; at < most; shift += 7) {
      byte next = from[at++];
      raw |= (next & 0x7FL) << shift;
      if (next >= 0) {
        position = at;
        return (raw >>> 1) ^ -(raw & 1);
      }
    }
    if (at == end) {
      position = at;
      take(1);
    }
    throw new IllegalStateException("Cannot decode a record: a number of more than 64 bits");
  }

  float readFloat() {
    return Float.intBitsToFloat((int) INTS.get(buffer, take(Float.BYTES)));
  }

  double readDouble() {
    return Double.longBitsToDouble((long) LONGS.get(buffer, take(Double.BYTES)));
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
