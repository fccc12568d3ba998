package dev.cats.content;

import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;

/**
 * How a store is followed by another one.
 *
 * @param uri the store that follows: {@code kubo://127.0.0.1:5001/usgs}
 * @param inFlight how many segments are sent at the same time
 * @param limit bytes that may be on their way before the writer waits
 * @param pins what is kept there from being collected as garbage
 * @param name the key of the name that leads to HEAD there; "" for none
 * @param atEnd how long a writer that is done waits for a store that takes nothing
 */
public record MirrorSettings(
    String uri, int inFlight, long limit, Pins pins, String name, Duration atEnd)
    implements Serializable {
  private static final int MOST_IN_FLIGHT = 64;

  /** What a node keeps when it collects garbage. */
  public enum Pins {
    /** Nothing; for a node that collects none, or where somebody else pins. */
    NONE,
    /** What was committed, segment by segment, and nothing that it only links to. */
    DIRECT,
    /** All that can be reached from HEAD. The node walks it at each manifest. */
    RECURSIVE
  }

  public MirrorSettings {
    if (inFlight < 1 || inFlight > MOST_IN_FLIGHT) {
      throw new IllegalArgumentException(
          "Invalid mirror: expected 1 to %d segments in flight, found %d"
              .formatted(MOST_IN_FLIGHT, inFlight));
    }
    if (limit < 0 || atEnd.isNegative()) {
      throw new IllegalArgumentException(
          "Invalid mirror: expected a limit and a time of zero or more, found %d and %s"
              .formatted(limit, atEnd));
    }
  }

  /** The key of the name, if there is to be one. */
  public Optional<String> key() {
    return Optional.of(name).filter(key -> !key.isEmpty());
  }
}
