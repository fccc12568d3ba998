package dev.cats.cluster;

import dev.cats.connector.ipfs.FileSystemPlugins;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.egress.EgressOptions;
import dev.cats.event.Arrival;
import dev.cats.event.Position;
import dev.cats.initiative.DataInitiative;
import dev.cats.initiative.KeyedTracedStream;
import dev.cats.initiative.TracedStream;
import dev.cats.lot.HandOver;
import dev.cats.lot.LotOptions;
import dev.cats.step.KeyedStep;
import dev.cats.step.Output;
import dev.cats.step.Step;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * A job to be killed, on a MiniCluster in a JVM of its own: numbered ticks of a few clocks, some of
 * them malformed, summed by window and counted in state.
 *
 * <p>Each clock ticks in one half of the numbers, and the source's two subtasks read a half each,
 * so the ticks of one clock come in order and results do not depend on who was faster. Both halves
 * cover the same time, so that windows close all along.
 */
public final class TickJob {
  static final int CLOCKS = 8;
  static final int MILLIS_PER_TICK = 20;
  static final int WINDOW_MILLIS = 2_000;

  /** Every so many ticks one is malformed. */
  static final int MALFORMED = 50;

  /** What the file of the ticks holds, for all that anyone looks: it is an artifact. */
  public static final String TEXT = "ticks\n";

  private static final Cid FILE = Cid.sha256(Cid.RAW, Bytes.utf8(TEXT));

  private TickJob() {}

  /**
   * Runs to its end.
   *
   * @param args store, folder for checkpoints, file of the ticks, ticks, ticks per second (0: no
   *     limit) and, to go on from it, a checkpoint
   */
  public static void main(String[] args) throws Exception {
    Configuration more = new Configuration();
    if (args.length > 5) {
      more.set(StateRecoveryOptions.SAVEPOINT_PATH, args[5]);
    }
    run(
        args[0],
        args[1],
        Path.of(args[2]),
        Long.parseLong(args[3]),
        Double.parseDouble(args[4]),
        more);
  }

  /**
   * Runs to its end.
   *
   * @param store a path or a URI, as {@code checkpoints} is a URI
   * @param file of the ticks, with {@link #TEXT} in it
   * @param perSecond 0 for no limit
   * @param more settings, which win
   */
  public static void run(
      String store, String checkpoints, Path file, long ticks, double perSecond, Configuration more)
      throws Exception {
    Configuration config = new Configuration();
    config.set(EgressOptions.STORE, store);
    config.set(LotOptions.RECORDS, 64);
    config.set(LotOptions.MAX_AGE, Duration.ofMillis(100));
    config.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    config.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(300));
    config.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints);
    config.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, 1_000);
    config.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    if (store.startsWith("s3://")) {
      onObjectStore(config);
    }
    config.set(CoreOptions.TMP_DIRS, System.getProperty("java.io.tmpdir"));
    config.addAll(more);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
    env.setParallelism(2);
    DataInitiative initiative = DataInitiative.on(env, "ticks", config);
    initiative.artifact(file.toUri());
    build(initiative, source(ticks, perSecond));
    initiative.execute();
  }

  /** As a cluster has it; the lock of a job that was killed is waited for by starting again. */
  private static void onObjectStore(Configuration config) throws IOException {
    FileSystemPlugins.load(
        FileSystemPlugins.folder(Path.of(System.getProperty("cats.root"))),
        GlobalConfiguration.loadConfiguration());
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100);
    config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofSeconds(1));
  }

  private static void build(DataInitiative initiative, Source<Arrival<String>, ?, ?> source) {
    TracedStream<Tick> read =
        initiative.source("lines", source, String.class).flatMap("parse", new Parse());
    read.rejects().egress();
    KeyedTracedStream<String, Tick> byClock =
        read.timestamps(new TickTime(), WatermarkStrategy.forMonotonousTimestamps())
            .keyBy(new ClockOf());
    byClock
        .window("sums", TumblingEventTimeWindows.of(Duration.ofMillis(WINDOW_MILLIS)), new Sums())
        .egress();
    byClock.process("counts", new Count()).egress();
  }

  private static Source<Arrival<String>, ?, ?> source(long ticks, double perSecond) {
    return new DataGeneratorSource<>(
        new Lines(ticks),
        ticks,
        perSecond == 0 ? RateLimiterStrategy.noOp() : RateLimiterStrategy.perSecond(perSecond),
        HandOver.type());
  }

  private record Lines(long ticks) implements GeneratorFunction<Long, Arrival<String>> {
    @Override
    public Arrival<String> map(Long index) {
      long half = ticks / 2;
      long clock = index % (CLOCKS / 2) + (index < half ? 0 : CLOCKS / 2);
      String line =
          index % MALFORMED == MALFORMED - 1
              ? "no tick " + index
              : "clock-" + clock + "," + index % half * MILLIS_PER_TICK + "," + index;
      return Arrival.of(new Position.FileRecord("ticks.csv", FILE, index), line);
    }
  }

  /** One tick of a clock. */
  public record Tick(String clock, long time, long number) {}

  /** What a clock has done so far, or in a window. */
  public record Sum(String clock, long until, long ticks, long numbers) {}

  private record Parse() implements Step<String, Tick> {
    @Override
    public void apply(String line, Output<Tick> out) {
      String[] parts = line.split(",", -1);
      if (parts.length == 3) {
        out.collect(new Tick(parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2])));
      } else {
        out.reject("malformed", "expected 3 fields, found " + parts.length);
      }
    }
  }

  private record TickTime() implements TimestampAssigner<Tick>, Serializable {
    @Override
    public long extractTimestamp(Tick tick, long recordTimestamp) {
      return tick.time();
    }
  }

  private record ClockOf() implements KeySelector<Tick, String> {
    @Override
    public String getKey(Tick tick) {
      return tick.clock();
    }
  }

  private record Sums() implements WindowFunction<Tick, Sum, String, TimeWindow> {
    @Override
    public void apply(String clock, TimeWindow window, Iterable<Tick> ticks, Collector<Sum> out) {
      long count = 0;
      long numbers = 0;
      for (Tick tick : ticks) {
        count++;
        numbers += tick.number();
      }
      out.collect(new Sum(clock, window.getEnd(), count, numbers));
    }
  }

  /** Says after every tick what the clock has done so far: it shows when state is lost or old. */
  private static final class Count extends KeyedStep<String, Tick, Sum> {
    private static final long serialVersionUID = 1L;
    private transient ValueState<Long> ticks;

    @Override
    public void open(OpenContext context, RuntimeContext runtime) {
      ticks = runtime.getState(new ValueStateDescriptor<>("ticks", Types.LONG));
    }

    @Override
    public void apply(Tick tick, Context<String> context, Citing<Sum> out) throws Exception {
      Long known = ticks.value();
      long count = known == null ? 1 : known + 1;
      ticks.update(count);
      out.collect(new Sum(context.key(), tick.time(), count, tick.number()));
    }
  }
}
