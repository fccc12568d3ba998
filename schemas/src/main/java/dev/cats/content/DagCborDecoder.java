package dev.cats.content;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one value from the front to the back, refusing whatever {@link DagCborEncoder} would not
 * have written.
 */
final class DagCborDecoder {
  private static final int INDEFINITE = 31;

  /**
   * A list's first capacity at most: 256 nested lists that each claim a million items must not get
   * room for them.
   */
  private static final int TRUSTED_CAPACITY = 16;

  private static final String[] MAJOR_NAMES = {
    "an integer",
    "a negative integer",
    "bytes",
    "text",
    "a list",
    "a map",
    "a tag",
    "a simple value"
  };

  private final byte[] source;
  private final int start;
  private final int end;
  private int at;

  DagCborDecoder(Bytes bytes) {
    this.source = bytes.array();
    this.start = bytes.offset();
    this.end = start + bytes.size();
    this.at = start;
  }

  Node decode() throws DecodeException {
    Node node = value(0);
    if (at != end) {
      throw invalid(at, "the end", (end - at) + " more bytes");
    }
    return node;
  }

  private Node value(int depth) throws DecodeException {
    int from = at;
    int initial = octet("a value");
    int major = initial >> 5;
    if (major == DagCborEncoder.SIMPLE) {
      return simple(from, initial);
    }
    long argument = argument(from, initial);
    return switch (major) {
      case DagCborEncoder.UNSIGNED ->
          argument >= 0 ? new Node.Int(argument) : new Node.BigInt(unsigned(argument));
      case DagCborEncoder.NEGATIVE ->
          argument >= 0 ? new Node.Int(~argument) : new Node.BigInt(unsigned(argument).not());
      case DagCborEncoder.BYTES -> {
        int length = length(from, major, argument, 1);
        at += length;
        yield new Node.Binary(Bytes.copyOf(source, at - length, length));
      }
      case DagCborEncoder.TEXT -> new Node.Text(text(from, argument));
      case DagCborEncoder.LIST -> list(from, argument, depth);
      case DagCborEncoder.MAP -> map(from, argument, depth);
      default -> link(from, argument);
    };
  }

  private Node simple(int from, int initial) throws DecodeException {
    return switch (initial) {
      case DagCborEncoder.FALSE -> Node.of(false);
      case DagCborEncoder.TRUE -> Node.of(true);
      case DagCborEncoder.NULL -> Node.NULL;
      case DagCborEncoder.FLOAT64 -> float64(from);
      case 0xf7 -> throw invalid(from, "a value", "undefined");
      case 0xf9 -> throw invalid(from, "a float of 64 bits", "one of 16 bits");
      case 0xfa -> throw invalid(from, "a float of 64 bits", "one of 32 bits");
      case 0xff -> throw invalid(from, "a value", "a break");
      default -> throw invalid(from, "a value", "simple value 0x%02x".formatted(initial));
    };
  }

  private Node float64(int from) throws DecodeException {
    if (end - at < Long.BYTES) {
      throw invalid(from, "a float of 8 bytes", (end - at) + " bytes");
    }
    double value = Double.longBitsToDouble(bigEndian(Long.BYTES));
    if (!Double.isFinite(value) || Double.doubleToRawLongBits(value) == Long.MIN_VALUE) {
      throw invalid(from, "a finite float other than -0.0", Double.toString(value));
    }
    return new Node.Float(value);
  }

  private Node list(int from, long argument, int depth) throws DecodeException {
    int length = length(from, DagCborEncoder.LIST, argument, 1);
    int inner = deeper(from, depth);
    List<Node> items = new ArrayList<>(Math.min(length, TRUSTED_CAPACITY));
    for (int i = 0; i < length; i++) {
      items.add(value(inner));
    }
    return new Node.List(items);
  }

  private Node map(int from, long argument, int depth) throws DecodeException {
    int length = length(from, DagCborEncoder.MAP, argument, 2);
    int inner = deeper(from, depth);
    Map<String, Node> entries = new LinkedHashMap<>();
    int previousStart = 0;
    int previousEnd = 0;
    for (int i = 0; i < length; i++) {
      int keyFrom = at;
      int initial = octet("a map key");
      if (initial >> 5 != DagCborEncoder.TEXT) {
        throw invalid(keyFrom, "a map key that is text", MAJOR_NAMES[initial >> 5]);
      }
      String key = text(keyFrom, argument(keyFrom, initial));
      int keyStart = at - Node.utf8Length(key);
      if (i > 0) {
        requireOrder(keyFrom, key, previousStart, previousEnd, keyStart);
      }
      previousStart = keyStart;
      previousEnd = at;
      entries.put(key, value(inner));
    }
    return new Node.Map(entries);
  }

  private void requireOrder(
      int keyFrom, String key, int previousStart, int previousEnd, int keyStart)
      throws DecodeException {
    int order = Integer.compare(previousEnd - previousStart, at - keyStart);
    if (order == 0) {
      order = Arrays.compareUnsigned(source, previousStart, previousEnd, source, keyStart, at);
    }
    if (order >= 0) {
      String previous =
          new String(source, previousStart, previousEnd - previousStart, StandardCharsets.UTF_8);
      throw invalid(
          keyFrom,
          "map keys sorted by length, then bytes",
          order == 0 ? quoted(key) + " twice" : quoted(key) + " after " + quoted(previous));
    }
  }

  private Node link(int from, long tag) throws DecodeException {
    if (tag != DagCborEncoder.LINK_TAG) {
      throw invalid(from, "tag 42 (a link)", "tag " + Long.toUnsignedString(tag));
    }
    int bytesFrom = at;
    int initial = octet("the bytes of a link");
    if (initial >> 5 != DagCborEncoder.BYTES) {
      throw invalid(bytesFrom, "the bytes of a link", MAJOR_NAMES[initial >> 5]);
    }
    int length = length(bytesFrom, DagCborEncoder.BYTES, argument(bytesFrom, initial), 1);
    if (length == 0 || source[at] != 0) {
      throw invalid(
          bytesFrom,
          "a link whose bytes begin with 0x00",
          length == 0 ? "no bytes" : "0x%02x".formatted(source[at]));
    }
    Bytes cid = Bytes.copyOf(source, at + 1, length - 1);
    at += length;
    try {
      return new Node.Link(Cid.decode(cid));
    } catch (DecodeException e) {
      throw new DecodeException(
          "Invalid dag-cbor at byte %d: expected a link, found an %s"
              .formatted(from - start, "i" + e.getMessage().substring(1)),
          e);
    }
  }

  private String text(int from, long argument) throws DecodeException {
    int length = length(from, DagCborEncoder.TEXT, argument, 1);
    int textStart = at;
    at += length;
    for (int i = textStart; i < at; i++) {
      if (source[i] < 0) {
        return unicode(from, textStart, length);
      }
    }
    return new String(source, textStart, length, StandardCharsets.ISO_8859_1);
  }

  private String unicode(int from, int textStart, int length) throws DecodeException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(source, textStart, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new DecodeException(
          "Invalid dag-cbor at byte %d: expected text in UTF-8, found other bytes"
              .formatted(from - start),
          e);
    }
  }

  /** The argument behind an initial byte, unsigned; only the shortest form is taken. */
  private long argument(int from, int initial) throws DecodeException {
    int info = initial & 31;
    if (info < 24) {
      return info;
    }
    String name = MAJOR_NAMES[initial >> 5];
    if (info == INDEFINITE) {
      throw invalid(from, name + " with its length", "an indefinite length");
    }
    if (info > 27) {
      throw invalid(from, name, "reserved byte 0x%02x".formatted(initial));
    }
    int width = 1 << (info - 24);
    if (end - at < width) {
      throw invalid(from, "%d bytes of %s".formatted(width, name), (end - at) + " bytes");
    }
    long argument = bigEndian(width);
    boolean shortest = width == 1 ? argument >= 24 : argument >>> (width * 4) != 0;
    if (!shortest) {
      throw invalid(
          from,
          "the shortest form of " + Long.toUnsignedString(argument),
          "%d bytes of it".formatted(width));
    }
    return argument;
  }

  /** A length that the bytes still to come can hold, at so many bytes each. */
  private int length(int from, int major, long argument, int least) throws DecodeException {
    int remaining = end - at;
    if (argument < 0 || argument > remaining / least) {
      String unit =
          switch (major) {
            case DagCborEncoder.LIST -> "items";
            case DagCborEncoder.MAP -> "entries";
            default -> "bytes";
          };
      throw invalid(
          from,
          "%s of %s %s".formatted(MAJOR_NAMES[major], Long.toUnsignedString(argument), unit),
          "%d bytes to the end".formatted(remaining));
    }
    return (int) argument;
  }

  private int deeper(int from, int depth) throws DecodeException {
    if (depth == DagCbor.MAX_DEPTH) {
      throw invalid(from, "at most " + DagCbor.MAX_DEPTH + " nested lists and maps", "more");
    }
    return depth + 1;
  }

  private int octet(String expected) throws DecodeException {
    if (at == end) {
      throw invalid(at, expected, "the end");
    }
    return source[at++] & 0xff;
  }

  private long bigEndian(int width) {
    long value = 0;
    for (int i = 0; i < width; i++) {
      value = (value << 8) | (source[at++] & 0xff);
    }
    return value;
  }

  private static BigInteger unsigned(long bits) {
    return new BigInteger(1, ByteBuffer.allocate(Long.BYTES).putLong(bits).array());
  }

  private static String quoted(String key) {
    return '"' + (key.length() > 40 ? key.substring(0, 40) + "…" : key) + '"';
  }

  private DecodeException invalid(int where, String expected, String found) {
    return new DecodeException(
        "Invalid dag-cbor at byte %d: expected %s, found %s"
            .formatted(where - start, expected, found));
  }
}
