package dev.cats.content;

import java.io.IOException;

/**
 * Stored bytes that are not what the store says they are: a flipped bit, a file that was cut short,
 * an index that does not fit its own checksum. Nothing is returned in their place.
 *
 * <p>The message has one fact per line, values aligned, so that two hashes can be compared by eye:
 *
 * <pre>
 * Cannot read block bafkreie…: its bytes do not match its hash
 *   store     folder /data/cats-data
 *   segment   segments/seismology-1-0.car, byte 1042
 *   expected  bafkreie7q3iidccmpvszul7kudcvvuavuo7u6gzlbobczuk5nqk3b4akba
 *   found     bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e
 * </pre>
 */
public final class CorruptBlockException extends IOException {
  private static final long serialVersionUID = 1;

  /** In which way the bytes are wrong. */
  public enum Kind {
    /**
     * The bytes are there and hash to something else, or the framing around them is not that of
     * this block.
     */
    HASH("hash"),
    /** The segment ends before the block does. */
    TRUNCATED("truncated"),
    /** The index of the segment cannot be read; the block itself may be fine. */
    INDEX("index");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** A word for programs to tell the kinds apart; part of what the CLI prints. */
    public String text() {
      return text;
    }
  }

  private final Kind kind;
  private final String segment;
  private final Cid cid;
  private final String expected;
  private final String found;

  /**
   * @param what the first line: what cannot be done, and why
   * @param store the store in its own words
   * @param segment the segment's name
   * @param place file and position inside the store, for the one who goes to look
   * @param cid the block that was asked for
   */
  public CorruptBlockException(
      Kind kind,
      String what,
      String store,
      String segment,
      String place,
      Cid cid,
      String expected,
      String found) {
    super(
        what
            + "\n  store     "
            + store
            + "\n  segment   "
            + place
            + "\n  block     "
            + cid
            + "\n  expected  "
            + expected
            + "\n  found     "
            + found);
    this.kind = kind;
    this.segment = segment;
    this.cid = cid;
    this.expected = expected;
    this.found = found;
  }

  public Kind kind() {
    return kind;
  }

  /** The name of the segment, as given to {@link BlockStore#newSegment}. */
  public String segment() {
    return segment;
  }

  /** The block that could not be read. */
  public Cid cid() {
    return cid;
  }

  /** What should have been there, in words or as a CID. */
  public String expected() {
    return expected;
  }

  /** What was there instead. */
  public String found() {
    return found;
  }
}
