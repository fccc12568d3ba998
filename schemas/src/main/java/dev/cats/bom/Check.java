package dev.cats.bom;

import dev.cats.content.Cid;
import dev.cats.content.Node;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The rules that fields of documents share. A value that breaks one is refused when it is made. */
final class Check {
  /** The largest integer of a document: what every JSON and JavaScript reader holds exactly. */
  static final long MAX_INTEGER = (1L << 53) - 1;

  private static final int SHA2_256 = 0x12;

  private Check() {}

  static IllegalArgumentException invalid(String what, String expected, Object found) {
    return new IllegalArgumentException(
        "Invalid %s: expected %s, found %s".formatted(what, expected, found));
  }

  static long integer(String what, long value, long min) {
    return integer(what, value, min, MAX_INTEGER);
  }

  static long integer(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw invalid(what, "an integer from " + min + " to " + max, value);
    }
    return value;
  }

  /** Names are for people: some text, on one line. */
  static String text(String what, String value) {
    if (value.isBlank()) {
      throw invalid(what, "a text that is not blank", quoted(value));
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isISOControl(c)) {
        throw invalid(what, "a text without control characters", "U+%04X".formatted((int) c));
      }
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == value.length()
            || !Character.isLowSurrogate(value.charAt(i + 1))) {
          throw invalid(what, "Unicode text", "a lone surrogate U+%04X".formatted((int) c));
        }
        i++;
      }
    }
    return value;
  }

  /** A link to another document. */
  static Cid document(String what, Cid cid) {
    return link(what, cid, Cid.DAG_CBOR, "dag-cbor");
  }

  /** A link to a lot: one raw block. */
  static Cid lot(String what, Cid cid) {
    return link(what, cid, Cid.RAW, "raw");
  }

  private static Cid link(String what, Cid cid, int codec, String name) {
    if (cid.version() != 1 || cid.codec() != codec || cid.hashFunction() != SHA2_256) {
      throw invalid(what, "a CIDv1 of codec " + name + " and hash sha2-256", cid);
    }
    return cid;
  }

  static List<Cid> documents(String what, Collection<Cid> cids) {
    List<Cid> copy = List.copyOf(cids);
    HashSet<Cid> seen = new HashSet<>(2 * copy.size());
    for (int i = 0; i < copy.size(); i++) {
      document(what + "[" + i + "]", copy.get(i));
      if (!seen.add(copy.get(i))) {
        throw invalid(what + "[" + i + "]", "each link once", copy.get(i) + " again");
      }
    }
    return copy;
  }

  static TreeMap<String, String> texts(String what, SortedMap<String, String> values) {
    TreeMap<String, String> copy = new TreeMap<>();
    values.forEach((key, value) -> copy.put(text(what + " key", key), value));
    return copy;
  }

  /** Free-form values, of which only what does not encode alike everywhere is refused. */
  static TreeMap<String, Node> values(String what, SortedMap<String, Node> values) {
    TreeMap<String, Node> copy = new TreeMap<>();
    values.forEach(
        (key, value) -> {
          exact(what + "." + key, value);
          copy.put(key, value);
        });
    return copy;
  }

  private static void exact(String what, Node node) {
    if (node instanceof Node.Float f) {
      throw invalid(what, "no floating-point number (write it as text)", f.value());
    } else if (node instanceof Node.BigInt i) {
      throw invalid(what, "an integer within 2^53", i.value());
    } else if (node instanceof Node.Int i) {
      integer(what, i.value(), -MAX_INTEGER);
    } else if (node instanceof Node.List list) {
      for (int i = 0; i < list.items().size(); i++) {
        exact(what + "[" + i + "]", list.items().get(i));
      }
    } else if (node instanceof Node.Map map) {
      map.entries().forEach((key, value) -> exact(what + "." + key, value));
    }
  }

  static String quoted(String text) {
    return "\"" + (text.length() > 80 ? text.substring(0, 80) + "…" : text) + "\"";
  }
}
