package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.event.Arrival;
import dev.cats.event.Citation;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Departure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.annotation.Nullable;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Flink jobs that write to topics of a real broker. */
class KafkaSinkIT {
  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(4)
              .build());

  private static final Cid BOM = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("bom"));

  private static KafkaBroker broker;

  @TempDir Path folder;
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
    if (!broker.isRunning()) {
      broker.restart();
    }
    if (job != null && !job.getJobStatus().get().isGloballyTerminalState()) {
      job.cancel().get();
      await().until(() -> job.getJobStatus().get().isGloballyTerminalState());
    }
  }

  private static StreamExecutionEnvironment environment() {
    return environment(null);
  }

  private static StreamExecutionEnvironment environment(@Nullable String savepoint) {
    Configuration configuration = new Configuration();
    if (savepoint != null) {
      configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1_000_000);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(2);
    env.enableCheckpointing(200);
    env.getConfig().enableObjectReuse();
    return env;
  }

  private static KafkaEventSource source(Topic topic) {
    return KafkaEvents.source(broker.bootstrap(), topic.name()).build();
  }

  private static KafkaEventSink.Builder sink(Topic topic) {
    return KafkaEvents.sink(topic.broker().bootstrap(), topic.name())
        .transactionalIdPrefix("sink-of-" + topic.name());
  }

  /** A record from each event, made where its offset says. */
  record Leave()
      implements MapFunction<Arrival<DataInitiativeEvent>, Departure<DataInitiativeEvent>> {
    @Override
    public Departure<DataInitiativeEvent> map(Arrival<DataInitiativeEvent> arrival) {
      return new Departure<>(
          new Citation(BOM, (int) Received.position(arrival).offset()), Received.event(arrival));
    }
  }

  /** Fails a number of times: in turn within a checkpoint, and after one when it is told of it. */
  static final class Failing<T> extends RichMapFunction<T, T> implements CheckpointListener {
    private static final long serialVersionUID = 1L;
    private static final Map<String, AtomicInteger> LEFT = new ConcurrentHashMap<>();
    private static final Map<String, AtomicInteger> OPENED = new ConcurrentHashMap<>();

    private final String name;
    private transient long checkpoints;
    private transient boolean fail;

    Failing(String name, int times) {
      this.name = name;
      LEFT.put(name, new AtomicInteger(times));
    }

    static int restarts(String name) {
      return OPENED.get(name).get() - 2; // of two subtasks
    }

    @Override
    public void open(OpenContext context) {
      OPENED.computeIfAbsent(name, none -> new AtomicInteger()).incrementAndGet();
    }

    static int left(String name) {
      return LEFT.get(name).get();
    }

    @Override
    public T map(T value) {
      if (fail && LEFT.get(name).getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new IllegalStateException("a test makes this fail");
      }
      fail = false;
      return value;
    }

    @Override
    public void notifyCheckpointComplete(long id) {
      if (++checkpoints >= 3) {
        int left = LEFT.get(name).get();
        if (left > 0 && left % 2 == 0 && LEFT.get(name).compareAndSet(left, left - 1)) {
          throw new IllegalStateException("a test makes this fail");
        }
        fail = left > 0;
      }
    }
  }

  private record Throughput(List<ConsumerRecord<byte[], byte[]>> written, List<String> said) {}

  /** Sends events while a job that fails again and again copies them. */
  private Throughput copied(Topic from, Topic to, KafkaEventSink<DataInitiativeEvent> sink)
      throws Exception {
    StreamExecutionEnvironment env = environment();
    env.fromSource(source(from), WatermarkStrategy.noWatermarks(), "events")
        .uid("events")
        .map(new Failing<>(to.name(), 6))
        .map(new Leave())
        .sinkTo(sink)
        .uid("sink");
    try (Said said = new Said(Level.WARN)) {
      job = env.executeAsync();
      await().until(() -> job.getJobStatus().get() == JobStatus.RUNNING);
      try (KafkaProducer<byte[], byte[]> producer = from.producer()) {
        for (int sent = 0; Failing.left(to.name()) > 0; sent++) {
          producer.send(from.record(sent % 2, Topic.event(sent))).get();
        }
      }
      int sent = from.committed().size();
      await()
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> ids(to.committed()).stream().distinct().count() == sent);
      cancel();
      return new Throughput(to.committed(), said.lines());
    }
  }

  private static List<String> ids(List<ConsumerRecord<byte[], byte[]>> records) {
    EventReader reader = EventReader.of(EventSchemas.builtIn(), null);
    List<String> ids = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        ids.add(reader.read(record.value(), record.headers()).getId());
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    return ids;
  }

  @Test
  void everyRecordIsWrittenOnceThroughFailures() throws Exception {
    Topic from = Topic.on(broker, 2);
    Topic to = Topic.on(broker, 2);
    Throughput copied = copied(from, to, sink(to).build());
    assertThat(ids(copied.written)).doesNotHaveDuplicates();
    assertThat(copied.said).noneMatch(line -> line.contains("data loss"));
    assertThat(copied.written)
        .allSatisfy(
            record -> {
              assertThat(Topic.header(record, "cats-bom")).isEqualTo(BOM.toString());
              assertThat(Topic.header(record, "cats-index")).matches("\\d+");
            });
  }

  private static void copying(StreamExecutionEnvironment env, Topic from, Topic to) {
    env.fromSource(source(from), WatermarkStrategy.noWatermarks(), "events")
        .uid("events")
        .map(new Leave())
        .uid("leave")
        .sinkTo(sink(to).build())
        .uid("sink");
  }

  @Test
  void aRescaledJobWritesEveryRecordOnce() throws Exception {
    Topic from = Topic.on(broker, 3);
    Topic to = Topic.on(broker, 2);
    String savepoint = null;
    int sent = 0;
    for (int parallelism : new int[] {1, 2, 1}) {
      from.send(sent % 3, sent, sent += 40);
      StreamExecutionEnvironment env = environment(savepoint);
      env.setParallelism(parallelism);
      copying(env, from, to);
      job = env.executeAsync();
      int all = sent;
      await().until(() -> to.committed().size() == all);
      // Some of these are in the savepoint, and the others are read by the next.
      from.send((sent + 1) % 3, sent, sent += 40);
      savepoint =
          job.stopWithSavepoint(false, folder.toUri().toString(), SavepointFormatType.CANONICAL)
              .get();
    }
    StreamExecutionEnvironment env = environment(savepoint);
    copying(env, from, to);
    job = env.executeAsync();
    int all = sent;
    await().until(() -> to.committed().size() >= all);
    assertThat(ids(to.committed())).doesNotHaveDuplicates().hasSize(all);
  }

  /** At brokers of its own: those of the source are there all the time. */
  @Test
  void brokersThatAreAwayAreWaitedFor() throws Exception {
    Topic from = Topic.on(broker, 2).send(0, 0, 10);
    try (KafkaBroker others = KafkaBroker.start();
        Said said = new Said(Level.WARN)) {
      Topic to = Topic.on(others, 2);
      StreamExecutionEnvironment env = environment();
      env.fromSource(source(from), WatermarkStrategy.noWatermarks(), "events")
          .uid("events")
          .map(new Failing<>(to.name(), 0))
          .map(new Leave())
          .sinkTo(sink(to).build())
          .uid("sink");
      job = env.executeAsync();
      await().until(() -> to.committed().size() == 10);
      others.kill();
      from.send(1, 10, 20);
      await().until(() -> !said.about("does not answer").isEmpty());
      // Longer than many checkpoints, and than the brokers are asked whether they are there.
      await().pollDelay(Duration.ofSeconds(15)).until(() -> true);
      others.restart();
      await().until(() -> to.committed().size() >= 20);
      await().until(() -> !said.about("is back").isEmpty());
      assertThat(ids(to.committed())).doesNotHaveDuplicates().hasSize(20);
      assertThat(Failing.restarts(to.name())).isZero();
      assertThat(said.about("BrokerWatch"))
          .satisfiesExactly(
              away -> assertThat(away).contains("Kafka at " + others.bootstrap() + " does not"),
              back -> assertThat(back).contains("Kafka at " + others.bootstrap() + " is back"));
      cancel();
    }
  }

  @Test
  void aMissingTopicIsNamed() throws Exception {
    Topic from = Topic.on(broker, 1).send(0, 0, 10);
    StreamExecutionEnvironment env = environment();
    env.fromSource(source(from), WatermarkStrategy.noWatermarks(), "events")
        .map(new Leave())
        .sinkTo(sink(new Topic(broker, "no-such-topic")).build());
    assertThatThrownBy(env::execute)
        .satisfies(
            thrown ->
                assertThat(KafkaSourceIT.causes(thrown))
                    .anySatisfy(
                        cause ->
                            assertThat(cause)
                                .hasMessage(
                                    "Cannot write to topic no-such-topic: Kafka at "
                                        + broker.bootstrap()
                                        + " has no topic of this name; check the name, or create"
                                        + " it")));
  }

  /** As it seems to who asks a broker that has just started. */
  @Test
  void aTopicThatIsNotKnownYetIsWaitedFor() throws Exception {
    Topic from = Topic.on(broker, 1).send(0, 0, 10);
    Topic to = new Topic(broker, "late-sink");
    StreamExecutionEnvironment env = environment();
    env.fromSource(source(from), WatermarkStrategy.noWatermarks(), "events")
        .map(new Leave())
        .sinkTo(sink(to).build());
    try (Said said = new Said(Level.WARN)) {
      job = env.executeAsync();
      await().until(() -> !said.about("does not know the topic").isEmpty());
      broker.createTopic(to.name(), 1);
      await().until(() -> to.committed().size() == 10);
    }
  }

  @Test
  void aTransactionLongerThanBrokersAllowIsRefused() throws Exception {
    Topic from = Topic.on(broker, 1).send(0, 0, 10);
    Properties hours = new Properties();
    hours.put("transaction.timeout.ms", 7_200_000);
    Configuration once = new Configuration();
    once.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(once);
    env.getConfig().enableObjectReuse();
    env.fromSource(source(from), WatermarkStrategy.noWatermarks(), "events")
        .map(new Leave())
        .sinkTo(sink(Topic.on(broker, 1)).properties(hours).build());
    assertThatThrownBy(env::execute)
        .satisfies(
            thrown ->
                assertThat(KafkaSourceIT.causes(thrown))
                    .anySatisfy(
                        cause ->
                            assertThat(cause)
                                .hasMessageContaining(
                                    "allows only shorter transactions; lower"
                                        + " transaction.timeout.ms")));
  }

  @Test
  void withoutTransactionsSomeComeTwice() throws Exception {
    // Whether a failure finds records that were sent since the last checkpoint is a matter of time.
    boolean twice = false;
    for (int attempt = 0; attempt < 10 && !twice; attempt++) {
      Topic from = Topic.on(broker, 2);
      Topic to = Topic.on(broker, 2);
      Throughput copied =
          copied(from, to, KafkaEvents.sink(broker.bootstrap(), to.name()).atLeastOnce().build());
      List<String> ids = ids(copied.written);
      twice = ids.stream().distinct().count() < ids.size();
    }
    assertThat(twice).isTrue();
  }
}
