package dev.cats.cli;

/**
 * A command's way to end early: what cannot be done and why, what to do next, and the exit code.
 */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Something that was checked is wrong. */
  static final int FOUND_WRONG = 1;

  /** The question cannot be asked like this, or not here. */
  static final int USAGE = 2;

  private final int exitCode;

  private Failure(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** The next step may be several lines. */
  static Failure usage(String message, String next) {
    return new Failure(USAGE, message + "\n" + next, null);
  }

  static Failure usage(String message, String next, Throwable cause) {
    return new Failure(USAGE, message + "\n" + next, cause);
  }

  static Failure foundWrong(String message) {
    return new Failure(FOUND_WRONG, message, null);
  }

  int exitCode() {
    return exitCode;
  }
}
