package dev.cats.feed;

/** What is wrong with a part of a file. */
public final class Malformed extends Exception {
  private static final long serialVersionUID = 1L;

  Malformed(String message) {
    super(message, null, false, false);
  }
}
