package dev.cats.connector.ipfs;

import dev.cats.content.Block;
import dev.cats.content.CarIndex;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A list of the blocks of a segment, so that one recursive pin on the list keeps exactly these from
 * a node's garbage collection.
 *
 * <p>It links to each block as raw bytes. A node keeps blocks by their hash, whatever the codec in
 * a CID says, so the block is kept; and nothing links on from raw bytes, so that a pin ends there
 * and does not walk all of history. Long lists are pages under a list of pages.
 */
final class KeepList {
  /** Links of 41 bytes, well below the size that a block may have. */
  static final int PAGE = 20_000;

  private KeepList() {}

  /** The blocks of the list, the root last. */
  static List<Block> of(CarIndex index) throws IOException {
    List<Node> links = new ArrayList<>();
    try {
      for (CarIndex.Entry entry : index.entries()) {
        links.add(Node.link(entry.cid().asRaw()));
      }
    } catch (DecodeException e) {
      throw new IOException("Cannot list the blocks of a segment: " + e.getMessage(), e);
    }
    List<Block> blocks = new ArrayList<>();
    if (links.size() > PAGE) {
      List<Node> pages = new ArrayList<>();
      for (int from = 0; from < links.size(); from += PAGE) {
        Block page = list(links.subList(from, Math.min(links.size(), from + PAGE)));
        blocks.add(page);
        pages.add(Node.link(page.cid()));
      }
      links = pages;
    }
    blocks.add(list(links));
    return blocks;
  }

  private static Block list(List<Node> links) {
    return DagCbor.block(Node.list(links));
  }

  /** What the pin is on. */
  static Cid root(List<Block> list) {
    return list.get(list.size() - 1).cid();
  }
}
