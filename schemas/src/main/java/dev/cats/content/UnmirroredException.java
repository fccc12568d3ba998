package dev.cats.content;

import java.io.IOException;

/**
 * What was committed to a store has not all arrived at its mirror, and is not going to for now. It
 * is safe where it was committed.
 */
public final class UnmirroredException extends IOException {
  private static final long serialVersionUID = 1;

  public UnmirroredException(String message) {
    super(message);
  }
}
