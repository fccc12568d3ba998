package dev.cats.initiative;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.bom.Bom;
import dev.cats.bom.Determinism;
import dev.cats.bom.Document;
import dev.cats.bom.Function;
import dev.cats.bom.Lineage;
import dev.cats.bom.LotReader;
import dev.cats.bom.Order;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.MemoryBlockStore;
import dev.cats.content.Node;
import dev.cats.egress.EgressOptions;
import dev.cats.event.Rejected;
import dev.cats.lot.Codec;
import dev.cats.lot.LotOptions;
import dev.cats.sample.Reading;
import dev.cats.stage.Records;
import dev.cats.stage.StageBatch;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageException;
import dev.cats.stage.StageFunction;
import dev.cats.stage.StageMonitor;
import dev.cats.stage.StageSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What the operators make of a stage function, here one that runs beside the job in this JVM:
 * batches, their order, their lineage, what comes again after a failure.
 */
class StagesIT {
  private static final Cid CODE = Cid.sha256(Cid.RAW, Bytes.utf8("the code"));

  /** Of each call its id, by run. */
  static final Map<String, List<Cid>> CALLS = new ConcurrentHashMap<>();

  private static final Map<String, AtomicBoolean> FAILED = new ConcurrentHashMap<>();

  private final String name = "stages-" + UUID.randomUUID();
  private final BlockStore store = MemoryBlockStore.named(name);
  private final StreamExecutionEnvironment env =
      StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());

  @AfterEach
  void forget() {
    MemoryBlockStore.forget(name);
    CALLS.remove(name);
    FAILED.remove(name);
  }

  /** Doubles values, or makes the number of records and their sum, once or often, or fails. */
  record Local(String run, String what, boolean isRowwise, boolean rejectsFailures)
      implements StageFunction {
    @Override
    public Function document() {
      TreeMap<String, Node> params = new TreeMap<>(Map.of("what", Node.of(what)));
      return new Function(
          "local",
          Optional.of(CODE),
          what,
          params,
          what.equals("random") ? Determinism.NONE : Determinism.BITWISE);
    }

    @Override
    public List<Block> artifact() {
      return List.of(Block.of(Cid.RAW, Bytes.utf8("the code")));
    }

    @Override
    public void check(Schema input, Schema output) {
      if (what.equals("unmappable")) {
        throw new IllegalArgumentException("field value is a double");
      }
    }

    @Override
    public StageClient open(StageSettings settings, StageMonitor monitor) {
      assertThat(settings.function().cid().codec()).isEqualTo(Cid.DAG_CBOR);
      return new Client(this);
    }
  }

  /** Answers later and in any order. */
  private record Client(Local function) implements StageClient {
    @Override
    public CompletableFuture<Records> call(StageBatch batch) {
      CALLS
          .computeIfAbsent(function.run, run -> Collections.synchronizedList(new ArrayList<>()))
          .add(batch.id());
      CompletableFuture<Records> answer = new CompletableFuture<>();
      CompletableFuture.delayedExecutor(
              ThreadLocalRandom.current().nextInt(10), TimeUnit.MILLISECONDS)
          .execute(() -> answer(batch, answer));
      return answer;
    }

    private void answer(StageBatch batch, CompletableFuture<Records> answer) {
      Codec<Reading> codec = Codec.of(Reading.class);
      List<Reading> readings = new ArrayList<>();
      Records records = batch.records();
      for (int i = 0; i < records.count(); i++) {
        readings.add(codec.decode(records.bytes(), records.start(i), records.length(i)));
      }
      if (function.what.equals("fails")) {
        answer.completeExceptionally(
            new StageException(
                StageException.Kind.FUNCTION, "no luck", Optional.of("Traceback: line 7")));
      } else if (function.what.equals("sum") || function.what.equals("sums")) {
        double sum = readings.stream().mapToDouble(Reading::getValue).sum();
        Codec<Readings.Total> totals = Codec.of(Readings.Total.class);
        Records.Builder builder = new Records.Builder();
        String station = readings.get(0).getStation();
        byte[] total = totals.encode(new Readings.Total(station, readings.size(), sum));
        for (int i = 0; i < (function.what.equals("sum") ? 1 : 100); i++) {
          builder.add(total, 0, total.length);
        }
        answer.complete(builder.build());
      } else {
        Records.Builder builder = new Records.Builder();
        for (Reading each : readings) {
          each.setValue(2 * each.getValue());
          byte[] doubled = codec.encode(each);
          builder.add(doubled, 0, doubled.length);
        }
        answer.complete(builder.build());
      }
    }

    @Override
    public void close() {}
  }

  private Local local(String what) {
    return new Local(name, what, false, false);
  }

  private DataInitiative initiative(int parallelism) {
    Configuration config = new Configuration();
    config.set(EgressOptions.STORE, "memory:" + name);
    config.set(LotOptions.RECORDS, 50);
    config.set(LotOptions.MAX_AGE, Duration.ZERO);
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    env.setParallelism(parallelism);
    return DataInitiative.on(env, "sample", config);
  }

  private TracedStream<Reading> readings(DataInitiative initiative) {
    return initiative
        .source("lines", Readings.source(1000), String.class)
        .flatMap("parse", new Readings.Parse());
  }

  private List<Bom> boms(String step) throws Exception {
    List<Bom> all = new ArrayList<>();
    for (Cid cid : DataInitiativeIT.boms(store)) {
      Bom bom = (Bom) Document.of(store.get(cid).orElseThrow());
      Order order = (Order) Document.of(store.get(bom.order()).orElseThrow());
      if (order.steps().get(order.steps().size() - 1).name().equals(step)
          && order.output().isEmpty()) {
        all.add(bom);
      }
    }
    return all;
  }

  private List<Object> records(String step) throws Exception {
    List<Object> all = new ArrayList<>();
    for (Bom bom : boms(step)) {
      all.addAll(lot(bom));
    }
    return all;
  }

  @Test
  void eachLotIsOneBatchAndOneLotInTheSameOrder() throws Exception {
    DataInitiative initiative = initiative(1);
    readings(initiative).onRay("doubled", local("double"), Reading.class).egress();
    initiative.execute();

    List<Bom> parsed = boms("parse");
    List<Bom> doubled = boms("doubled");
    assertThat(doubled).hasSameSizeAs(parsed).hasSize(CALLS.get(name).size());
    for (Bom bom : doubled) {
      assertThat(bom.lineage())
          .isEqualTo(bom.inputs().records() == 1 ? new Lineage.Same() : new Lineage.Whole());
      assertThat(bom.inputs().boms()).hasSize(1);
      bom.lineage().validate(bom.inputs().records(), bom.output().records());
    }
    assertThat(records("doubled")).hasSize(990);
    for (Bom bom : doubled) {
      Bom from = (Bom) Document.of(store.get(bom.inputs().boms().get(0)).orElseThrow());
      List<Object> before = lot(from);
      List<Object> after = lot(bom);
      assertThat(after).hasSameSizeAs(before);
      for (int i = 0; i < before.size(); i++) {
        GenericRecord one = (GenericRecord) before.get(i);
        GenericRecord other = (GenericRecord) after.get(i);
        assertThat(other.get("time")).isEqualTo(one.get("time"));
        assertThat(other.get("value")).isEqualTo(2 * (Double) one.get("value"));
      }
    }
  }

  private List<Object> lot(Bom bom) throws Exception {
    return LotReader.of(store.get(bom.output().data()).orElseThrow()).all();
  }

  @Test
  void answersThatComeInAnyOrderAreTakenInThatOfTheBatches() throws Exception {
    DataInitiative initiative = initiative(1);
    TracedStream<Reading> doubled =
        readings(initiative).onRay("doubled", local("double"), Reading.class);
    doubled.egress();
    try (CloseableIterator<Reading> each = doubled.plain().collectAsync()) {
      initiative.executeAsync();
      List<Long> times = new ArrayList<>();
      each.forEachRemaining(reading -> times.add(reading.getTime()));
      assertThat(times).hasSize(990).isSorted();
    }
  }

  @Test
  void aFunctionIsNamedWithItsCode() throws Exception {
    DataInitiative initiative = initiative(2);
    readings(initiative).onRay("doubled", local("double"), Reading.class).egress();
    initiative.execute();

    Bom bom = boms("doubled").get(0);
    Order order = (Order) Document.of(store.get(bom.order()).orElseThrow());
    Function function =
        (Function) Document.of(store.get(order.steps().get(0).function()).orElseThrow());
    assertThat(function.runtime()).isEqualTo("local");
    assertThat(function.artifact()).contains(CODE);
    assertThat(store.get(CODE).orElseThrow().bytes()).isEqualTo(Bytes.utf8("the code"));
  }

  @Test
  void aRowwiseFunctionsOutputsCiteTheirOwnInputs() throws Exception {
    DataInitiative initiative = initiative(2);
    readings(initiative)
        .onRay("doubled", new Local(name, "double", true, false), Reading.class)
        .egress();
    initiative.execute();
    assertThat(boms("doubled"))
        .isNotEmpty()
        .allSatisfy(bom -> assertThat(bom.lineage()).isEqualTo(new Lineage.Same()));
  }

  @Test
  void aRowwiseFunctionsOutputsHaveTheTimesOfTheirInputs() throws Exception {
    DataInitiative initiative = initiative(2);
    readings(initiative)
        .timestamps(new Readings.ReadingTime(), WatermarkStrategy.noWatermarks())
        .onRay("doubled", new Local(name, "double", true, false), Reading.class)
        .keyBy(new Readings.StationOf())
        .window("sums", TumblingEventTimeWindows.of(Duration.ofMinutes(1)), new Readings.Sums())
        .egress();
    initiative.execute();
    assertThat(records("sums")).hasSize(5 * 17);
  }

  @Test
  void aFunctionThatIsNotRowwiseThoughItSaysSoFails() {
    DataInitiative initiative = initiative(1);
    readings(initiative)
        .onRay("sum", new Local(name, "sum", true, false), Readings.Total.class)
        .egress();
    assertThatThrownBy(initiative::execute)
        .rootCause()
        .message()
        .containsPattern("expected as many rows as came in, \\d+, found 1; leave rowwise away");
  }

  @Test
  void aWindowIsOneBatch() throws Exception {
    DataInitiative initiative = initiative(2);
    readings(initiative)
        .timestamps(new Readings.ReadingTime(), WatermarkStrategy.noWatermarks())
        .keyBy(new Readings.StationOf())
        .onRay(
            "sums",
            TumblingEventTimeWindows.of(Duration.ofHours(1)),
            local("sum"),
            Readings.Total.class)
        .egress();
    initiative.execute();
    assertThat(records("sums")).hasSize(5);
    assertThat(records("sums").toString()).contains("\"station\": \"s0\", \"count\": 200");
    assertThat(boms("sums"))
        .allSatisfy(bom -> assertThat(bom.output().records()).isOne())
        .allSatisfy(bom -> assertThat(bom.inputs().records()).isGreaterThanOrEqualTo(190));
  }

  @Test
  void recordsOfTwoKeysAreNeverInOneBatch() throws Exception {
    DataInitiative initiative = initiative(2);
    readings(initiative)
        .keyBy(new Readings.StationOf())
        .onRay("sums", local("sum"), Readings.Total.class)
        .egress();
    initiative.execute();
    List<Bom> sums = boms("sums");
    assertThat(sums).hasSizeGreaterThanOrEqualTo(20);
    assertThat(sums.stream().mapToLong(bom -> bom.inputs().records()).sum()).isEqualTo(990);
    assertThat(records("sums").stream().mapToLong(StagesIT::count).sum()).isEqualTo(990);
  }

  private static long count(Object total) {
    return (Long) ((GenericRecord) total).get("count");
  }

  @Test
  void aFunctionThatFailsEndsTheJobAndSaysOnWhat() {
    DataInitiative initiative = initiative(1);
    readings(initiative).onRay("doubled", local("fails"), Reading.class).egress();
    assertThatThrownBy(initiative::execute)
        .satisfies(
            thrown -> {
              StringBuilder all = new StringBuilder();
              for (Throwable at = thrown; at != null; at = at.getCause()) {
                all.append(at.getMessage()).append('\n');
              }
              assertThat(all)
                  .containsPattern(
                      "Step doubled failed on \\d+ records? of bafyrei\\w+/0\\+\\d+: no luck\n"
                          + "  first record: \\{\"station\": \"s0\".*\nTraceback: line 7");
            });
  }

  @Test
  void recordsThatItFailsOnAreRefusedWhereItSaysSo() throws Exception {
    DataInitiative initiative = initiative(2);
    TracedStream<Reading> doubled =
        readings(initiative).onRay("doubled", new Local(name, "fails", false, true), Reading.class);
    doubled.rejects().map("refusals", new ReasonOf()).egress();
    initiative.execute();
    assertThat(records("refusals"))
        .hasSize(990)
        .allSatisfy(reason -> assertThat(reason.toString()).contains("stage: no luck"));
  }

  record ReasonOf() implements MapFunction<Rejected, Reading> {
    @Override
    public Reading map(Rejected rejected) {
      return new Reading(rejected.getRule() + ": " + rejected.getReason(), 0L, 0.0);
    }
  }

  @Test
  void whatCannotCrossIsRefusedWhenTheJobIsBuilt() {
    TracedStream<Reading> readings = readings(initiative(1));
    assertThatThrownBy(() -> readings.onRay("doubled", local("unmappable"), Reading.class))
        .hasMessage("Cannot add step doubled: field value is a double");
  }

  /** Fails the job once, when some records have gone through. */
  record FailingOnce(String run) implements MapFunction<Reading, Reading> {
    @Override
    public Reading map(Reading reading) {
      AtomicBoolean failed = FAILED.computeIfAbsent(run, each -> new AtomicBoolean());
      if (reading.getTime() > 700_000 && failed.compareAndSet(false, true)) {
        throw new IllegalStateException("once");
      }
      return reading;
    }
  }

  @Test
  void afterAFailureCallsThatWereUnderWayAreMadeAgainAndCommittedOnce() throws Exception {
    Configuration config = new Configuration();
    config.set(EgressOptions.STORE, "memory:" + name);
    config.set(LotOptions.RECORDS, 10);
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50));
    env.setParallelism(1);
    DataInitiative initiative = DataInitiative.on(env, "sample", config);
    initiative
        .source("lines", Readings.source(1000, 1000), String.class)
        .flatMap("parse", new Readings.Parse())
        .onRay("doubled", local("double"), Reading.class)
        .map("failing", new FailingOnce(name))
        .egress();
    initiative.execute();

    assertThat(FAILED.get(name)).isTrue();
    assertThat(records("doubled")).hasSize(990).doesNotHaveDuplicates();
    assertThat(records("failing")).hasSize(990);
  }
}
