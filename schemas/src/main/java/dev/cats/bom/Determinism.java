package dev.cats.bom;

/** What a function promises about running it again over the same inputs. */
public enum Determinism {
  /** The same bytes. */
  BITWISE("bitwise"),
  /** The same up to rounding, as on another processor or library. */
  TOLERANCE("tolerance"),
  /** Nothing. */
  NONE("none");

  private final String code;

  Determinism(String code) {
    this.code = code;
  }

  /** The text that is written. */
  public String code() {
    return code;
  }

  static Determinism of(String what, String code) {
    for (Determinism determinism : values()) {
      if (determinism.code.equals(code)) {
        return determinism;
      }
    }
    throw Check.invalid(what, "bitwise, tolerance or none", Check.quoted(code));
  }
}
