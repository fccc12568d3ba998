package dev.cats.content;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes one node as DAG-JSON, in one of two layouts that differ in white space alone. */
final class DagJsonWriter {
  /** Where a line of side-by-side numbers is broken. */
  private static final int LINE = 100;

  /** Every float reads back from this many significant digits. */
  private static final int MAX_DIGITS = 17;

  private final boolean indented;
  private final StringBuilder out = new StringBuilder();

  private DagJsonWriter(boolean indented) {
    this.indented = indented;
  }

  static String compact(Node node) {
    return new DagJsonWriter(false).written(node);
  }

  static String pretty(Node node) {
    return new DagJsonWriter(true).written(node);
  }

  private String written(Node node) {
    write(node, 0);
    return out.toString();
  }

  private void write(Node node, int depth) {
    if (node instanceof Node.Map map) {
      map(map, depth);
    } else if (node instanceof Node.List list) {
      list(list.items(), depth);
    } else if (node instanceof Node.Text text) {
      text(text.value());
    } else if (node instanceof Node.Link link) {
      out.append("{\"/\":").append(indented ? " " : "");
      text(link.cid().toString());
      out.append('}');
    } else if (node instanceof Node.Binary binary) {
      String base64 = Base64.getEncoder().withoutPadding().encodeToString(binary.value().toArray());
      String space = indented ? " " : "";
      out.append("{\"/\":").append(space).append("{\"bytes\":").append(space);
      text(base64);
      out.append("}}");
    } else {
      out.append(scalar(node));
    }
  }

  private static String scalar(Node node) {
    if (node instanceof Node.Int number) {
      return Long.toString(number.value());
    } else if (node instanceof Node.BigInt number) {
      return number.value().toString();
    } else if (node instanceof Node.Bool bool) {
      return Boolean.toString(bool.value());
    } else if (node instanceof Node.Float number) {
      return decimal(number.value());
    }
    return "null";
  }

  private void map(Node.Map map, int depth) {
    requireDeeper(depth);
    Map<String, Node> sorted = new TreeMap<>(Node::compareUtf8);
    sorted.putAll(map.entries());
    requireUnreserved(sorted);
    out.append('{');
    Iterator<Map.Entry<String, Node>> entries = sorted.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<String, Node> entry = entries.next();
      newLine(depth + 1);
      text(entry.getKey());
      out.append(indented ? ": " : ":");
      write(entry.getValue(), depth + 1);
      if (entries.hasNext()) {
        out.append(',');
      } else {
        newLine(depth);
      }
    }
    out.append('}');
  }

  private void list(List<Node> items, int depth) {
    requireDeeper(depth);
    boolean flat = items.stream().allMatch(DagJsonWriter::isShort);
    out.append('[');
    if (indented && flat && !items.isEmpty()) {
      sideBySide(items, depth);
    } else {
      for (int i = 0; i < items.size(); i++) {
        newLine(depth + 1);
        write(items.get(i), depth + 1);
        if (i + 1 < items.size()) {
          out.append(',');
        } else {
          newLine(depth);
        }
      }
    }
    out.append(']');
  }

  private void sideBySide(List<Node> items, int depth) {
    List<String> words = items.stream().map(DagJsonWriter::scalar).toList();
    int length = words.stream().mapToInt(word -> word.length() + 2).sum();
    if (depth * 2 + length <= LINE) {
      out.append(String.join(", ", words));
      return;
    }
    newLine(depth + 1);
    int column = depth * 2 + 2;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (i > 0) {
        out.append(',');
        if (column + word.length() + 3 > LINE) {
          newLine(depth + 1);
          column = depth * 2 + 2;
        } else {
          out.append(' ');
        }
      }
      out.append(word);
      column += word.length() + 2;
    }
    newLine(depth);
  }

  private void newLine(int depth) {
    if (indented) {
      out.append('\n').append("  ".repeat(depth));
    }
  }

  private void text(String value) {
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /**
   * The fewest digits that read back as the same float, laid out as the reference implementation
   * does: {@code 1.0}, {@code 0.1}, {@code 1e+23}, never without a point or an exponent, which
   * would be an integer. {@link Double#toString} of Java 17 sometimes gives a digit too many.
   */
  private static String decimal(double value) {
    if (value == 0) {
      return "0.0";
    }
    BigDecimal exact = new BigDecimal(value);
    BigDecimal shortest = exact;
    for (int digits = 1; digits <= MAX_DIGITS; digits++) {
      shortest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (shortest.doubleValue() == value) {
        break;
      }
    }
    shortest = shortest.stripTrailingZeros();
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = digits.length() - shortest.scale() - 1;
    if (exponent >= -6 && exponent < 21) {
      String plain = shortest.toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    return (value < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + (exponent < 0 ? "e-" : "e+")
        + Math.abs(exponent);
  }

  private static boolean isShort(Node node) {
    return node instanceof Node.Int
        || node instanceof Node.BigInt
        || node instanceof Node.Float
        || node instanceof Node.Bool
        || node instanceof Node.Null;
  }

  private static void requireDeeper(int depth) {
    if (depth == DagCbor.MAX_DEPTH) {
      throw new IllegalArgumentException(
          "Cannot write as DAG-JSON: lists and maps nest deeper than " + DagCbor.MAX_DEPTH);
    }
  }

  /**
   * What readers of DAG-JSON take for a link or for bytes: a map that begins with the key "/" and a
   * text or "bytes".
   */
  private static void requireUnreserved(Map<String, Node> sorted) {
    if (sorted.isEmpty()) {
      return;
    }
    Map.Entry<String, Node> first = sorted.entrySet().iterator().next();
    if (first.getKey().equals("/")
        && (first.getValue() instanceof Node.Text
            || (first.getValue() instanceof Node.Map inner && inner.get("bytes").isPresent()))) {
      throw new IllegalArgumentException(
          "Cannot write as DAG-JSON: a map begins with the key \"/\", which there means a link or bytes");
    }
  }
}
