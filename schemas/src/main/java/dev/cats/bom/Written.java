package dev.cats.bom;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.DagJson;
import dev.cats.content.Node;

/** What all documents have in common: one canonical block, made once, that is their identity. */
abstract class Written {
  private volatile Block block;

  public abstract String kind();

  /** The value under the kind's key. */
  abstract Node body();

  public final Node toNode() {
    return Node.map().put(kind(), body()).build();
  }

  public final Block block() {
    Block known = block;
    if (known == null) {
      Bytes bytes = DagCbor.encode(toNode());
      if (bytes.size() > Block.MAX_SIZE) {
        throw new IllegalStateException(
            "Cannot write a %s: it takes %d bytes, a block holds %d"
                .formatted(kind(), bytes.size(), Block.MAX_SIZE));
      }
      known = Block.of(Cid.DAG_CBOR, bytes);
      block = known;
    }
    return known;
  }

  final void remember(Block decoded) {
    block = decoded;
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof Written written && block().cid().equals(written.block().cid());
  }

  @Override
  public final int hashCode() {
    return block().cid().hashCode();
  }

  /** The document as DAG-JSON. */
  @Override
  public final String toString() {
    return DagJson.encode(toNode());
  }
}
