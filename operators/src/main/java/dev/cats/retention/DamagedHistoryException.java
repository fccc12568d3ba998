package dev.cats.retention;

import java.io.IOException;

/** What is to be kept is not whole, so that nobody can say what it needs. */
public final class DamagedHistoryException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedHistoryException(String message) {
    super(message);
  }
}
