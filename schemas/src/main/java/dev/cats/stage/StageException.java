package dev.cats.stage;

import java.util.Optional;

/** A stage function that could not be run, or that failed; said for people. */
public final class StageException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Whether the records are to blame, or something that another call would meet as well. */
  public enum Kind {
    /** The function failed on these records, or gave what it must not give. */
    FUNCTION,
    /** It may not run, or lacks what it needs. */
    REFUSED,
    /** Nobody who could run it answered in time. */
    AWAY
  }

  private final Kind kind;

  /** Empty where there is none. */
  private final String traceback;

  public StageException(Kind kind, String message, Optional<String> traceback) {
    super(message);
    this.kind = kind;
    this.traceback = traceback.orElse("");
  }

  public StageException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.traceback = "";
  }

  public Kind kind() {
    return kind;
  }

  /** The function's own stack trace, in its own language. */
  public Optional<String> traceback() {
    return Optional.of(traceback).filter(text -> !text.isEmpty());
  }
}
