package dev.cats.bom;

import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.ArrayList;
import java.util.List;

/** The lists that {@link Inputs} and {@link Page} share, as they are written. */
final class Lists {
  private Lists() {}

  static Node links(List<Cid> cids) {
    return Node.list(cids.stream().map(Node::link).toArray(Node[]::new));
  }

  static Node origins(List<Origin> origins) {
    return Node.list(origins.stream().map(Origin::toNode).toArray(Node[]::new));
  }

  static List<Origin> origins(Fields fields, String name) throws DecodeException {
    List<Node> items = fields.list(name);
    List<Origin> origins = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      origins.add(Origin.of(fields.path(name) + "[" + i + "]", items.get(i)));
    }
    return origins;
  }
}
