package dev.cats.content;

/**
 * Bytes or text that are not what they claim to be. The message is for people: it says what was
 * read and where, what was expected and what was found.
 */
public final class DecodeException extends Exception {
  private static final long serialVersionUID = 1;

  public DecodeException(String message) {
    super(message);
  }

  public DecodeException(String message, Throwable cause) {
    super(message, cause);
  }
}
