package dev.cats.lot;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.io.Encoder;
import org.apache.avro.util.Utf8;

/**
 * Avro binary encoding into a growing byte array: what a lot is built in.
 *
 * <p>Avro's own encoders write to a stream; a lot needs its bytes in place, to hash them once, to
 * roll back a record that does not fit, and to hand slices of them on.
 */
public final class AvroOut extends Encoder {
  private byte[] buffer;
  private int position;
  private boolean inexact;

  public AvroOut(int capacity) {
    this.buffer = new byte[capacity];
  }

  byte[] buffer() {
    return buffer;
  }

  int position() {
    return position;
  }

  void position(int to) {
    position = to;
  }

  /** What was written since the start. */
  byte[] toArray() {
    return Arrays.copyOf(buffer, position);
  }

  /** Says that what was written holds less than the value did, such as a time's microseconds. */
  void inexact() {
    inexact = true;
  }

  /** Whether that was said since the last call. */
  boolean takeInexact() {
    boolean said = inexact;
    inexact = false;
    return said;
  }

  void ensure(int more) {
    if (buffer.length - position < more) {
      int wanted = Math.max(buffer.length + (buffer.length >> 1), position + more);
      buffer = Arrays.copyOf(buffer, wanted);
    }
  }

  @Override
  public void writeNull() {}

  @Override
  public void writeBoolean(boolean value) {
    ensure(1);
    buffer[position++] = (byte) (value ? 1 : 0);
  }

  @Override
  public void writeInt(int value) {
    writeLong(value);
  }

  @Override
  public void writeLong(long value) {
    ensure(10);
    byte[] out = buffer;
    int at = position;
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7FL) != 0) {
      out[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[at++] = (byte) rest;
    position = at;
  }

  @Override
  public void writeFloat(float value) {
    ensure(4);
    int bits = Float.floatToRawIntBits(value);
    for (int i = 0; i < 4; i++) {
      buffer[position++] = (byte) (bits >>> (8 * i));
    }
  }

  @Override
  public void writeDouble(double value) {
    ensure(8);
    long bits = Double.doubleToRawLongBits(value);
    for (int i = 0; i < 8; i++) {
      buffer[position++] = (byte) (bits >>> (8 * i));
    }
  }

  @Override
  @SuppressWarnings("deprecation") // String.getBytes(int, int, byte[], int): fast for ASCII
  public void writeString(String value) {
    int length = value.length();
    // Try ASCII first: most strings are, and then need no intermediate array.
    ensure(5 + length);
    int start = position;
    writeLong(length);
    int at = position;
    value.getBytes(0, length, buffer, at);
    // That took the low byte of each char: anything beyond ASCII is written again, as UTF-8.
    for (int i = 0; i < length; i++) {
      if (value.charAt(i) >= 0x80) {
        position = start;
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        if (hasLoneSurrogate(value, i)) {
          inexact = true;
        }
        writeBytes(utf8, 0, utf8.length);
        return;
      }
    }
    position = at + length;
  }

  /** UTF-8 has no form for half a character; '?' is written in its place. */
  private static boolean hasLoneSurrogate(String value, int from) {
    for (int i = from; i < value.length(); i++) {
      int point = value.codePointAt(i);
      if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
        return true;
      }
      i += Character.charCount(point) - 1;
    }
    return false;
  }

  @Override
  public void writeString(Utf8 value) {
    writeBytes(value.getBytes(), 0, value.getByteLength());
  }

  @Override
  public void writeString(CharSequence value) {
    if (value instanceof Utf8 utf8) {
      writeString(utf8);
    } else {
      writeString(value.toString());
    }
  }

  @Override
  public void writeBytes(ByteBuffer value) {
    int length = value.remaining();
    writeLong(length);
    ensure(length);
    value.duplicate().get(buffer, position, length);
    position += length;
  }

  @Override
  public void writeBytes(byte[] value, int from, int length) {
    writeLong(length);
    writeFixed(value, from, length);
  }

  @Override
  public void writeFixed(byte[] value, int from, int length) {
    ensure(length);
    System.arraycopy(value, from, buffer, position, length);
    position += length;
  }

  @Override
  public void writeEnum(int value) {
    writeLong(value);
  }

  @Override
  public void writeArrayStart() {}

  @Override
  public void setItemCount(long count) {
    if (count > 0) {
      writeLong(count);
    }
  }

  @Override
  public void startItem() {}

  @Override
  public void writeArrayEnd() {
    writeLong(0);
  }

  @Override
  public void writeMapStart() {}

  @Override
  public void writeMapEnd() {
    writeLong(0);
  }

  @Override
  public void writeIndex(int branch) {
    writeLong(branch);
  }

  @Override
  public void flush() {}
}
