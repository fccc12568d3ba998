package dev.cats.content;

/**
 * Bytes that the CID they came under does not name: damaged, exchanged or forged. Carries both
 * sides.
 */
public final class HashMismatchException extends Exception {
  private static final long serialVersionUID = 1;

  private final Cid expected;
  private final Cid found;

  HashMismatchException(String why, Cid expected, Cid found) {
    super("Cannot accept block: " + why + "\n  expected " + expected + "\n  found    " + found);
    this.expected = expected;
    this.found = found;
  }

  /** The CID that the bytes came under. */
  public Cid expected() {
    return expected;
  }

  /** The CID that the bytes have, of the expected one's codec. */
  public Cid found() {
    return found;
  }
}
