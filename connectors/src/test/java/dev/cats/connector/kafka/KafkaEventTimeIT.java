package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cats.event.Arrival;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Event time of partitions that are ahead of each other, or silent. */
class KafkaEventTimeIT {
  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static KafkaBroker broker;

  private JobClient job;

  @BeforeAll
  static void start() throws Exception {
    broker = KafkaBroker.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
    Clients.awaitNone();
  }

  @AfterEach
  void cancel() throws Exception {
    if (job != null && !job.getJobStatus().get().isGloballyTerminalState()) {
      job.cancel().get();
      await().until(() -> job.getJobStatus().get().isGloballyTerminalState());
    }
  }

  /** An event with its time and with the watermark when it came. */
  private record Timed(int partition, long seconds, long watermarkSeconds) {}

  private static final class Timing extends ProcessFunction<Arrival<DataInitiativeEvent>, String> {
    private static final long serialVersionUID = 1L;
    private static final Map<String, Queue<Timed>> ALL = new ConcurrentHashMap<>();

    private final String name;

    Timing(String name) {
      this.name = name;
      ALL.put(name, new ConcurrentLinkedQueue<>());
    }

    static Queue<Timed> of(Topic topic) {
      return ALL.get(topic.name());
    }

    @Override
    public void processElement(
        Arrival<DataInitiativeEvent> arrival, Context context, Collector<String> out) {
      ALL.get(name)
          .add(
              new Timed(
                  Received.position(arrival).partition(),
                  context.timestamp() / 1000,
                  Math.floorDiv(context.timerService().currentWatermark(), 1000L)));
    }
  }

  private static WatermarkStrategy<Arrival<DataInitiativeEvent>> eventTime() {
    return WatermarkStrategy.<Arrival<DataInitiativeEvent>>forMonotonousTimestamps()
        .withTimestampAssigner((arrival, time) -> Received.event(arrival).getTime().toEpochMilli());
  }

  private static StreamExecutionEnvironment environment(
      Topic topic, KafkaEventSource source, WatermarkStrategy<Arrival<DataInitiativeEvent>> time) {
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(1);
    env.getConfig().enableObjectReuse();
    env.getConfig().setAutoWatermarkInterval(10);
    env.fromSource(source, time, "events")
        .process(new Timing(topic.name()))
        .sinkTo(new DiscardingSink<>());
    return env;
  }

  private static KafkaEventSource.Builder source(Topic topic) {
    return KafkaEvents.source(broker.bootstrap(), topic.name());
  }

  @Test
  void aPartitionThatIsAheadMakesNoEventOfAnotherLate() throws Exception {
    Topic topic = Topic.on(broker, 2).send(0, 1_000_000, 1_003_000).send(1, 0, 3_000);
    environment(topic, source(topic).until(Offsets.latest()).build(), eventTime()).execute();
    assertThat(Timing.of(topic))
        .hasSize(6_000)
        .allSatisfy(each -> assertThat(each.seconds).isGreaterThan(each.watermarkSeconds));
  }

  @Test
  void anEventFromTheFutureMakesNoOtherLate() throws Exception {
    Topic topic = Topic.on(broker, 1).send(0, 0, 5);
    int tomorrow = (int) Instant.now().plus(Duration.ofDays(1)).getEpochSecond();
    topic.send(0, tomorrow, tomorrow + 1).send(0, 5, 10);
    List<Arrival<DataInitiativeEvent>> arrivals = new ArrayList<>();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    KafkaEventSource source =
        source(topic).refuseAhead(Duration.ofHours(1)).until(Offsets.latest()).build();
    try (var all =
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "events").executeAndCollect()) {
      all.forEachRemaining(arrivals::add);
    }
    assertThat(arrivals).hasSize(11);
    assertThat(arrivals)
        .filteredOn(Arrival.Refused.class::isInstance)
        .singleElement()
        .satisfies(
            each -> {
              Arrival.Refused<?> refused = (Arrival.Refused<?>) each;
              assertThat(refused.rule()).isEqualTo("time-ahead");
              assertThat(refused.reason())
                  .contains("PT1H", Instant.ofEpochSecond(tomorrow).toString());
              assertThat(refused.position())
                  .isEqualTo(new Position.KafkaRecord(topic.name(), 0, 5));
            });
  }

  @Test
  void aSilentPartitionHoldsUpNobody() throws Exception {
    Topic topic = Topic.on(broker, 2).send(0, 0, 100);
    job =
        environment(topic, source(topic).build(), eventTime().withIdleness(Duration.ofMillis(200)))
            .executeAsync();
    await().until(() -> Timing.of(topic).size() == 100);
    await().pollInterval(Duration.ofMillis(500)).until(() -> watermarkBefore(topic) >= 98);
  }

  private static int next = 100;

  /** The watermark that the next event finds. */
  private static long watermarkBefore(Topic topic) {
    int before = Timing.of(topic).size();
    topic.send(0, next, ++next);
    await().until(() -> Timing.of(topic).size() > before);
    return Timing.of(topic).stream().mapToLong(Timed::watermarkSeconds).max().orElseThrow();
  }

  @Test
  void aPartitionThatIsAheadWaitsForTheOthers() throws Exception {
    Topic topic = Topic.on(broker, 2).send(0, 0, 10).send(1, 0, 10);
    job =
        environment(
                topic,
                source(topic).build(),
                eventTime()
                    .withWatermarkAlignment(
                        "partitions", Duration.ofSeconds(100), Duration.ofMillis(20)))
            .executeAsync();
    await().until(() -> Timing.of(topic).size() == 20);
    // Partition 1 stays at 9 s. What partition 0 had fetched before it was held back still comes.
    int sent = 1_000;
    do {
      assertThat(sent).as("time of an event that was not held back").isLessThan(1_100);
      topic.send(0, sent, ++sent);
    } while (arrivesSoon(topic, sent - 1));
    topic.send(1, 10, sent);
    long last = sent - 1;
    await().until(() -> has(topic, 0, last) && has(topic, 1, last));
  }

  private static boolean arrivesSoon(Topic topic, long seconds) {
    try {
      await().atMost(Duration.ofSeconds(3)).until(() -> has(topic, 0, seconds));
      return true;
    } catch (ConditionTimeoutException heldBack) {
      return false;
    }
  }

  private static boolean has(Topic topic, int partition, long seconds) {
    return Timing.of(topic).stream()
        .anyMatch(each -> each.partition == partition && each.seconds == seconds);
  }
}
