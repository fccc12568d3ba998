package dev.cats.event;

import dev.cats.content.Bytes;
import java.util.Objects;

/**
 * A record as it entered the data initiative: the position that it came from, and its value or why
 * it has none.
 *
 * <p>A source emits these, so that the BOM of its lots can say which records of the outside world
 * are in them. The position travels no further than the steps that are chained to the source: it is
 * for what these refuse.
 */
public sealed interface Arrival<T> {
  Position position();

  /** Which record of which lot this was, before it was sent here; null where nobody says. */
  Citation made();

  /** The trace that it is a part of; null where it came with none. */
  TraceContext trace();

  static <T> Arrival<T> of(Position position, T value) {
    return new Accepted<>(position, value, null);
  }

  /** A record whose maker says where it was made, such as another initiative; null for no. */
  static <T> Arrival<T> of(Position position, T value, Citation made) {
    return new Accepted<>(position, value, made);
  }

  /** A record that cannot be read: it goes to the rejects, with the bytes that it had. */
  static <T> Arrival<T> refused(Position position, String rule, String reason, byte[] original) {
    return refused(position, rule, reason, original, null, null);
  }

  /** One whose maker says where it was made; null for no. */
  static <T> Arrival<T> refused(
      Position position, String rule, String reason, byte[] original, Citation made) {
    return refused(position, rule, reason, original, made, null);
  }

  /** One whose maker says also of which trace it is a part; null for no. */
  static <T> Arrival<T> refused(
      Position position,
      String rule,
      String reason,
      byte[] original,
      Citation made,
      TraceContext trace) {
    return new Refused<>(position, rule, reason, Bytes.of(original), made, trace);
  }

  record Accepted<T>(Position position, T value, Citation made) implements Arrival<T> {
    public Accepted {
      Objects.requireNonNull(position, "position");
      Objects.requireNonNull(value, "value");
    }

    /** That of an event is among its attributes. */
    @Override
    public TraceContext trace() {
      return value instanceof DataInitiativeEvent event ? TraceContext.of(event) : null;
    }
  }

  /**
   * @param rule what it broke, in a word
   * @param reason what is wrong, in a sentence that names the value
   */
  record Refused<T>(
      Position position,
      String rule,
      String reason,
      Bytes original,
      Citation made,
      TraceContext trace)
      implements Arrival<T> {
    public Refused {
      Objects.requireNonNull(position, "position");
      Objects.requireNonNull(rule, "rule");
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(original, "original");
    }
  }
}
