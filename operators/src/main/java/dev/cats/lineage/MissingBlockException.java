package dev.cats.lineage;

import dev.cats.content.Cid;
import java.io.IOException;

/** A block that something names and the store does not hold. */
public final class MissingBlockException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Cid cid;

  MissingBlockException(Cid cid, String namedBy, String store) {
    super("Cannot find block %s (%s): %s does not hold it".formatted(cid, namedBy, store));
    this.cid = cid;
  }

  public Cid cid() {
    return cid;
  }
}
