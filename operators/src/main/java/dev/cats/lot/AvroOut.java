package dev.cats.lot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** Up to so many characters of ASCII have a length of one byte, too. */
  private static final int SHORT = 24;

  private static final long LOW_BITS = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long QUESTION_MARKS = '?' * LOW_BITS;

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
    ensure(Float.BYTES);
    INTS.set(buffer, position, Float.floatToRawIntBits(value));
    position += Float.BYTES;
  }

  @Override
  public void writeDouble(double value) {
    ensure(Double.BYTES);
    LONGS.set(buffer, position, Double.doubleToRawLongBits(value));
    position += Double.BYTES;
  }

  @Override
  public void writeString(String value) {
    int length = value.length();
    if (length <= SHORT) {
      writeShort(value, length);
      return;
    }
    // The JDK has vector code for this, and most strings are ASCII.
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    inexact |= utf8.length == length ? hasReplaced(value, utf8) : hasLoneSurrogate(value);
    writeBytes(utf8, 0, utf8.length);
  }

  /** For a few characters a loop over them is quicker than an array of their own. */
  @SuppressWarnings("deprecation") // String.getBytes(int, int, byte[], int): fast for ASCII
  private void writeShort(String value, int length) {
    ensure(1 + length);
    int at = position + 1;
    value.getBytes(0, length, buffer, at);
    // That took the low byte of each char: anything beyond ASCII is written again, as UTF-8.
    for (int i = 0; i < length; i++) {
      if (value.charAt(i) >= 0x80) {
        inexact |= hasLoneSurrogate(value);
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        writeBytes(utf8, 0, utf8.length);
        return;
      }
    }
    buffer[position] = (byte) (length << 1);
    position = at + length;
  }

  /**
   * Whether a '?' stands for half a character. Where there are as many bytes as chars, all others
   * are ASCII.
   */
  private static boolean hasReplaced(String value, byte[] utf8) {
    int words = utf8.length & -Long.BYTES;
    for (int i = 0; i < words; i += Long.BYTES) {
      long word = (long) LONGS.get(utf8, i) ^ QUESTION_MARKS;
      if (((word - LOW_BITS) & ~word & HIGH_BITS) != 0) {
        return hasLoneSurrogate(value);
      }
    }
    return hasLoneSurrogate(value, words);
  }

  private static boolean hasLoneSurrogate(String value) {
    return hasLoneSurrogate(value, 0);
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
