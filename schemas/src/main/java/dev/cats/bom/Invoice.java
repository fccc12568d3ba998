package dev.cats.bom;

import dev.cats.content.Block;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.List;

/** What was delivered: a lot, how many records it holds and how many bytes it takes. */
public record Invoice(Cid data, int records, long bytes) {
  public Invoice {
    Check.lot("invoice data", data);
    Check.integer("invoice records", records, 1);
    Check.integer("invoice bytes", bytes, 1, Block.MAX_SIZE);
  }

  Node toNode() {
    return Node.map()
        .put("data", Node.link(data))
        .put("records", Node.of(records))
        .put("bytes", Node.of(bytes))
        .build();
  }

  static Invoice of(String where, Node node) throws DecodeException {
    Fields fields = Fields.of(where, node, List.of("data", "records", "bytes"));
    return new Invoice(
        fields.link("data"),
        (int) fields.integer("records", 1, Integer.MAX_VALUE),
        fields.integer("bytes", 1, Block.MAX_SIZE));
  }
}
