package dev.cats.job.seismology;

import dev.cats.initiative.DataInitiative;
import dev.cats.initiative.TracedStream;
import dev.cats.initiative.WholeStream;
import dev.cats.step.Side;
import java.io.IOException;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;

/**
 * The {@code usgs-seismology} initiative: what seismic networks reported, per network the daily
 * magnitudes and the Gutenberg-Richter b-value.
 *
 * <pre>
 * feed ─▶ decode ─▶ earthquakes ─┬─▶ by network: daily ────▶ egress
 *           │            │       └─▶ by network: b-value ──▶ egress
 *           └─ rejects   └─ others (explosions, quarry blasts) ──▶ egress
 * </pre>
 *
 * <p>The feed is newest first, so no watermark is made before its end: then all windows fire, and
 * the order of the input cannot change a result.
 */
public final class SeismologyJob {
  public static final String NAME = "usgs-seismology";

  /** Events that were no earthquakes. */
  static final Side<Quake> OTHERS = Side.of("others", Quake.class);

  private SeismologyJob() {}

  /**
   * Builds the pipeline over one feed file.
   *
   * @throws InputException if the file cannot be read as a feed
   */
  public static DataInitiative on(
      StreamExecutionEnvironment env, Path feed, Configuration configuration) throws IOException {
    FeedSource source = FeedSource.of(feed);
    DataInitiative initiative = DataInitiative.on(env, NAME, configuration);
    TracedStream<Quake> earthquakes =
        initiative
            .source("feed", source, String.class)
            .flatMap("decode", new DecodeQuake())
            .filter("earthquakes", new IsEarthquake(), OTHERS);
    earthquakes.side(OTHERS).egress();
    TracedStream<Quake> timed =
        earthquakes.timestamps(new QuakeTime(), WatermarkStrategy.noWatermarks());
    timed
        .keyBy(new NetworkOf())
        .window("daily", TumblingEventTimeWindows.of(Duration.ofDays(1)), new DailyMagnitudes())
        .egress();
    timed
        .keyBy(new NetworkOf())
        .window("b-value", WholeStream.window(), new GutenbergRichter())
        .egress();
    initiative.rejects().egress();
    initiative.artifact(feed.makeQualified(feed.getFileSystem()).toUri());
    return initiative;
  }
}
