package dev.cats.bom;

import dev.cats.content.Bytes;
import dev.cats.content.DecodeException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;

/**
 * Walks over Avro data and refuses what Avro's own reader would believe: lengths beyond the input
 * (it allocates them first), varints that are longer than they need be, booleans that are neither 0
 * nor 1, text that is no UTF-8, union branches and enum symbols that do not exist, and nesting
 * without end.
 */
final class AvroScan {
  /** How deep values of a recursive schema may nest; the reader behind this recurses. */
  private static final int MAX_DEPTH = 256;

  /** How many values there may be: what takes no bytes (null) is not bounded by the input. */
  private static final long MAX_VALUES = 1L << 24;

  private final Bytes bytes;
  private final int end;
  private int at;
  private long values;

  AvroScan(Bytes bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  int position() {
    return at;
  }

  /** The bytes from here to the end. */
  int remaining() {
    return end - at;
  }

  void value(Schema schema) throws DecodeException {
    value(schema, 0);
  }

  private void value(Schema schema, int depth) throws DecodeException {
    if (depth > MAX_DEPTH) {
      throw invalid("values nested at most " + MAX_DEPTH + " deep", "deeper ones");
    }
    if (++values > MAX_VALUES) {
      throw invalid("at most " + MAX_VALUES + " values", "more");
    }
    switch (schema.getType()) {
      case NULL -> {}
      case BOOLEAN -> {
        int from = skip(1);
        if ((bytes.at(from) & 0xfe) != 0) {
          throw invalid("a boolean, 0 or 1", bytes.at(from) & 0xff);
        }
      }
      case INT -> {
        long value = varint();
        if (value != (int) value) {
          throw invalid("an int of 32 bits", value);
        }
      }
      case LONG -> varint();
      case FLOAT -> skip(4);
      case DOUBLE -> skip(8);
      case BYTES -> skip(length());
      case STRING -> text();
      case FIXED -> skip(schema.getFixedSize());
      case ENUM -> index("enum symbols", schema.getEnumSymbols().size());
      case UNION ->
          value(
              schema.getTypes().get(index("union branches", schema.getTypes().size())), depth + 1);
      case RECORD -> {
        for (Schema.Field field : schema.getFields()) {
          value(field.schema(), depth + 1);
        }
      }
      case ARRAY -> items(schema.getElementType(), false, depth);
      case MAP -> items(schema.getValueType(), true, depth);
    }
  }

  private void items(Schema schema, boolean keyed, int depth) throws DecodeException {
    for (long count = varint(); count != 0; count = varint()) {
      int blockEnd = -1;
      if (count < 0) {
        if (count < -MAX_VALUES) {
          throw invalid("at most " + MAX_VALUES + " values", "a count of " + count);
        }
        count = -count;
        int size = length();
        blockEnd = at + size;
      }
      if (count > MAX_VALUES) {
        throw invalid("at most " + MAX_VALUES + " values", "a count of " + count);
      }
      for (long i = 0; i < count; i++) {
        if (keyed) {
          text();
        }
        value(schema, depth + 1);
      }
      if (blockEnd >= 0 && blockEnd != at) {
        throw invalid("a block that ends at byte " + blockEnd, "byte " + at);
      }
    }
  }

  private void text() throws DecodeException {
    int size = length();
    int from = skip(size);
    try {
      ByteBuffer text = bytes.asByteBuffer();
      text.position(from).limit(from + size);
      StandardCharsets.UTF_8.newDecoder().decode(text);
    } catch (CharacterCodingException e) {
      throw invalid("text in UTF-8", "other bytes");
    }
  }

  private int index(String what, int size) throws DecodeException {
    long index = varint();
    if (index < 0 || index >= size) {
      throw invalid("an index into " + size + " " + what, index);
    }
    return (int) index;
  }

  /** A length of what follows; never beyond the end. */
  int length() throws DecodeException {
    long length = varint();
    if (length < 0 || length > end - at) {
      throw invalid("a length of at most the " + (end - at) + " bytes left", length);
    }
    return (int) length;
  }

  /** Steps over so many bytes and says where they began. */
  int skip(int size) throws DecodeException {
    if (size > end - at) {
      throw invalid("at least " + size + " more bytes", end - at);
    }
    int from = at;
    at += size;
    return from;
  }

  /** A zigzag varint in its shortest form. */
  long varint() throws DecodeException {
    long value = 0;
    int from = at;
    for (int shift = 0; shift < 70; shift += 7) {
      int b = bytes.at(skip(1)) & 0xff;
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        if (b == 0 && shift > 0 || shift == 63 && b > 1) {
          break;
        }
        return value >>> 1 ^ -(value & 1);
      }
    }
    throw Fields.invalid(
        "lot at byte " + from, "a varint of at most 64 bits in its shortest form", "another");
  }

  DecodeException invalid(String expected, Object found) {
    return Fields.invalid("lot at byte " + at, expected, found);
  }
}
