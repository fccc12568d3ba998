package dev.cats.transfer;

import dev.cats.bom.Manifest;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import java.io.IOException;
import java.util.Optional;

/**
 * Making a manifest that came from elsewhere the HEAD of a store. Only forwards: into a store that
 * has none, or from a manifest of the same chain to a newer one, so that no chain is lost or
 * forked.
 */
public final class Adoption {
  private Adoption() {}

  /**
   * Moves HEAD.
   *
   * @return whether it moved; false if it is there already
   * @throws IOException if the CID is of no manifest with a valid signature, or HEAD is not in its
   *     chain; HEAD then stays as it is
   */
  public static boolean of(BlockStore store, Cid cid) throws IOException {
    Optional<Cid> head = store.head();
    if (head.equals(Optional.of(cid))) {
      return false;
    }
    Chain chain = Chain.from(new Documents(store), cid);
    Optional<Manifest> at = chain.next();
    if (!at.orElseThrow().signatureValid()) {
      throw new IOException(
          "Cannot make %s the HEAD of %s: its signature is not by its node %s"
              .formatted(cid, store.describe(), at.get().node()));
    }
    while (head.isPresent() && at.isPresent() && !at.get().cid().equals(head.get())) {
      at = chain.next();
    }
    if (at.isEmpty()) {
      throw new IOException(
          "Cannot make %s the HEAD of %s: it does not go on from HEAD %s; use a store of its own"
              .formatted(cid, store.describe(), head.orElseThrow()));
    }
    store.moveHead(head, cid);
    return true;
  }
}
