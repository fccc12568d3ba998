package dev.cats.connector.ipfs;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long a server may take, and how often it is asked again.
 *
 * @param connect for a connection to come about
 * @param silence without a byte in either direction, after which a request counts as hanging: work
 *     that goes on may take as long as it needs
 * @param attempts how often something harmless is tried in all
 * @param first the pause before the second attempt; each one after it is twice as long
 * @param longest the longest pause. A pause is shortened at random by up to a half, so that those
 *     who were refused together do not come back together
 */
public record Patience(
    Duration connect, Duration silence, int attempts, Duration first, Duration longest) {
  /** For a node or gateway across a network: five attempts in about three seconds. */
  public static final Patience DEFAULT =
      new Patience(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          5,
          Duration.ofMillis(200),
          Duration.ofSeconds(10));

  public Patience {
    if (connect.isNegative() || connect.isZero() || silence.isNegative() || silence.isZero()) {
      throw new IllegalArgumentException(
          "Invalid patience: expected times above zero, found %s and %s"
              .formatted(connect, silence));
    }
    if (attempts < 1 || first.isNegative() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "Invalid patience: expected an attempt or more with pauses that grow, found %d from %s to %s"
              .formatted(attempts, first, longest));
    }
  }

  /** The same for who counts a request as hanging after this time. */
  public Patience withSilence(Duration time) {
    return new Patience(connect, time, attempts, first, longest);
  }

  /** The same for who tries so often in all. */
  public Patience withAttempts(int number) {
    return new Patience(connect, silence, number, first, longest);
  }

  /** The pause after this many attempts that failed. */
  Duration pause(int failed) {
    long full = longest.toMillis();
    int doubled = failed - 1;
    if (doubled < Long.numberOfLeadingZeros(first.toMillis()) - 1) {
      full = Math.min(full, first.toMillis() << doubled);
    }
    return Duration.ofMillis(full - ThreadLocalRandom.current().nextLong(full / 2 + 1));
  }
}
