package dev.cats.content;

import java.io.IOException;
import java.util.Optional;

/**
 * HEAD was not where its mover last saw it: somebody else has moved it, and nothing was changed.
 */
public final class StaleHeadException extends IOException {
  private static final long serialVersionUID = 1;

  private final Cid expected; // null: no HEAD
  private final Cid found;

  public StaleHeadException(String store, Optional<Cid> expected, Optional<Cid> found, Cid next) {
    super(
        "Cannot move HEAD of "
            + store
            + " to "
            + next
            + ": another writer has moved it\n  expected  "
            + text(expected)
            + "\n  found     "
            + text(found));
    this.expected = expected.orElse(null);
    this.found = found.orElse(null);
  }

  /** Where the mover believed HEAD to be. */
  public Optional<Cid> expected() {
    return Optional.ofNullable(expected);
  }

  /** Where it is. */
  public Optional<Cid> found() {
    return Optional.ofNullable(found);
  }

  private static String text(Optional<Cid> head) {
    return head.map(Cid::toString).orElse("no HEAD");
  }
}
