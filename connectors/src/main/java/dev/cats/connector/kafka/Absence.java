package dev.cats.connector.kafka;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a topic that brokers do not know is not there. A broker that has just started, or has
 * another controller now, may not know for some seconds what is there; so a topic is missing when
 * several looks in a row, over some seconds, have not found it.
 *
 * <p>One thread looks at a time.
 */
final class Absence {
  private static final Logger LOG = LoggerFactory.getLogger(Absence.class);

  static final int LOOKS = 3;
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String brokers;
  private final LongSupplier nanos;
  private int looks;
  private long since;

  Absence(String brokers) {
    this(brokers, System::nanoTime);
  }

  Absence(String brokers, LongSupplier nanos) {
    this.brokers = brokers;
    this.nanos = nanos;
  }

  /** One more look has not found it; whether that was the last that was needed. */
  boolean lasts(String what) {
    if (looks++ == 0) {
      since = nanos.getAsLong();
      LOG.warn(
          "Kafka at {} does not know {}; asking again for {} s",
          brokers,
          what,
          PATIENCE.toSeconds());
    }
    return looks >= LOOKS && nanos.getAsLong() - since >= PATIENCE.toNanos();
  }

  /** A look has found it. */
  void ended() {
    looks = 0;
  }
}
