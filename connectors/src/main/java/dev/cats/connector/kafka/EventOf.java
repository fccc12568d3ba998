package dev.cats.connector.kafka;

import java.io.Serializable;
import java.time.Instant;
import javax.annotation.Nullable;

/**
 * What an event says of a record that leaves as its data: what kind of event it is, what it is
 * about and when it happened.
 *
 * @param <T> the record's type
 */
public interface EventOf<T> extends Serializable {

  /** The kind of event, for example {@code dev.cats.seismology.daily-stats}. */
  String type();

  /** What the record is about; the events of one subject stay in order. */
  @Nullable
  String subject(T value);

  /** When it happened. */
  @Nullable
  default Instant time(T value) {
    return null;
  }

  /**
   * The W3C trace that the record is a part of, where it knows one of its own; else it is that of
   * what the record was made from.
   */
  @Nullable
  default String traceparent(T value) {
    return null;
  }
}
