package dev.cats.content;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes one node into a growing buffer. Nodes are canonical by construction, so this only spells
 * them.
 */
final class DagCborEncoder {
  static final int UNSIGNED = 0;
  static final int NEGATIVE = 1;
  static final int BYTES = 2;
  static final int TEXT = 3;
  static final int LIST = 4;
  static final int MAP = 5;
  static final int TAG = 6;
  static final int SIMPLE = 7;

  static final int LINK_TAG = 42;
  static final int FALSE = 0xf4;
  static final int TRUE = 0xf5;
  static final int NULL = 0xf6;
  static final int FLOAT64 = 0xfb;

  private byte[] buffer = new byte[512];
  private int size;

  Bytes encode(Node node) {
    write(node, 0);
    return Bytes.wrap(Arrays.copyOf(buffer, size));
  }

  private void write(Node node, int depth) {
    if (node instanceof Node.Text text) {
      text(text.value());
    } else if (node instanceof Node.Int number) {
      integer(number.value());
    } else if (node instanceof Node.Link link) {
      head(TAG, LINK_TAG);
      Bytes cid = link.cid().bytes();
      head(BYTES, cid.size() + 1L);
      octet(0);
      octets(cid);
    } else if (node instanceof Node.Map map) {
      head(MAP, map.entries().size());
      int inner = deeper(depth);
      map.entries()
          .forEach(
              (key, value) -> {
                text(key);
                write(value, inner);
              });
    } else if (node instanceof Node.List list) {
      head(LIST, list.items().size());
      int inner = deeper(depth);
      if (list.items() instanceof Ints ints) {
        integers(ints);
      } else {
        for (Node item : list.items()) {
          write(item, inner);
        }
      }
    } else if (node instanceof Node.Binary binary) {
      head(BYTES, binary.value().size());
      octets(binary.value());
    } else if (node instanceof Node.Bool bool) {
      octet(bool.value() ? TRUE : FALSE);
    } else if (node instanceof Node.Null) {
      octet(NULL);
    } else if (node instanceof Node.Float number) {
      octet(FLOAT64);
      bigEndian(Double.doubleToRawLongBits(number.value()), Long.BYTES);
    } else if (node instanceof Node.BigInt number) {
      BigInteger value = number.value();
      boolean negative = value.signum() < 0;
      head(negative ? NEGATIVE : UNSIGNED, (negative ? value.not() : value).longValue());
    }
  }

  private static int deeper(int depth) {
    if (depth == DagCbor.MAX_DEPTH) {
      throw new IllegalArgumentException(
          "Cannot encode as dag-cbor: lists and maps nest deeper than " + DagCbor.MAX_DEPTH);
    }
    return depth + 1;
  }

  private void integers(Ints values) {
    for (int i = 0; i < values.size(); i++) {
      integer(values.at(i));
    }
  }

  private void integer(long value) {
    head(value < 0 ? NEGATIVE : UNSIGNED, value < 0 ? ~value : value);
  }

  private void text(String value) {
    int length = value.length();
    ensure(length + 9);
    int start = size;
    head(TEXT, length);
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c >= 0x80) {
        size = start;
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        head(TEXT, utf8.length);
        octets(Bytes.wrap(utf8));
        return;
      }
      buffer[size++] = (byte) c;
    }
  }

  /** Writes a major type with an argument, which is unsigned, in the shortest form. */
  private void head(int major, long argument) {
    int type = major << 5;
    if (argument >= 0 && argument < 24) {
      octet(type | (int) argument);
    } else if (argument >>> 8 == 0) {
      octet(type | 24);
      bigEndian(argument, 1);
    } else if (argument >>> 16 == 0) {
      octet(type | 25);
      bigEndian(argument, 2);
    } else if (argument >>> 32 == 0) {
      octet(type | 26);
      bigEndian(argument, 4);
    } else {
      octet(type | 27);
      bigEndian(argument, 8);
    }
  }

  private void octet(int value) {
    ensure(1);
    buffer[size++] = (byte) value;
  }

  private void octets(Bytes bytes) {
    ensure(bytes.size());
    bytes.copyTo(0, buffer, size, bytes.size());
    size += bytes.size();
  }

  private void bigEndian(long value, int width) {
    ensure(width);
    for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
      buffer[size++] = (byte) (value >>> shift);
    }
  }

  private void ensure(int more) {
    if (buffer.length - size < more) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, Math.addExact(size, more)));
    }
  }
}
