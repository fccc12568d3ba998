package dev.cats.bench;

import java.util.OptionalDouble;

/**
 * What a benchmark found for one case: a value, and that of what it is compared to.
 *
 * @param name of the case, such as {@code keyed/exchange}
 * @param unit of both values, such as {@code records/s}
 * @param cost whether less of it is better
 */
public record Figure(String name, double value, String unit, double baseline, boolean cost) {

  static Figure rate(String name, double value, String unit, double baseline) {
    return new Figure(name, value, unit, baseline, false);
  }

  /** Of CPU time, of memory. */
  public static Figure cost(String name, double value, String unit, double baseline) {
    return new Figure(name, value, unit, baseline, true);
  }

  /**
   * Ours to the baseline: 1 means that there is no difference, more that ours is better. Empty
   * where there is nothing to divide by.
   */
  public OptionalDouble ratio() {
    double ratio = cost ? baseline / value : value / baseline;
    return Double.isFinite(ratio) ? OptionalDouble.of(ratio) : OptionalDouble.empty();
  }
}
