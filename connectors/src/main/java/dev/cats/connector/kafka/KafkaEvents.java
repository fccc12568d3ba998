package dev.cats.connector.kafka;

import java.util.Optional;
import java.util.Properties;

/**
 * Kafka topics as sources and sinks of Flink streams.
 *
 * <pre>{@code
 * KafkaEvents.source("localhost:9092", "quakes").properties(client).build()
 *
 * KafkaEvents.sink("localhost:9092", "daily-stats")
 *     .transactionalIdPrefix("usgs-seismology-daily")
 *     .initiative("usgs-seismology")
 *     .build(new EventOfStats())
 * }</pre>
 */
public final class KafkaEvents {
  private KafkaEvents() {}

  /**
   * Checks where brokers are said to be, before anybody shows it.
   *
   * @throws IllegalArgumentException whose message has neither a user nor a password
   */
  public static void checkAddress(String bootstrap) {
    Brokers.checkAddress(bootstrap);
  }

  /**
   * Whom brokers take a client with these settings for, such as {@code User:ANONYMOUS}, where the
   * settings say so: who grants rights has to know.
   */
  public static Optional<String> principal(Properties client) {
    return Brokers.principal(Brokers.copy(client));
  }

  /** The events of one topic or more. */
  public static KafkaEventSource.Builder source(String bootstrap, String... topics) {
    return new KafkaEventSource.Builder(bootstrap, topics);
  }

  /** Records to a topic: events, Avro records as events, or what was refused. */
  public static KafkaEventSink.Builder sink(String bootstrap, String topic) {
    return new KafkaEventSink.Builder(bootstrap, topic);
  }
}
