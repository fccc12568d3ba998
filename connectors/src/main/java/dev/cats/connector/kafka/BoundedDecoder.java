package dev.cats.connector.kafka;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.AvroTypeException;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;

/**
 * Avro binary decoding of bytes that anybody may have written. Unlike Avro's own decoder it
 * allocates nothing by a length that the input only claims, and refuses text that is not UTF-8.
 */
final class BoundedDecoder extends Decoder {
  /** Items of arrays and maps that one record may claim to have: those of nulls take no bytes. */
  private static final long MOST_ITEMS = 1L << 20;

  private byte[] buffer = new byte[0];
  private int at;
  private int end;
  private long items;

  /** Starts over with other bytes. */
  BoundedDecoder of(byte[] bytes, int from) {
    buffer = bytes;
    at = from;
    end = bytes.length;
    items = 0;
    return this;
  }

  int position() {
    return at;
  }

  int remaining() {
    return end - at;
  }

  @Override
  public void readNull() {}

  @Override
  public boolean readBoolean() throws IOException {
    int from = take(1);
    if ((buffer[from] & 0xfe) != 0) {
      throw invalid("a boolean, 0 or 1", buffer[from] & 0xff);
    }
    return buffer[from] == 1;
  }

  @Override
  public int readInt() throws IOException {
    long value = readLong();
    if (value != (int) value) {
      throw invalid("an int of 32 bits", value);
    }
    return (int) value;
  }

  @Override
  public long readLong() throws IOException {
    long raw = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at == end) {
        throw new EOFException("byte " + at + ": expected one more byte, found the end");
      }
      int next = buffer[at++];
      raw |= (next & 0x7FL) << shift;
      if (next >= 0) {
        if (shift == 63 && next > 1) {
          break;
        }
        return (raw >>> 1) ^ -(raw & 1);
      }
    }
    throw invalid("a number of at most 64 bits", "more");
  }

  @Override
  public float readFloat() throws IOException {
    return ByteBuffer.wrap(buffer, take(4), 4).order(ByteOrder.LITTLE_ENDIAN).getFloat();
  }

  @Override
  public double readDouble() throws IOException {
    return ByteBuffer.wrap(buffer, take(8), 8).order(ByteOrder.LITTLE_ENDIAN).getDouble();
  }

  @Override
  public Utf8 readString(Utf8 old) throws IOException {
    return new Utf8(readString());
  }

  @Override
  public String readString() throws IOException {
    return readString((String) null);
  }

  /** The next text; the one given, where it is the same. */
  String readString(String last) throws IOException {
    int length = readLength();
    int from = take(length);
    if (last != null && isLatin(last, from, length)) {
      return last;
    }
    String text = new String(buffer, from, length, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0) {
      checkUtf8(from, length);
    }
    return text;
  }

  private boolean isLatin(String text, int from, int length) {
    if (text.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (text.charAt(i) != buffer[from + i]) { // never equal for bytes of longer characters
        return false;
      }
    }
    return true;
  }

  /** What is not UTF-8 was decoded as U+FFFD, which may also stand there as itself. */
  private void checkUtf8(int from, int length) throws IOException {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(buffer, from, length));
    } catch (CharacterCodingException e) {
      throw new AvroTypeException("byte " + from + ": expected text in UTF-8, found other bytes");
    }
  }

  @Override
  public void skipString() throws IOException {
    skipFixed(readLength());
  }

  @Override
  public ByteBuffer readBytes(ByteBuffer old) throws IOException {
    int length = readLength();
    int from = take(length);
    return ByteBuffer.wrap(Arrays.copyOfRange(buffer, from, from + length));
  }

  @Override
  public void skipBytes() throws IOException {
    skipFixed(readLength());
  }

  @Override
  public void readFixed(byte[] bytes, int start, int length) throws IOException {
    System.arraycopy(buffer, take(length), bytes, start, length);
  }

  @Override
  public void skipFixed(int length) throws IOException {
    take(length);
  }

  @Override
  public int readEnum() throws IOException {
    return readInt();
  }

  @Override
  public int readIndex() throws IOException {
    return readInt();
  }

  @Override
  public long readArrayStart() throws IOException {
    return readCount();
  }

  @Override
  public long arrayNext() throws IOException {
    return readCount();
  }

  @Override
  public long skipArray() throws IOException {
    return skipBlocks();
  }

  @Override
  public long readMapStart() throws IOException {
    return readCount();
  }

  @Override
  public long mapNext() throws IOException {
    return readCount();
  }

  @Override
  public long skipMap() throws IOException {
    return skipBlocks();
  }

  private long readCount() throws IOException {
    long count = readLong();
    if (count < 0) {
      readLength(); // of the block in bytes
      count = -count;
    }
    items += count;
    if (count < 0 || items > MOST_ITEMS) {
      throw invalid("at most " + MOST_ITEMS + " items", "more");
    }
    return count;
  }

  /** Skips blocks that say how long they are; answers with the items of one that does not. */
  private long skipBlocks() throws IOException {
    long count = readLong();
    while (count < 0) {
      skipFixed(readLength());
      count = readLong();
    }
    items += count;
    if (items > MOST_ITEMS) {
      throw invalid("at most " + MOST_ITEMS + " items", "more");
    }
    return count;
  }

  private int readLength() throws IOException {
    long length = readLong();
    if (length < 0 || length > end - at) {
      throw invalid("a length of at most the " + (end - at) + " bytes left", length);
    }
    return (int) length;
  }

  /** Steps over so many bytes and says where they begin. */
  private int take(int length) throws IOException {
    if (length > end - at) {
      throw new EOFException(
          "byte " + at + ": expected " + length + " more bytes, found " + (end - at));
    }
    int from = at;
    at += length;
    return from;
  }

  AvroTypeException invalid(String expected, Object found) {
    return new AvroTypeException("byte " + at + ": expected " + expected + ", found " + found);
  }
}
