package dev.cats.initiative;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.bom.LotReader;
import dev.cats.bom.Order;
import dev.cats.bom.Range;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.MemoryBlockStore;
import dev.cats.egress.EgressOptions;
import dev.cats.event.Rejected;
import dev.cats.lot.LotOptions;
import dev.cats.sample.Reading;
import dev.cats.step.KeyedStep;
import dev.cats.step.Output;
import dev.cats.step.Ref;
import dev.cats.step.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Unions, side streams, rejects, leaving provenance, sessions, and steps that cite. */
class StreamsIT {
  private final String name = "streams-" + UUID.randomUUID();
  private final BlockStore store = MemoryBlockStore.named(name);
  private final StreamExecutionEnvironment env =
      StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());

  @AfterEach
  void forget() {
    MemoryBlockStore.forget(name);
  }

  private DataInitiative initiative(LotOptions.Scope scope) {
    Configuration config = new Configuration();
    config.set(EgressOptions.STORE, "memory:" + name);
    config.set(LotOptions.SCOPE, scope);
    config.set(LotOptions.RECORDS, 50);
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    env.setParallelism(2);
    return DataInitiative.on(env, "sample", config);
  }

  /** The records of the lots of one step's output, decoded. */
  private List<Object> records(String step, String output) throws Exception {
    List<Object> all = new ArrayList<>();
    for (Bom bom : boms(step, output)) {
      all.addAll(lot(bom).all());
    }
    return all;
  }

  private List<Bom> boms(String step, String output) throws Exception {
    List<Bom> all = new ArrayList<>();
    for (Cid cid : DataInitiativeIT.boms(store)) {
      Bom bom = (Bom) Document.of(store.get(cid).orElseThrow());
      Order order = (Order) Document.of(store.get(bom.order()).orElseThrow());
      if (order.steps().get(order.steps().size() - 1).name().equals(step)
          && order.output().orElse("").equals(output)) {
        all.add(bom);
      }
    }
    return all;
  }

  private LotReader lot(Bom bom) throws Exception {
    return LotReader.of(store.get(bom.output().data()).orElseThrow());
  }

  /** Sends every reading to the side that both of two steps have. */
  record Aside(boolean keep) implements Step<Reading, Reading> {
    @Override
    public void apply(Reading reading, Output<Reading> out) {
      if (reading.getValue() < 0.25) {
        out.side(Readings.LOW, reading);
      }
      if (keep || reading.getValue() < 1.25) {
        out.collect(reading);
      } else {
        out.reject("high", "value is " + reading.getValue());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void sidesAreOfTheStepTheyWereAskedOf(LotOptions.Scope scope) throws Exception {
    DataInitiative initiative = initiative(scope);
    TracedStream<Reading> first =
        initiative
            .source("lines", Readings.source(1000), String.class)
            .flatMap("parse", new Readings.Parse())
            .flatMap("first", new Aside(true));
    TracedStream<Reading> second = first.flatMap("second", new Aside(false));
    TracedStream<Reading> third = second.flatMap("third", new Aside(true));
    first.side(Readings.LOW).map("first-low", new Readings.Doubled()).egress();
    third.side(Readings.LOW).egress();
    second.union(third).map("both", new Readings.Doubled()).egress();
    initiative.rejects().map("refusals", new RuleOf()).egress();
    initiative.execute();

    // 990 readings, of which every seventh is 0 and those from 1.5 on are rejected by `second`.
    long low = lows();
    assertThat(records("first-low", "")).hasSize((int) low);
    assertThat(records("third", "low")).hasSize((int) low);
    assertThat(records("second", "low")).isEmpty();
    int kept = records("third", "").size();
    assertThat(records("both", "")).hasSize(2 * kept);
    assertThat(records("refusals", ""))
        .hasSize(10 + 990 - kept)
        .extracting(Object::toString)
        .contains("malformed", "high");
  }

  private static long lows() {
    long count = 0;
    for (long i = 0; i < 1000; i++) {
      if (i % 100 != 99 && i % 7 == 0) {
        count++;
      }
    }
    return count;
  }

  record RuleOf() implements MapFunction<Rejected, String> {
    @Override
    public String map(Rejected rejected) {
      return rejected.getRule();
    }
  }

  @ParameterizedTest
  @EnumSource
  void plainGoesOnInOrdinaryFlinkWithTheValuesAlone(LotOptions.Scope scope) throws Exception {
    DataInitiative initiative = initiative(scope);
    TracedStream<Reading> parsed =
        initiative
            .source("lines", Readings.source(100), String.class)
            .flatMap("parse", new Readings.Parse());
    TracedStream<Reading> doubled = parsed.map("doubled", new Readings.Doubled());
    List<Reading> values = new ArrayList<>();
    try (CloseableIterator<Reading> collected =
        doubled.plain().keyBy(new Readings.StationOf()).filter(r -> true).collectAsync()) {
      var client = initiative.executeAsync();
      collected.forEachRemaining(values::add);
      client.getJobExecutionResult().get();
    }
    assertThat(values).hasSize(99);
    assertThat(records("doubled", "")).hasSize(99);
  }

  @Test
  void sessionsThatMergeCiteTheRecordsOfAllOfThem() throws Exception {
    DataInitiative initiative = initiative(LotOptions.Scope.STEP);
    initiative
        .source("lines", Readings.source(1000), String.class)
        .flatMap("parse", new Readings.Parse())
        .timestamps(new Readings.ReadingTime(), WatermarkStrategy.noWatermarks())
        .keyBy(new Readings.StationOf())
        .aggregate(
            "sessions",
            EventTimeSessionWindows.withGap(Duration.ofSeconds(6)),
            new Readings.Counting())
        .egress();
    initiative.execute();

    long total = 0;
    for (Bom bom : boms("sessions", "")) {
      LotReader lot = lot(bom);
      for (int i = 0; i < lot.records(); i++) {
        long cited = 0;
        for (Range range : bom.lineage().inputsOf(i, bom.inputs().records(), lot.records())) {
          cited += range.count();
        }
        assertThat(lot.at(i)).isEqualTo(cited);
        total += cited;
      }
    }
    assertThat(total).isEqualTo(990);
  }

  /** Emits from an event-time timer, citing the origins it has kept in state with Kryo off. */
  static final class Batches extends KeyedStep<String, Reading, Long> {
    private static final long serialVersionUID = 1L;
    private final boolean cites;
    private transient ListState<Ref> origins;

    Batches(boolean cites) {
      this.cites = cites;
    }

    @Override
    public void open(OpenContext context, RuntimeContext runtime) {
      origins = runtime.getListState(new ListStateDescriptor<>("origins", Ref.class));
    }

    @Override
    public void apply(Reading reading, Context<String> context, Citing<Long> out) throws Exception {
      origins.add(context.origin());
      context.onEventTime(context.timestamp() / 100_000 * 100_000 + 99_999);
    }

    @Override
    public void onTimer(long timestamp, Context<String> context, Citing<Long> out)
        throws Exception {
      List<Ref> kept = new ArrayList<>();
      origins.get().forEach(kept::add);
      origins.clear();
      if (kept.isEmpty()) {
        return;
      }
      if (cites) {
        out.collect((long) kept.size(), kept);
      } else {
        out.collect((long) kept.size());
      }
    }
  }

  private DataInitiative batches(boolean cites) {
    DataInitiative initiative = initiative(LotOptions.Scope.STEP);
    initiative
        .source("lines", Readings.source(1000), String.class)
        .flatMap("parse", new Readings.Parse())
        .timestamps(new Readings.ReadingTime(), WatermarkStrategy.noWatermarks())
        .keyBy(new Readings.StationOf())
        .process("batches", new Batches(cites))
        .egress();
    return initiative;
  }

  @Test
  void aStepCitesOriginsThatItKeptInState() throws Exception {
    batches(true).execute();
    long total = 0;
    for (Bom bom : boms("batches", "")) {
      LotReader lot = lot(bom);
      for (int i = 0; i < lot.records(); i++) {
        long cited = 0;
        for (Range range : bom.lineage().inputsOf(i, bom.inputs().records(), lot.records())) {
          cited += range.count();
        }
        assertThat(lot.at(i)).isEqualTo(cited);
        total += cited;
      }
    }
    assertThat(total).isEqualTo(990);
  }

  @Test
  void anOutputFromATimerThatCitesNothingIsRefused() {
    assertThatThrownBy(() -> batches(false).execute())
        .hasStackTraceContaining(
            "Cannot emit from a timer of step batches: there is no current record; keep"
                + " Context.origin() of the records that matter in state and emit with"
                + " collect(value, origins)");
  }
}
