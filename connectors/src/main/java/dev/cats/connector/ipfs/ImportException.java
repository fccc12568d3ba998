package dev.cats.connector.ipfs;

import java.io.IOException;

/** A node that said that all went well with an import, and counted other blocks than were sent. */
public final class ImportException extends IOException {
  private static final long serialVersionUID = 1;

  private final String segment;
  private final long expected;
  private final long stored;

  ImportException(String segment, String node, String counted, long expected, long stored) {
    super(
        "Cannot import segment %s: %s %s\nIts log may say why (what is left of its disk, a proxy that cuts requests off). Importing again is harmless."
            .formatted(segment, node, counted));
    this.segment = segment;
    this.expected = expected;
    this.stored = stored;
  }

  public String segment() {
    return segment;
  }

  /** Blocks that were sent. */
  public long expected() {
    return expected;
  }

  /** Blocks that the node counted; 0 if it did not say. */
  public long stored() {
    return stored;
  }
}
