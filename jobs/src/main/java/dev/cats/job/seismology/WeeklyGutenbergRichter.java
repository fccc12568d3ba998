package dev.cats.job.seismology;

import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** {@link GutenbergRichter} of one week, for a feed that does not end. */
public final class WeeklyGutenbergRichter
    implements WindowFunction<Quake, BValue, String, TimeWindow> {
  private static final long serialVersionUID = 1L;

  @Override
  public void apply(
      String network, TimeWindow week, Iterable<Quake> quakes, Collector<BValue> out) {
    BValue value = GutenbergRichter.estimate(network, quakes);
    value.setWeek(java.time.LocalDate.ofEpochDay(Math.floorDiv(week.getStart(), 86_400_000L)));
    out.collect(value);
  }
}
