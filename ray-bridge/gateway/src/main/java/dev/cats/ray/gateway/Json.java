package dev.cats.ray.gateway;

import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The little JSON there is to say, without a library beside those that Ray brings. */
final class Json {
  private static final Pattern SIZE =
      Pattern.compile("\\s*\\{\\s*\"size\"\\s*:\\s*(\\d{1,9})\\s*}\\s*");

  private Json() {}

  static String text(String value) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        default -> {
          if (c < ' ') {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }

  /** A list of what is JSON already. */
  static String list(List<String> values) {
    return values.stream().collect(Collectors.joining(",", "[", "]"));
  }

  /** The number in {@code {"size":3}}, if this is that. */
  static OptionalInt size(String document) {
    Matcher matcher = SIZE.matcher(document);
    return matcher.matches()
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }
}
