package dev.cats.ray.stage;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Why a function cannot be loaded, or a batch not be answered; told to the client as data, in the
 * words that the worker in Python has for it.
 */
final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  /** What a client can do about it. */
  enum Kind {
    /** The function threw. */
    RAISED,
    /** It made another number of records than it promises. */
    LENGTHS,
    /** It made what its type does not hold. */
    TYPES,
    /** It did not return in time. */
    TIMEOUT,
    /** It may not run here. */
    REFUSED,
    /** A block or a version is missing. */
    MISSING,
    /** What was fetched is no function. */
    BUNDLE,
    /** The client asked for what there is not. */
    PROTOCOL;

    String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final Kind kind;
  private final String traceback;

  Failure(Kind kind, String message) {
    this(kind, message, "");
  }

  Failure(Kind kind, String message, String traceback) {
    super(message);
    this.kind = kind;
    this.traceback = traceback;
  }

  void writeTo(ObjectNode answer) {
    answer
        .putObject("error")
        .put("kind", kind.word())
        .put("message", getMessage())
        .put("traceback", traceback);
  }
}
