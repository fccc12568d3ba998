package dev.cats.initiative;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.bom.Manifest;
import dev.cats.bom.Order;
import dev.cats.content.Block;
import dev.cats.content.Cid;
import dev.cats.content.MemoryBlockStore;
import dev.cats.content.SegmentWriter;
import dev.cats.egress.EgressOptions;
import dev.cats.lot.LotOptions;
import dev.cats.lot.StageOptions;
import dev.cats.sample.Reading;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Stage functions that are not called with what they were called with before. */
class MemoIT {
  private static final int LOT = 50;

  private final String name = "memo-" + UUID.randomUUID();
  private MemoryBlockStore store = MemoryBlockStore.named(name);

  @AfterEach
  void forget() {
    MemoryBlockStore.forget(name);
    MemoryBlockStore.forget(name + "-less");
    StagesIT.CALLS.remove(name);
  }

  private DataInitiative initiative(int lot, String... memo) {
    return initiative(new Configuration().set(LotOptions.RECORDS, lot), memo);
  }

  private DataInitiative initiative(Configuration config, String... memo) {
    config.set(EgressOptions.STORE, store.describe().replace(' ', ':'));
    config.set(LotOptions.MAX_AGE, Duration.ZERO);
    config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofHours(1));
    config.set(CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS, Duration.ofHours(1));
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    config.set(StageOptions.MEMO, List.of(memo));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    env.setParallelism(1);
    return DataInitiative.on(env, "sample", config);
  }

  private TracedStream<Reading> readings(DataInitiative initiative, int lines) {
    return initiative
        .source("lines", Readings.source(lines), String.class)
        .flatMap("parse", new Readings.Parse());
  }

  private StagesIT.Local local(String what, boolean rowwise) {
    return new StagesIT.Local(name, what, rowwise, false);
  }

  /** Runs {@code doubled}, lot by lot, and says how often the function was called. */
  private int doubled(int lines, String what, boolean rowwise) throws Exception {
    DataInitiative initiative = initiative(LOT, "doubled");
    readings(initiative, lines).onRay("doubled", local(what, rowwise), Reading.class).egress();
    return calls(initiative);
  }

  /** Of each station the sum over all of its readings. */
  private int sums(int lot, String what) throws Exception {
    DataInitiative initiative = initiative(lot, "all");
    readings(initiative, 1000)
        .timestamps(new Readings.ReadingTime(), WatermarkStrategy.noWatermarks())
        .keyBy(new Readings.StationOf())
        .onRay(
            "sums",
            TumblingEventTimeWindows.of(Duration.ofHours(1)),
            local(what, false),
            Readings.Total.class)
        .egress();
    return calls(initiative);
  }

  private int calls(DataInitiative initiative) throws Exception {
    StagesIT.CALLS.remove(name);
    initiative.execute();
    return StagesIT.CALLS.getOrDefault(name, List.of()).size();
  }

  /** The BOMs of the run that was committed last. */
  private List<Cid> boms() throws Exception {
    List<Cid> boms = new ArrayList<>();
    Optional<String> run = Optional.empty();
    for (Optional<Cid> at = store.head(); at.isPresent(); ) {
      Manifest manifest = (Manifest) Document.of(store.get(at.get()).orElseThrow());
      if (!run.orElse(manifest.run()).equals(manifest.run())) {
        break;
      }
      run = Optional.of(manifest.run());
      boms.addAll(manifest.boms());
      at = manifest.previous();
    }
    return boms;
  }

  /** Lots of this step in that run. */
  private List<Cid> made(String step) throws Exception {
    List<Cid> made = new ArrayList<>();
    for (Cid cid : boms()) {
      Bom bom = (Bom) Document.of(store.get(cid).orElseThrow());
      Order order = (Order) Document.of(store.get(bom.order()).orElseThrow());
      if (order.steps().get(0).name().equals(step) && order.output().isEmpty()) {
        made.add(bom.output().data());
      }
    }
    return made;
  }

  @Test
  void aRunThatIsRepeatedMakesNoCallAndTheSameLots() throws Exception {
    assertThat(doubled(1000, "double", false)).isEqualTo(20);
    Cid head = store.head().orElseThrow();
    List<Cid> first = boms();
    assertThat(doubled(1000, "double", false)).isZero();
    assertThat(store.head()).isPresent().isNotEqualTo(Optional.of(head));
    assertThat(boms()).containsExactlyInAnyOrderElementsOf(first);
    assertThat(made("doubled")).hasSize(20);
  }

  @Test
  void anotherFunctionIsCalledAndSoItIsWithOtherRecords() throws Exception {
    assertThat(doubled(500, "double", true)).isEqualTo(10);
    assertThat(doubled(500, "twice", true)).isEqualTo(10);
    assertThat(doubled(600, "double", true)).as("two lots more").isEqualTo(2);
    assertThat(doubled(600, "double", true)).isZero();
  }

  @Test
  void whatCountsAreTheRecordsAndNotTheLotsThatTheyCameIn() throws Exception {
    assertThat(sums(LOT, "sum")).isEqualTo(5);
    List<Cid> first = made("sums");
    assertThat(sums(LOT - 7, "sum")).isZero();
    assertThat(made("sums")).containsExactlyInAnyOrderElementsOf(first);
  }

  @Test
  void anAnswerOfSeveralLotsIsAskedForAgain() throws Exception {
    // Of 100 equal records each, so the two lots of an answer are one and the same.
    assertThat(sums(LOT, "sums")).isEqualTo(5);
    assertThat(sums(LOT, "sums")).isEqualTo(5);
    assertThat(sums(200, "sums")).as("in one lot").isEqualTo(5);
    assertThat(sums(200, "sums")).as("though others are of several").isEqualTo(5);
    store = MemoryBlockStore.named(name + "-less");
    assertThat(sums(200, "sums")).isEqualTo(5);
    assertThat(sums(200, "sums")).as("where all are in one lot").isZero();
  }

  @Test
  void aLotThatIsNotThereAnyMoreIsMadeAgain() throws Exception {
    assertThat(doubled(1000, "double", true)).isEqualTo(20);
    List<Cid> first = boms();
    leaveOut(made("doubled").get(3));
    assertThat(doubled(1000, "double", true)).isOne();
    assertThat(boms()).containsExactlyInAnyOrderElementsOf(first);
  }

  /** Goes on with a store that has all blocks but this one. */
  private void leaveOut(Cid missing) throws Exception {
    MemoryBlockStore whole = store;
    store = MemoryBlockStore.named(name + "-less");
    for (String segment : whole.segments()) {
      try (SegmentWriter copy = store.newSegment(segment)) {
        for (Cid cid : whole.segment(segment).blocks()) {
          if (!cid.equals(missing)) {
            Block block = whole.get(cid).orElseThrow();
            copy.append(block);
          }
        }
        copy.seal();
      }
      store.commit(segment);
    }
    store.moveHead(Optional.empty(), whole.head().orElseThrow());
    assertThat(store.get(missing)).isEmpty();
  }

  @Test
  void onlyWhatPromisesTheSameBytesIsTakenFromTheStore() {
    assertThatThrownBy(() -> doubled(10, "random", false))
        .hasMessageContaining(
            "Cannot take results of step doubled from the store: expected a function that promises"
                + " the same bytes again (bitwise), found one that promises none");
    assertThat(StagesIT.CALLS).doesNotContainKey(name);
  }

  @Test
  void whatCannotBeThereIsRefusedWhenTheJobIsBuilt() {
    DataInitiative other = initiative(LOT, "sums");
    readings(other, 10).onRay("doubled", local("double", true), Reading.class).egress();
    assertThatThrownBy(other::execute)
        .hasMessage(
            "Invalid cats.stage.memo: expected all or steps on Ray (doubled), found 'sums'");

    DataInitiative shared =
        initiative(new Configuration().set(LotOptions.SCOPE, LotOptions.Scope.EXCHANGE), "doubled");
    readings(shared, 10)
        .onRay("doubled", local("double", true), Reading.class)
        .check("checked", new Readings.NotNegative())
        .egress();
    assertThatThrownBy(shared::execute)
        .hasMessageStartingWith(
            "Cannot take results of step doubled from the store: it shares its lots with the steps"
                + " behind it; set cats.lot.scope: step");

    DataInitiative hashed =
        initiative(new Configuration().set(LotOptions.STORE, LotOptions.Stored.ENDS), "doubled");
    readings(hashed, 10)
        .onRay("doubled", local("double", true), Reading.class)
        .check("checked", new Readings.NotNegative())
        .egress();
    assertThatThrownBy(hashed::execute)
        .hasMessageStartingWith(
            "Cannot take results of step doubled from the store: its lots are not stored; set"
                + " cats.lot.store: all");
  }
}
