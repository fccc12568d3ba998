package dev.cats.content;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A value of the IPLD data model: what dag-cbor can say, no more. Nodes are immutable, and equal
 * ones encode to equal bytes: a map is always in canonical key order, an integer has one type, and
 * what has no encoding (NaN, -0.0, an unpaired surrogate) cannot be made.
 */
@SuppressWarnings("JavaLangClash") // the names are those of the data model
public sealed interface Node {

  Node NULL = new Null();

  /**
   * The key order of dag-cbor: a key with a shorter UTF-8 form first, equally long ones by bytes.
   *
   * <p>{@code "b"} comes before {@code "aa"}, and {@code "é"} (two bytes) after {@code "z"}.
   */
  Comparator<String> KEY_ORDER =
      (a, b) -> {
        int byLength = Integer.compare(utf8Length(a), utf8Length(b));
        return byLength != 0 ? byLength : compareUtf8(a, b);
      };

  record Null() implements Node {}

  record Bool(boolean value) implements Node {
    private static final Bool TRUE = new Bool(true);
    private static final Bool FALSE = new Bool(false);
  }

  record Int(long value) implements Node {}

  /**
   * An integer beyond the {@code long} and within [-2^64, 2^64 - 1]; all others are {@link Int}.
   */
  record BigInt(BigInteger value) implements Node {
    private static final BigInteger MAX = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    private static final BigInteger MIN = BigInteger.ONE.shiftLeft(64).negate();

    public BigInt {
      if (value.bitLength() < Long.SIZE || value.compareTo(MIN) < 0 || value.compareTo(MAX) > 0) {
        throw new IllegalArgumentException(
            "Invalid big integer: expected one beyond a long, from -2^64 to 2^64 - 1, found "
                + value);
      }
    }
  }

  /** A finite 64-bit float; zero is never negative. */
  record Float(double value) implements Node {
    public Float {
      if (!Double.isFinite(value) || Double.doubleToRawLongBits(value) == Long.MIN_VALUE) {
        throw new IllegalArgumentException(
            "Invalid float: expected a finite number other than -0.0, found " + value);
      }
    }
  }

  record Text(String value) implements Node {
    public Text {
      requireUnicode(value);
    }
  }

  record Binary(Bytes value) implements Node {
    public Binary {
      Objects.requireNonNull(value, "value");
    }
  }

  record List(java.util.List<Node> items) implements Node {
    public List {
      items = items instanceof Ints ? items : java.util.List.copyOf(items);
    }
  }

  /** Entries in {@link #KEY_ORDER}, whatever order they were given in. */
  record Map(java.util.Map<String, Node> entries) implements Node {
    public Map {
      java.util.Map<String, Node> ordered = new LinkedHashMap<>(entries.size() * 2);
      String previous = null;
      boolean sorted = true;
      for (java.util.Map.Entry<String, Node> entry : entries.entrySet()) {
        String key = entry.getKey();
        requireUnicode(key);
        Objects.requireNonNull(entry.getValue(), key);
        sorted = sorted && (previous == null || KEY_ORDER.compare(previous, key) < 0);
        previous = key;
        ordered.put(key, entry.getValue());
      }
      if (!sorted) {
        java.util.Map<String, Node> tree = new TreeMap<>(KEY_ORDER);
        tree.putAll(ordered);
        ordered = new LinkedHashMap<>(tree);
      }
      entries = Collections.unmodifiableMap(ordered);
    }

    public Optional<Node> get(String key) {
      return Optional.ofNullable(entries.get(key));
    }
  }

  record Link(Cid cid) implements Node {
    public Link {
      Objects.requireNonNull(cid, "cid");
    }
  }

  /**
   * Collects the entries of a map, in any order; a null node leaves its key out, as for an absent
   * optional field.
   */
  final class MapBuilder {
    private final java.util.Map<String, Node> entries = new TreeMap<>(KEY_ORDER);

    private MapBuilder() {}

    public MapBuilder put(String key, Node node) {
      if (node != null && entries.put(key, node) != null) {
        throw new IllegalArgumentException("Invalid map: key \"" + key + "\" was put twice");
      }
      return this;
    }

    public Map build() {
      return new Map(entries);
    }
  }

  static Node of(boolean value) {
    return value ? Bool.TRUE : Bool.FALSE;
  }

  static Node of(long value) {
    return new Int(value);
  }

  /** An {@link Int} where the value fits in a long, else a {@link BigInt}. */
  static Node of(BigInteger value) {
    return value.bitLength() < Long.SIZE ? new Int(value.longValue()) : new BigInt(value);
  }

  static Node of(double value) {
    return new Float(value);
  }

  static Node of(String value) {
    return new Text(value);
  }

  static Node of(Bytes value) {
    return new Binary(value);
  }

  static Node link(Cid cid) {
    return new Link(cid);
  }

  static Node list(java.util.List<? extends Node> items) {
    return new List(new ArrayList<>(items));
  }

  /** A list of integers. */
  static Node integers(long... items) {
    return new List(new Ints(items));
  }

  static Node list(Node... items) {
    return new List(Arrays.asList(items));
  }

  static MapBuilder map() {
    return new MapBuilder();
  }

  /** Bytes of the UTF-8 form of a text without unpaired surrogates. */
  static int utf8Length(String text) {
    int length = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x800) {
        length += Character.isSurrogate(c) ? 1 : 2; // a pair is two chars and four bytes
      } else if (c >= 0x80) {
        length++;
      }
    }
    return length;
  }

  /** The order of the UTF-8 bytes, which is that of code points. */
  static int compareUtf8(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean xPair = Character.isSurrogate(x);
        boolean yPair = Character.isSurrogate(y);
        return xPair == yPair ? Character.compare(x, y) : Boolean.compare(xPair, yPair);
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** Refuses a text that has no UTF-8 form. */
  static void requireUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw new IllegalArgumentException(
              "Invalid text: expected Unicode, found an unpaired surrogate U+%04X at position %d"
                  .formatted((int) c, i));
        }
        i++;
      }
    }
  }
}
