package dev.cats.job.seismology;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * One network's day: how many earthquakes, their mean and their largest magnitude.
 *
 * <p>The sum is taken in decimal from the magnitudes as the feed writes them, so it is exact and
 * the order of the events cannot show in the result. Magnitudes 0.1 and 0.2 have the mean 0.15, not
 * 0.15000000000000002.
 */
public final class DailyMagnitudes
    implements WindowFunction<Quake, DailyStats, String, TimeWindow> {
  private static final long serialVersionUID = 1L;

  @Override
  public void apply(
      String network, TimeWindow window, Iterable<Quake> quakes, Collector<DailyStats> out) {
    LocalDate day = Instant.ofEpochMilli(window.getStart()).atZone(ZoneOffset.UTC).toLocalDate();
    out.collect(stats(network, day, quakes));
  }

  static DailyStats stats(String network, LocalDate day, Iterable<Quake> quakes) {
    long count = 0;
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal max = null;
    for (Quake quake : quakes) {
      BigDecimal magnitude = new BigDecimal(quake.getMagnitudeText());
      count++;
      sum = sum.add(magnitude);
      max = max == null ? magnitude : max.max(magnitude);
    }
    if (max == null) {
      throw new IllegalArgumentException("Invalid day " + day + " of " + network + ": no quakes");
    }
    double mean = sum.divide(BigDecimal.valueOf(count), MathContext.DECIMAL128).doubleValue();
    return new DailyStats(network, day, count, mean, max.doubleValue());
  }
}
