package dev.cats.event;

import java.util.Objects;

/**
 * A record as it leaves the data initiative for an outside system, with where it was made.
 *
 * @param trace that it is a part of, as what it was made from was; null for none
 */
public record Departure<T>(Citation made, T value, TraceContext trace) {
  public Departure {
    Objects.requireNonNull(made, "made");
    Objects.requireNonNull(value, "value");
  }

  /** One that is part of no trace. */
  public Departure(Citation made, T value) {
    this(made, value, null);
  }
}
