package dev.cats.initiative;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.bom.LotReader;
import dev.cats.bom.Order;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.MemoryBlockStore;
import dev.cats.egress.EgressOptions;
import dev.cats.event.Arrival;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Position;
import dev.cats.event.Rejected;
import dev.cats.lot.HandOver;
import dev.cats.lot.LotOptions;
import dev.cats.sample.Reading;
import dev.cats.step.KeyedStep;
import dev.cats.step.Output;
import dev.cats.step.Side;
import dev.cats.step.Step;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.specific.SpecificData;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What steps refuse, and what comes too late: where it was read, what it was, and the count. */
class RefusedRecordsIT {
  private static final int EVENTS = 60;

  /** Records of one lot of the source: a watermark comes behind each. */
  private static final int LOT = 10;

  private static final Duration WINDOW = Duration.ofSeconds(5);

  /** Of sessions: shorter than what is between two events, so that each is one. */
  private static final Duration GAP = Duration.ofMillis(500);

  private static final Side<Reading> LATE = Side.of("late", Reading.class);
  private static final InMemoryReporter METRICS = InMemoryReporter.createWithRetainedMetrics();

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .setConfiguration(METRICS.addToConfiguration(new Configuration()))
              .build());

  private final String name = "refused-" + UUID.randomUUID();
  private final BlockStore store = MemoryBlockStore.named(name);

  @AfterEach
  void forget() {
    MemoryBlockStore.forget(name);
  }

  private DataInitiative initiative(LotOptions.Scope scope) {
    Configuration config = new Configuration();
    config.set(EgressOptions.STORE, "memory:" + name);
    config.set(LotOptions.SCOPE, scope);
    config.set(LotOptions.RECORDS, LOT);
    config.set(LotOptions.MAX_AGE, Duration.ZERO);
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    env.setParallelism(1);
    return DataInitiative.on(env, "sample", config);
  }

  /** The records of the lots of one output of a step. */
  private List<Object> records(String step, String output) throws Exception {
    List<Object> all = new ArrayList<>();
    for (Cid cid : DataInitiativeIT.boms(store)) {
      Bom bom = (Bom) Document.of(store.get(cid).orElseThrow());
      Order order = (Order) Document.of(store.get(bom.order()).orElseThrow());
      if (order.steps().get(order.steps().size() - 1).name().equals(step)
          && order.output().orElse("").equals(output)) {
        all.addAll(LotReader.of(store.get(bom.output().data()).orElseThrow()).all());
      }
    }
    return all;
  }

  /** What was refused, by offset: each step's lots where lots are per step. */
  private List<Rejected> refused(String... steps) throws Exception {
    List<Rejected> all = new ArrayList<>();
    for (String step : steps) {
      for (Object record : records(step, "rejects")) {
        all.add((Rejected) SpecificData.get().deepCopy(Rejected.getClassSchema(), record));
      }
    }
    all.sort(Comparator.comparing(Rejected::getOffset, Comparator.nullsFirst(Long::compare)));
    return all;
  }

  private static DataInitiativeEvent event(long number) {
    String data = number % 10 == 3 ? "nonsense" : "s1," + time(number) + "," + (number % 10 - 1);
    return DataInitiativeEvent.newBuilder()
        .setId(Long.toString(number))
        .setSource("urn:stations")
        .setType("reading")
        .setTime(Instant.ofEpochMilli(time(number)))
        .setExtensions(new HashMap<>())
        .setData(ByteBuffer.wrap(data.getBytes(UTF_8)))
        .build();
  }

  /** One a second; the last lot comes when its windows are over. */
  private static long time(long number) {
    return 1000 * (number < EVENTS - LOT ? number : number % LOT);
  }

  record Events() implements GeneratorFunction<Long, Arrival<DataInitiativeEvent>> {
    @Override
    public Arrival<DataInitiativeEvent> map(Long number) {
      return Arrival.of(new Position.KafkaRecord("readings", 3, 1000 + number), event(number));
    }
  }

  record EventTimes() implements TimestampAssigner<DataInitiativeEvent>, java.io.Serializable {
    @Override
    public long extractTimestamp(DataInitiativeEvent event, long recordTimestamp) {
      return event.getTime().toEpochMilli();
    }
  }

  /** A watermark with each event. */
  static final class AtOnce implements WatermarkGenerator<DataInitiativeEvent> {
    @Override
    public void onEvent(DataInitiativeEvent event, long timestamp, WatermarkOutput output) {
      output.emitWatermark(new Watermark(timestamp));
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {}
  }

  record Decode() implements Step<DataInitiativeEvent, Reading> {
    @Override
    public void apply(DataInitiativeEvent event, Output<Reading> out) throws Exception {
      new Readings.Parse().apply(UTF_8.decode(event.getData().duplicate()).toString(), out);
    }
  }

  record Twice() implements Step<Reading, Reading> {
    @Override
    public void apply(Reading reading, Output<Reading> out) {
      out.collect(reading);
      out.collect(reading);
    }
  }

  static final class NoZero extends KeyedStep<String, Reading, Reading> {
    private static final long serialVersionUID = 1L;

    @Override
    public void apply(Reading reading, Context<String> context, Citing<Reading> out) {
      if (reading.getValue() == 0) {
        out.reject("zero", "value is 0");
      }
    }
  }

  private static TracedStream<Reading> decoded(DataInitiative initiative) {
    return initiative
        .source(
            "events",
            new DataGeneratorSource<>(new Events(), EVENTS, HandOver.type()),
            DataInitiativeEvent.class,
            new EventTimes(),
            WatermarkStrategy.forGenerator(context -> new AtOnce()))
        .flatMap("decode", new Decode());
  }

  @ParameterizedTest
  @EnumSource
  void whatTheStepsAfterTheSourceRefuseHasItsOffsetAndCanBeSentAgain(LotOptions.Scope scope)
      throws Exception {
    DataInitiative initiative = initiative(scope);
    decoded(initiative)
        .flatMap("twice", new Twice())
        .check("check", new Readings.NotNegative())
        .keyBy(new Readings.StationOf())
        .process("keyed", new NoZero())
        .egress();
    initiative.execute();

    List<Rejected> all = refused("decode", "twice", "check");
    List<Rejected> malformed =
        all.stream().filter(each -> each.getRule().equals("malformed")).toList();
    assertThat(malformed).hasSize(EVENTS / 10);
    for (int i = 0; i < malformed.size(); i++) {
      Rejected rejected = malformed.get(i);
      long number = 10L * i + 3;
      assertThat(rejected.getStep()).isEqualTo("decode");
      assertThat(rejected.getTopic()).isEqualTo("readings");
      assertThat(rejected.getPartition()).isEqualTo(3);
      assertThat(rejected.getOffset()).isEqualTo(1000 + number);
      assertThat(
              new BinaryMessageDecoder<DataInitiativeEvent>(
                      SpecificData.getForClass(DataInitiativeEvent.class),
                      DataInitiativeEvent.getClassSchema())
                  .decode(rejected.getValue().duplicate()))
          .isEqualTo(event(number));
      assertThat(rejected.getValue()).isEqualTo(event(number).toByteBuffer());
    }
    List<Rejected> negative =
        all.stream().filter(each -> each.getRule().equals("not-negative")).toList();
    assertThat(negative)
        .hasSize(2 * EVENTS / 10)
        .allSatisfy(each -> assertThat(each.getStep()).isEqualTo("check"))
        .allSatisfy(each -> assertThat(each.getTopic()).isEqualTo("readings"))
        .extracting(Rejected::getOffset)
        .startsWith(1000L, 1000L, 1010L, 1010L);
    assertThat(Reading.fromByteBuffer(negative.get(0).getValue().duplicate()).getValue())
        .isEqualTo(-1);
    assertThat(refused("keyed"))
        .hasSize(2 * EVENTS / 10)
        .allSatisfy(each -> assertThat(each.getRule()).isEqualTo("zero"))
        .allSatisfy(each -> assertThat(each.getOffset()).as("behind an exchange").isNull());
  }

  @Test
  void whatComesTooLateIsRefusedByTheWindowAndCounted() throws Exception {
    DataInitiative initiative = initiative(LotOptions.Scope.STEP);
    var byStation = decoded(initiative).keyBy(new Readings.StationOf());
    byStation.window("sums", TumblingEventTimeWindows.of(WINDOW), new Readings.Sums()).egress();
    byStation
        .onRay(
            "on-ray",
            TumblingEventTimeWindows.of(WINDOW),
            new StagesIT.Local(name, "sum", false, false),
            Readings.Total.class)
        .egress();
    byStation
        .aggregate("counts", TumblingEventTimeWindows.of(WINDOW), new Readings.Counting())
        .egress();
    byStation
        .aggregate("sessions", EventTimeSessionWindows.withGap(GAP), new Readings.Counting())
        .egress();
    byStation
        .aggregate("aside", TumblingEventTimeWindows.of(WINDOW), new Readings.Counting(), LATE)
        .egress();
    byStation
        .window("not-asked", TumblingEventTimeWindows.of(WINDOW), new Readings.Sums(), LATE)
        .egress();
    TracedStream<Long> asked =
        byStation.aggregate(
            "asked", TumblingEventTimeWindows.of(WINDOW), new Readings.Counting(), LATE);
    asked.egress();
    asked.side(LATE).map("late-asked", new Readings.Doubled()).egress();
    JobID job = initiative.execute().getJobID();

    for (String step : List.of("sums", "on-ray", "counts", "aside", "not-asked")) {
      // One of each ten is no reading.
      assertThat(refused(step))
          .as(step)
          .hasSize(LOT - 1)
          .allSatisfy(each -> assertThat(each.getRule()).isEqualTo("late"))
          .allSatisfy(each -> assertThat(each.getStep()).isEqualTo(step))
          .extracting(Rejected::getReason)
          .startsWith(
              "Cannot put a record of 1970-01-01T00:00:00Z into a window: its window was over, and"
                  + " the result delivered, when it came at 1970-01-01T00:00:49Z in event time");
      Rejected first = refused(step).get(0);
      assertThat(Reading.fromByteBuffer(first.getValue().duplicate()))
          .isEqualTo(new Reading("s1", 0L, -1.0));
      assertThat(counted(job, step)).as(step).containsExactly(LOT - 1L);
    }
    assertThat(refused("sessions")).hasSize(LOT - 1);
    assertThat(refused("asked")).isEmpty();
    assertThat(records("late-asked", "")).hasSize(LOT - 1);
    assertThat(counted(job, "decode")).containsExactly(EVENTS / 10L);
    assertThat(counted(job, "asked")).containsExactly(0L);
    long sums = records("counts", "").stream().mapToLong(Long.class::cast).sum();
    assertThat(sums).isEqualTo((EVENTS - LOT) / 10 * 9);
  }

  /** What Flink says that a step has refused, of each subtask. */
  private static List<Long> counted(JobID job, String step) {
    return METRICS.findMetrics(job, ".*\\." + step + "\\..*cats\\.rejected").values().stream()
        .map(metric -> ((Counter) metric).getCount())
        .toList();
  }
}
