package dev.cats.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.event.Arrival;
import dev.cats.event.Position;
import dev.cats.job.seismology.SampleFeed;
import dev.cats.lot.HandOver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The feed source in a running job. */
class FeedJobIT {
  private static final int MANY = 1_000_000;

  @TempDir Path folder;

  @BeforeEach
  void noFailureYet() {
    InOrder.failedAt.set(-1);
  }

  @Test
  void aRestoredJobGoesOnWithTheNextFeature() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("many.geojson"),
            "{\"type\":\"FeatureCollection\",\"features\":[" + "{},".repeat(MANY - 1) + "{}]}");
    assertThat(run(file, 1, new InOrder(true))).containsExactly((long) MANY - 1);
    assertThat(InOrder.failedAt.get()).as("failed at").isPositive();
  }

  @Test
  void oneOfManySubtasksReadsTheFeed() throws Exception {
    List<Long> last = run(SampleFeed.copyTo(folder), 3, new InOrder(false));
    assertThat(last).containsExactly(1706L);
  }

  @Test
  void aJobWhoseInputChangedFailsAtOnceAndSaysWhy() throws Exception {
    Path file = SampleFeed.copyTo(folder);
    FeedSource source = FeedSource.of(new org.apache.flink.core.fs.Path(file.toUri()));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
    assertThatThrownBy(() -> run(source, 1, new InOrder(false)))
        .satisfies(
            failure -> {
              assertThat(ExceptionUtils.findThrowable(failure, InputException.class))
                  .hasValueSatisfying(
                      input -> assertThat(input).hasMessageContaining("it has changed since"));
              assertThat(ExceptionUtils.stringifyException(failure))
                  .contains("The failure is not recoverable");
            });
  }

  private static List<Long> run(Path file, int parallelism, InOrder check) throws Exception {
    return run(FeedSource.of(new org.apache.flink.core.fs.Path(file.toUri())), parallelism, check);
  }

  private static List<Long> run(FeedSource source, int parallelism, InOrder check)
      throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(20));
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 3);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(parallelism, configuration);
    check.last = source.features() - 1;
    try (CloseableIterator<Long> last =
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "feed", HandOver.type())
            .flatMap(check)
            .returns(Types.LONG)
            .executeAndCollect()) {
      List<Long> all = new ArrayList<>();
      last.forEachRemaining(all::add);
      return all;
    }
  }

  /**
   * Sees each feature of the file once and in order, over a failure that it makes itself as soon as
   * three checkpoints are done, and gives out the number of the last.
   */
  private static final class InOrder
      implements FlatMapFunction<Arrival<String>, Long>, CheckpointedFunction, CheckpointListener {
    private static final long serialVersionUID = 1L;
    static final AtomicLong failedAt = new AtomicLong(-1);

    private final boolean fails;
    private long last;
    private long next;
    private int completed;
    private transient ListState<Long> state;

    InOrder(boolean fails) {
      this.fails = fails;
    }

    @Override
    public void flatMap(Arrival<String> arrival, Collector<Long> out) {
      long index = ((Position.FileRecord) arrival.position()).index();
      if (index != next) {
        throw new IllegalStateException("Expected feature " + next + ", found " + index);
      }
      next++;
      if (fails && completed >= 3 && failedAt.compareAndSet(-1, index)) {
        throw new IllegalStateException("Failing on purpose at feature " + index);
      }
      if (index == last) {
        out.collect(index);
      }
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
      completed++;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
      state =
          context
              .getOperatorStateStore()
              .getListState(new ListStateDescriptor<>("next", Types.LONG));
      for (long restored : state.get()) {
        next = restored;
      }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
      state.update(List.of(next));
    }
  }
}
