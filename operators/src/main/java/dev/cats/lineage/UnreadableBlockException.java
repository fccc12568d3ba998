package dev.cats.lineage;

import dev.cats.content.Cid;
import java.io.IOException;

/** A block whose bytes are the ones its CID names, and that yet is not what it has to be. */
public final class UnreadableBlockException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Cid cid;

  UnreadableBlockException(Cid cid, String role, String why, Throwable cause) {
    super("Cannot read block %s as %s: %s".formatted(cid, role, why), cause);
    this.cid = cid;
  }

  public Cid cid() {
    return cid;
  }
}
