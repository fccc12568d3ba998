package dev.cats.cli;

import dev.cats.connector.ipfs.KuboClient;
import dev.cats.connector.ipfs.KuboClient.Pin;
import dev.cats.connector.ipfs.KuboException;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.lineage.Reach;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** What keeps a published history from a node's garbage collection. */
final class Pinning {
  private static final String NAME = "cats";
  private static final int BATCH = 256;

  /** One pin on each block, one on the root with all that is behind it, or nothing. */
  enum Kind {
    NONE,
    DIRECT,
    RECURSIVE
  }

  private Pinning() {}

  /**
   * Pins what is behind a CID, as the store that it was published from has it.
   *
   * @return how many pins that took
   * @throws KuboException that {@link KuboException#isMissing}, if the node does not have all of it
   */
  static long of(BlockStore from, Cid root, KuboClient node, Kind kind, PrintWriter err)
      throws IOException {
    return switch (kind) {
      case NONE -> 0;
      case RECURSIVE -> {
        node.pin(root, Pin.RECURSIVE, NAME);
        yield 1;
      }
      case DIRECT -> direct(from, root, node, new Ticker(err));
    };
  }

  static Failure explained(Cid root, KuboException e) {
    return Failure.usage(
        "Cannot pin %s with all that is behind it: the node does not have all of that (%s)"
            .formatted(root, e.said()),
        "Where blocks were pruned, or lots only hashed, pin those that are there: --pin direct",
        e);
  }

  private static long direct(BlockStore from, Cid root, KuboClient node, Ticker ticker)
      throws IOException {
    List<Cid> batch = new ArrayList<>();
    long[] pinned = {0};
    try (Reach reach = new Reach(from, Reach.Scope.WHOLE)) {
      reach.walk(
          root,
          new Reach.Visitor() {
            @Override
            public void block(Block block) throws IOException {
              there(block.cid());
            }

            @Override
            public boolean wants(Cid raw) {
              return false;
            }

            @Override
            public void there(Cid cid) throws IOException {
              batch.add(cid);
              if (batch.size() == BATCH) {
                flush(batch, node);
              }
              pinned[0]++;
              ticker.at(() -> "%s pinned so far".formatted(StoreCommand.count(pinned[0], "block")));
            }
          });
    }
    flush(batch, node);
    return pinned[0];
  }

  private static void flush(List<Cid> batch, KuboClient node) throws IOException {
    if (!batch.isEmpty()) {
      node.pin(batch, Pin.DIRECT, NAME);
      batch.clear();
    }
  }
}
