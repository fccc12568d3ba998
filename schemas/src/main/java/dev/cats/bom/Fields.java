package dev.cats.bom;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The fields of a map in a document, read strictly: nothing but the fields named is accepted, and
 * each must be of the kind asked for. Messages name the document, the field, what was expected and
 * what was found.
 */
final class Fields {
  private final String where;
  private final Map<String, Node> fields;

  private Fields(String where, Map<String, Node> fields) {
    this.where = where;
    this.fields = fields;
  }

  static Fields of(String where, Node node, List<String> known) throws DecodeException {
    Map<String, Node> fields = map(where, node);
    for (String name : fields.keySet()) {
      if (!known.contains(name)) {
        throw invalid(
            where, "no field but " + String.join(", ", known), "a field " + Check.quoted(name));
      }
    }
    return new Fields(where, fields);
  }

  static DecodeException invalid(String what, String expected, Object found) {
    return new DecodeException(
        "Invalid %s: expected %s, found %s".formatted(what, expected, found));
  }

  /** What was found, for a message: its kind, and the value where that is short. */
  static String describe(Node node) {
    if (node instanceof Node.Null) {
      return "null";
    } else if (node instanceof Node.Bool bool) {
      return "the boolean " + bool.value();
    } else if (node instanceof Node.Int i) {
      return "the integer " + i.value();
    } else if (node instanceof Node.BigInt i) {
      return "the integer " + i.value();
    } else if (node instanceof Node.Float f) {
      return "the float " + f.value();
    } else if (node instanceof Node.Text text) {
      return "the text " + Check.quoted(text.value());
    } else if (node instanceof Node.Binary binary) {
      return binary.value().size() + " bytes";
    } else if (node instanceof Node.List list) {
      return "a list of " + list.items().size();
    } else if (node instanceof Node.Map map) {
      return "a map of " + map.entries().size();
    } else {
      return "a link to " + ((Node.Link) node).cid();
    }
  }

  String path(String name) {
    return where + (where.indexOf(' ') < 0 ? " " : ".") + name;
  }

  Node any(String name) throws DecodeException {
    Node node = fields.get(name);
    if (node == null) {
      throw new DecodeException(
          "Invalid %s: expected a field %s, found none".formatted(where, Check.quoted(name)));
    }
    return node;
  }

  boolean has(String name) {
    return fields.containsKey(name);
  }

  String text(String name) throws DecodeException {
    return text(path(name), any(name));
  }

  Optional<String> optionalText(String name) throws DecodeException {
    return has(name) ? Optional.of(text(name)) : Optional.empty();
  }

  long integer(String name, long min, long max) throws DecodeException {
    return integer(path(name), any(name), min, max);
  }

  Bytes bytes(String name) throws DecodeException {
    if (any(name) instanceof Node.Binary binary) {
      return binary.value();
    }
    throw invalid(path(name), "bytes", describe(any(name)));
  }

  Cid link(String name) throws DecodeException {
    return link(path(name), any(name));
  }

  Optional<Cid> optionalLink(String name) throws DecodeException {
    return has(name) ? Optional.of(link(name)) : Optional.empty();
  }

  List<Node> list(String name) throws DecodeException {
    return list(path(name), any(name));
  }

  List<Cid> links(String name) throws DecodeException {
    List<Node> items = list(name);
    List<Cid> links = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i) instanceof Node.Link link) {
        links.add(link.cid());
      } else {
        throw invalid(path(name) + "[" + i + "]", "a link", describe(items.get(i)));
      }
    }
    return links;
  }

  /** A flat list of integers from {@code min} up. */
  long[] integers(String name, long min) throws DecodeException {
    return integers(path(name), any(name), min);
  }

  TreeMap<String, Node> values(String name) throws DecodeException {
    return new TreeMap<>(map(path(name), any(name)));
  }

  TreeMap<String, String> texts(String name) throws DecodeException {
    TreeMap<String, String> texts = new TreeMap<>();
    for (Map.Entry<String, Node> entry : map(path(name), any(name)).entrySet()) {
      texts.put(entry.getKey(), text(path(name) + "." + entry.getKey(), entry.getValue()));
    }
    return texts;
  }

  static Map<String, Node> map(String what, Node node) throws DecodeException {
    if (node instanceof Node.Map map) {
      return map.entries();
    }
    throw invalid(what, "a map", describe(node));
  }

  static List<Node> list(String what, Node node) throws DecodeException {
    if (node instanceof Node.List list) {
      return list.items();
    }
    throw invalid(what, "a list", describe(node));
  }

  static String text(String what, Node node) throws DecodeException {
    if (node instanceof Node.Text text) {
      return text.value();
    }
    throw invalid(what, "text", describe(node));
  }

  static Cid link(String what, Node node) throws DecodeException {
    if (node instanceof Node.Link link) {
      return link.cid();
    }
    throw invalid(what, "a link", describe(node));
  }

  static long integer(String what, Node node, long min, long max) throws DecodeException {
    if (node instanceof Node.Int i && i.value() >= min && i.value() <= max) {
      return i.value();
    }
    throw invalid(what, "an integer from " + min + " to " + max, describe(node));
  }

  static long[] integers(String what, Node node, long min) throws DecodeException {
    List<Node> items = list(what, node);
    long[] integers = new long[items.size()];
    for (int i = 0; i < integers.length; i++) {
      if (items.get(i) instanceof Node.Int item
          && item.value() >= min
          && item.value() <= Check.MAX_INTEGER) {
        integers[i] = item.value();
      } else {
        throw invalid(
            what + "[" + i + "]",
            "an integer from " + min + " to " + Check.MAX_INTEGER,
            describe(items.get(i)));
      }
    }
    return integers;
  }
}
