package dev.cats.lineage;

import dev.cats.content.Cid;
import java.io.IOException;

/** A block that something names and the store does not hold: it never did, or it was pruned. */
public final class MissingBlockException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Cid cid;
  private final boolean pruned;

  MissingBlockException(Cid cid, String namedBy, String store, boolean pruned) {
    super(
        pruned
            ? "Cannot find block %s (%s): it was pruned from %s".formatted(cid, namedBy, store)
            : "Cannot find block %s (%s): %s does not hold it".formatted(cid, namedBy, store));
    this.cid = cid;
    this.pruned = pruned;
  }

  public Cid cid() {
    return cid;
  }

  /** Whether the store let go of it on purpose. */
  public boolean pruned() {
    return pruned;
  }
}
