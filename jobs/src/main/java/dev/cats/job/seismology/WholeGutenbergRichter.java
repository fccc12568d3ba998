package dev.cats.job.seismology;

import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.windows.GlobalWindow;
import org.apache.flink.util.Collector;

/** {@link GutenbergRichter} of a whole catalogue, in the job itself. */
public final class WholeGutenbergRichter
    implements WindowFunction<Quake, BValue, String, GlobalWindow> {
  private static final long serialVersionUID = 1L;

  @Override
  public void apply(
      String network, GlobalWindow window, Iterable<Quake> quakes, Collector<BValue> out) {
    out.collect(GutenbergRichter.estimate(network, quakes));
  }
}
