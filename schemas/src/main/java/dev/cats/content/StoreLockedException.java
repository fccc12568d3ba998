package dev.cats.content;

import java.io.IOException;

/** A store that another writer has claimed. */
public final class StoreLockedException extends IOException {
  private static final long serialVersionUID = 1;

  private final String holder;

  /**
   * @param store the store in its own words
   * @param holder who has it, as far as it said so itself
   */
  public StoreLockedException(String store, String holder) {
    super(
        "Cannot write to "
            + store
            + ": it is in use by "
            + holder
            + ". Wait for it to end or stop it, or choose another store");
    this.holder = holder;
  }

  /**
   * Who holds the lock: what was given to {@link BlockStore#lock}, and the process where that is
   * known.
   */
  public String holder() {
    return holder;
  }
}
