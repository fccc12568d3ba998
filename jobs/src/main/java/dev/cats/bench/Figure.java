package dev.cats.bench;

import java.util.OptionalDouble;

/**
 * What a benchmark found for one case: a value and, where it was compared, the value of what it was
 * compared to.
 *
 * @param name of the case, such as {@code keyed/exchange}
 * @param unit of both values, such as {@code records/s}
 */
public record Figure(String name, double value, String unit, OptionalDouble baseline) {

  /** Ours to the baseline; 1 means that there is no difference. */
  public OptionalDouble ratio() {
    return baseline.isPresent()
        ? OptionalDouble.of(value / baseline.getAsDouble())
        : OptionalDouble.empty();
  }
}
