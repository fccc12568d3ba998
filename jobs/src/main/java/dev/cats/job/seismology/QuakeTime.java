package dev.cats.job.seismology;

import org.apache.flink.api.common.eventtime.SerializableTimestampAssigner;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/**
 * A quake's event time: its origin time in milliseconds since 1970, UTC.
 *
 * <p>The feed lists the newest event first, and a network may add an event days later. A watermark
 * that followed the events would therefore call nearly all of them late. So {@link #strategy()}
 * makes no watermarks of its own: a feed file is bounded, Flink closes it with the watermark of the
 * end of time, and only then do windows fire, over the same events in whatever order they came.
 */
public final class QuakeTime implements SerializableTimestampAssigner<Quake> {
  private static final long serialVersionUID = 1L;

  /** Event times of quakes, and no watermark before the feed ends. */
  public static WatermarkStrategy<Quake> strategy() {
    return WatermarkStrategy.<Quake>noWatermarks().withTimestampAssigner(new QuakeTime());
  }

  @Override
  public long extractTimestamp(Quake quake, long recordTimestamp) {
    return quake.getTime().toEpochMilli();
  }
}
