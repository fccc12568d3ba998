package dev.cats.event;

import java.util.Objects;

/**
 * A record as it entered the data initiative: its value and the position that it came from.
 *
 * <p>A source emits these, so that the BOM of its lots can say which records of the outside world
 * are in them. The position travels no further than the source's own lot.
 */
public record Arrival<T>(Position position, T value) {
  public Arrival {
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(value, "value");
  }
}
