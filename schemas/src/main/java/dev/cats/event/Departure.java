package dev.cats.event;

import java.util.Objects;

/** A record as it leaves the data initiative for an outside system, with where it was made. */
public record Departure<T>(Citation made, T value) {
  public Departure {
    Objects.requireNonNull(made, "made");
    Objects.requireNonNull(value, "value");
  }
}
