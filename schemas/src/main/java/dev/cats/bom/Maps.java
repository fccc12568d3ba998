package dev.cats.bom;

import dev.cats.content.Node;
import java.util.SortedMap;

/** Maps with free keys, as they are written. */
final class Maps {
  private Maps() {}

  static Node values(SortedMap<String, Node> values) {
    var map = Node.map();
    values.forEach(map::put);
    return map.build();
  }

  static Node texts(SortedMap<String, String> texts) {
    var map = Node.map();
    texts.forEach((key, value) -> map.put(key, Node.of(value)));
    return map.build();
  }
}
