package dev.cats.job.seismology;

import dev.cats.event.DataInitiativeEvent;
import dev.cats.feed.FeedSource;
import dev.cats.feed.InputException;
import dev.cats.initiative.DataInitiative;
import dev.cats.initiative.KeyedTracedStream;
import dev.cats.initiative.TracedStream;
import dev.cats.initiative.WholeStream;
import dev.cats.lot.StageOptions;
import dev.cats.ray.JavaFunction;
import dev.cats.ray.PythonFunction;
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

  /** How much later than others of its partition an event may come and still be counted. */
  private static final Duration LATENESS = Duration.ofHours(1);

  /** How long a partition may be silent before the others go on without it. */
  private static final Duration IDLE = Duration.ofSeconds(30);

  /**
   * Builds the pipeline over a Kafka topic, which does not end: days are counted as they are over,
   * and b-values are of a week each. An event that comes when its day or week is over is refused
   * there as {@code late}.
   */
  public static DataInitiative on(
      StreamExecutionEnvironment env, KafkaFeed feed, Configuration configuration) {
    if (isOnRay(configuration)) {
      throw new IllegalArgumentException(
          "Cannot compute b-values of a Kafka topic on Ray: the function takes whole catalogues, not"
              + " weeks; leave the gateway out");
    }
    DataInitiative initiative = DataInitiative.on(env, NAME, configuration);
    TracedStream<Quake> earthquakes =
        initiative
            .source(
                "feed",
                feed.source(),
                DataInitiativeEvent.class,
                new EventTimes(),
                WatermarkStrategy.<DataInitiativeEvent>forBoundedOutOfOrderness(LATENESS)
                    .withIdleness(IDLE))
            .flatMap("decode", new DecodeQuakeEvent())
            .filter("earthquakes", new IsEarthquake(), OTHERS);
    earthquakes
        .side(OTHERS)
        .egress()
        .to("to-others", feed.sink(KafkaFeed.OTHERS, new QuakeEvents.OfQuake()));
    KeyedTracedStream<String, Quake> byNetwork = earthquakes.keyBy(new NetworkOf());
    byNetwork
        .window("daily", TumblingEventTimeWindows.of(Duration.ofDays(1)), new DailyMagnitudes())
        .egress()
        .to("to-daily", feed.sink(KafkaFeed.DAILY, new QuakeEvents.OfDaily()));
    byNetwork
        .window(
            "b-value",
            TumblingEventTimeWindows.of(Duration.ofDays(7)),
            new WeeklyGutenbergRichter())
        .egress()
        .to("to-b-value", feed.sink(KafkaFeed.B_VALUE, new QuakeEvents.OfBValue()));
    initiative.rejects().egress().to("to-rejects", feed.rejects());
    return initiative;
  }

  /** What a gateway in Ray's LOCAL mode runs for it. */
  public static JavaFunction javaStage() {
    return JavaFunction.of(GutenbergRichter.class).deterministic();
  }

  private static TracedStream<BValue> bValues(
      KeyedTracedStream<String, Quake> catalogues, Configuration configuration) {
    if (isOnRay(configuration)) {
      PythonFunction numpy = PythonFunction.of("seismology:b_value").deterministic();
      return catalogues.onRay("b-value", WholeStream.window(), numpy, BValue.class);
    }
    if (configuration.contains(StageOptions.JAVA)) {
      return catalogues.onRay("b-value", WholeStream.window(), javaStage(), BValue.class);
    }
    return catalogues.window("b-value", WholeStream.window(), new WholeGutenbergRichter());
  }

  private static boolean isOnRay(Configuration configuration) {
    return configuration.contains(StageOptions.GATEWAY)
        || configuration.contains(StageOptions.WORKERS);
  }

  /**
   * Builds the pipeline over one feed file. Where the configuration names workers of a Ray cluster,
   * they compute the b-values, with numpy; where it names a gateway in Ray's LOCAL mode, that does,
   * in Java; otherwise the job itself. The numbers are the same.
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
    bValues(timed.keyBy(new NetworkOf()), configuration).egress();
    initiative.rejects().egress();
    initiative.artifact(feed.makeQualified(feed.getFileSystem()).toUri());
    return initiative;
  }
}
