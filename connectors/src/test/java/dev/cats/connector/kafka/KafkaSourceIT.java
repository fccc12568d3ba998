package dev.cats.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.event.Arrival;
import dev.cats.event.Citation;
import dev.cats.event.DataInitiativeEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Flink jobs that read topics of a real broker. */
class KafkaSourceIT {
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
  private boolean stopped;

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
    if (stopped && !broker.isRunning()) {
      broker.restart();
    }
    if (job != null && !job.getJobStatus().get().isGloballyTerminalState()) {
      job.cancel().get();
      await().until(() -> job.getJobStatus().get().isGloballyTerminalState());
    }
  }

  private static KafkaEventSource.Builder source(Topic topic) {
    Properties often = new Properties();
    often.setProperty("partition.discovery.interval.ms", "500");
    return KafkaEvents.source(broker.bootstrap(), topic.name()).properties(often);
  }

  private static StreamExecutionEnvironment environment(Configuration configuration) {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(2);
    env.getConfig().enableObjectReuse();
    return env;
  }

  private static StreamExecutionEnvironment environment() {
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    return environment(configuration);
  }

  /** A stream that only keeps what arrives. */
  private static Received received(StreamExecutionEnvironment env, KafkaEventSource source) {
    Received received = new Received();
    env.fromSource(source, WatermarkStrategy.noWatermarks(), "events")
        .uid("events")
        .map(received)
        .uid("received")
        .sinkTo(new DiscardingSink<>());
    return received;
  }

  private Received start(StreamExecutionEnvironment env, KafkaEventSource source) throws Exception {
    Received received = received(env, source);
    job = env.executeAsync();
    return received;
  }

  @Test
  void everyRecordArrivesWithItsPlaceAndWhatItCites() throws Exception {
    Topic topic = Topic.on(broker, 3);
    topic.send(0, 0, 10).send(2, 10, 15);
    try (KafkaProducer<byte[], byte[]> producer = topic.producer()) {
      ProducerRecord<byte[], byte[]> cited = topic.record(1, Events.full());
      CitationHeaders.write(new Citation(BOM, 7), cited.headers());
      producer.send(cited);
      producer.send(topic.record(1, "no event".getBytes(UTF_8)));
      producer.send(topic.record(1, (byte[]) null));
      ProducerRecord<byte[], byte[]> forged = topic.record(1, Events.least());
      forged.headers().add(CitationHeaders.BOM, "none".getBytes(UTF_8));
      forged.headers().add(CitationHeaders.INDEX, "0".getBytes(UTF_8));
      producer.send(forged);
    }
    StreamExecutionEnvironment env = environment();
    Received received = received(env, source(topic).until(Offsets.latest()).build());
    env.execute();

    List<Arrival<DataInitiativeEvent>> all = received.all();
    assertThat(all).hasSize(19);
    assertThat(all.subList(0, 10))
        .extracting(each -> Received.event(each).getId())
        .containsExactlyElementsOf(IntStream.range(0, 10).mapToObj(i -> "e" + i).toList());
    assertThat(all)
        .extracting(each -> Received.position(each).offset())
        .containsExactlyElementsOf(
            LongStream.concat(
                    LongStream.range(0, 10),
                    LongStream.concat(LongStream.range(0, 4), LongStream.range(0, 5)))
                .boxed()
                .toList());
    assertThat(all.get(10)).isEqualTo(Arrival.of(all.get(10).position(), Events.full(), cited()));
    assertThat(all.subList(11, 14))
        .extracting(each -> ((Arrival.Refused<?>) each).rule())
        .containsExactly("unknown-format", "no-value", "citation");
    assertThat(((Arrival.Refused<?>) all.get(11)).original()).isEqualTo(Bytes.utf8("no event"));
    assertThat(((Arrival.Refused<?>) all.get(13)).reason())
        .isEqualTo(
            "Cannot read where an event came from: expected the CID of a BOM in cats-bom, found"
                + " 'none'");
  }

  private static Citation cited() {
    return new Citation(BOM, 7);
  }

  @Test
  void theSameOffsetsAreReadAgain() throws Exception {
    Topic topic = Topic.on(broker, 3).send(0, 0, 10).send(1, 100, 110).send(2, 200, 210);
    StreamExecutionEnvironment env = environment();
    Received received =
        received(
            env,
            source(topic)
                .startingFrom(Offsets.at(Map.of(topic.partition(0), 3L, topic.partition(1), 9L)))
                .until(Offsets.at(Map.of(topic.partition(0), 6L, topic.partition(1), 10L)))
                .build());
    env.execute();
    assertThat(received.ids()).containsExactly("e3", "e4", "e5", "e109");
  }

  @Test
  void readingMayBeginAtATime() throws Exception {
    Topic topic = Topic.on(broker, 1);
    try (KafkaProducer<byte[], byte[]> producer = topic.producer()) {
      for (int i = 0; i < 10; i++) {
        producer.send(
            new ProducerRecord<>(
                topic.name(), 0, i * 1000L, null, topic.record(0, Topic.event(i)).value()));
      }
    }
    StreamExecutionEnvironment env = environment();
    Received received =
        received(
            env,
            source(topic)
                .startingFrom(Offsets.since(Instant.ofEpochSecond(6)))
                .until(Offsets.since(Instant.ofEpochSecond(8)))
                .build());
    env.execute();
    assertThat(received.ids()).containsExactly("e6", "e7");
  }

  @Test
  void transactionsThatWereGivenUpAreNotRead() throws Exception {
    Topic topic = Topic.on(broker, 1);
    try (KafkaProducer<byte[], byte[]> producer = topic.transactional()) {
      for (int round = 0; round < 4; round++) {
        producer.beginTransaction();
        producer.send(topic.record(0, Topic.event(2 * round)));
        producer.send(topic.record(0, Topic.event(2 * round + 1)));
        if (round % 2 == 0) {
          producer.commitTransaction();
        } else {
          producer.flush();
          producer.abortTransaction();
        }
      }
    }
    StreamExecutionEnvironment env = environment();
    Received received = received(env, source(topic).until(Offsets.latest()).build());
    env.execute();
    assertThat(received.ids()).containsExactly("e0", "e1", "e4", "e5");
    assertThat(received.offsets()).containsExactly(0L, 1L, 6L, 7L);
  }

  @Test
  void deletedOffsetsAreNeverSkipped() throws Exception {
    Topic topic = Topic.on(broker, 2).send(1, 0, 50);
    topic.deleteBefore(1, 30);
    fails(
        source(topic).startingFrom(Offsets.at(Map.of(topic.partition(1), 12L))).build(),
        "Cannot read topic "
            + topic.name()
            + ", partition 1, from offset 12: Kafka at "
            + broker.bootstrap()
            + " offers offsets 30 to 49. Offsets 12 to 29 were deleted before they were read"
            + " (retention). Nothing is skipped: bring them back, or start a new run, without this"
            + " one's checkpoints, from what is left");
  }

  @Test
  void offsetsBehindTheEndAreNoPlaceToBegin() throws Exception {
    Topic topic = Topic.on(broker, 1).send(0, 0, 5);
    fails(
        source(topic).startingFrom(Offsets.at(Map.of(topic.partition(0), 9L))).build(),
        "Cannot read topic "
            + topic.name()
            + ", partition 0, from offset 9: Kafka at "
            + broker.bootstrap()
            + " offers offsets 0 to 4. The topic was truncated, or deleted and created again. Start"
            + " a new run, without this one's checkpoints");
  }

  @Test
  void whatWasDeletedWhileAJobWasDownIsMissed() throws Exception {
    Topic topic = Topic.on(broker, 1).send(0, 0, 20);
    Received received = start(environment(), source(topic).build());
    await().until(() -> received.count() == 20);
    String savepoint = savepoint();
    topic.send(0, 20, 60).deleteBefore(0, 40);
    fails(
        restored(savepoint),
        source(topic).build(),
        "partition 0, from offset 20: Kafka at "
            + broker.bootstrap()
            + " offers offsets 40 to 59. Offsets 20 to 39 were deleted");
  }

  @Test
  void aPartitionThatNothingWasReadOfKeepsItsPlace() throws Exception {
    Topic topic = Topic.on(broker, 2).send(0, 0, 3);
    Received received = start(environment(), source(topic).build());
    await().until(() -> received.count() == 3);
    String savepoint = savepoint();
    topic.send(1, 0, 30).deleteBefore(1, 10);
    fails(
        restored(savepoint),
        source(topic).build(),
        "partition 1, from offset 0: Kafka at " + broker.bootstrap() + " offers offsets 10 to 29");
  }

  @Test
  void aRestoredJobGoesOnWhereItStopped() throws Exception {
    Topic topic = Topic.on(broker, 2).send(0, 0, 20).send(1, 100, 110);
    Received before = start(environment(), source(topic).build());
    await().until(() -> before.count() == 30);
    String savepoint = savepoint();
    topic.send(0, 20, 25).send(1, 110, 112);
    StreamExecutionEnvironment env = restored(savepoint);
    env.setParallelism(1);
    Received after = start(env, source(topic).startingFrom(Offsets.latest()).build());
    await().until(() -> after.count() == 7);
    assertThat(after.ids()).containsExactly("e20", "e21", "e22", "e23", "e24", "e110", "e111");
  }

  @Test
  void whatCameWhileAJobWasDownBeginsWhereItShould() throws Exception {
    Topic topic = Topic.on(broker, 1).send(0, 0, 5);
    Received before = start(environment(), source(topic).build());
    await().until(() -> before.count() == 5);
    String savepoint = savepoint();
    topic.extendTo(2);
    topic.send(1, 100, 103);
    Topic another = Topic.on(broker, 1).send(0, 200, 220);
    another.deleteBefore(0, 18);
    Received after =
        start(
            restored(savepoint),
            KafkaEvents.source(broker.bootstrap(), topic.name(), another.name())
                .startingFrom(Offsets.earliest())
                .build());
    await().until(() -> after.count() == 5);
    assertThat(after.ids()).containsExactlyInAnyOrder("e100", "e101", "e102", "e218", "e219");
  }

  @Test
  void aTopicThatWasMadeAnewIsAnother() throws Exception {
    Topic topic = Topic.on(broker, 1).send(0, 0, 5);
    Received received = start(environment(), source(topic).build());
    await().until(() -> received.count() == 5);
    String savepoint = savepoint();
    topic.delete();
    await().ignoreExceptions().until(() -> again(topic));
    topic.send(0, 0, 50);
    fails(
        restored(savepoint),
        source(topic).build(),
        "Cannot go on reading topic "
            + topic.name()
            + ": Kafka at "
            + broker.bootstrap()
            + " has another one of this name now (expected topic id ");
  }

  private static boolean again(Topic topic) throws Exception {
    broker.createTopic(topic.name(), 1);
    return true;
  }

  @Test
  void newPartitionsAreReadFromTheirFirstRecord() throws Exception {
    Topic topic = Topic.on(broker, 1).send(0, 0, 5);
    Received received = start(environment(), source(topic).startingFrom(Offsets.latest()).build());
    // A job runs before it has found partitions; when it receives, it has found those there were.
    AtomicInteger sent = new AtomicInteger(1000);
    await()
        .until(
            () -> {
              topic.send(0, sent.get(), sent.incrementAndGet());
              return received.count() > 0;
            });
    topic.extendTo(2);
    topic.send(1, 100, 105);
    await().until(() -> received.ids().containsAll(List.of("e100", "e104")));
    assertThat(received.ids())
        .filteredOn(id -> id.length() == 4)
        .containsExactly("e100", "e101", "e102", "e103", "e104");
    assertThat(received.ids()).doesNotContain("e0", "e1", "e2", "e3", "e4");
  }

  @Test
  void aMissingTopicIsNamed() throws Exception {
    fails(
        KafkaEvents.source(broker.bootstrap(), "no-such-topic").build(),
        "Cannot read topic no-such-topic: Kafka at "
            + broker.bootstrap()
            + " has no topic no-such-topic; check the name, or create it");
  }

  /** As it seems to who asks a broker that has just started. */
  @Test
  void aTopicThatIsNotKnownYetIsWaitedFor() throws Exception {
    Topic topic = new Topic(broker, "late-source");
    try (Said said = new Said(Level.WARN)) {
      Received received = start(environment(), source(topic).build());
      await().until(() -> !said.about("does not know topic late-source").isEmpty());
      broker.createTopic(topic.name(), 1);
      topic.send(0, 0, 5);
      await().until(() -> received.count() == 5);
    }
  }

  @Test
  void aMissingPartitionIsNamed() throws Exception {
    Topic topic = Topic.on(broker, 2);
    fails(
        source(topic).until(Offsets.at(Map.of(topic.partition(2), 5L))).build(),
        " has no partition " + topic.name() + "-2; check the name, or create it");
  }

  @Test
  void aTopicThatGoesEndsTheJob() throws Exception {
    Topic topic = Topic.on(broker, 1).send(0, 0, 5);
    Received received = start(environment(), source(topic).build());
    await().until(() -> received.count() == 5);
    topic.delete();
    assertThatThrownBy(() -> job.getJobExecutionResult().get())
        .rootCause()
        .hasMessageContaining("has no topic " + topic.name());
  }

  @Test
  void brokersThatAreAwayAreWaitedFor() throws Exception {
    Topic topic = Topic.on(broker, 2).send(0, 0, 5);
    try (Said said = new Said(Level.WARN)) {
      Received received = start(environment(), source(topic).build());
      await().until(() -> received.count() == 5);
      stopped = true;
      broker.kill();
      await().until(() -> !said.about("does not answer").isEmpty());
      // Long enough to ask again, and be silent about it.
      await().pollDelay(Duration.ofSeconds(11)).until(() -> true);
      broker.restart();
      topic.send(1, 10, 15);
      await().until(() -> received.count() == 10);
      await().until(() -> !said.about("is back").isEmpty());
      assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
      assertThat(said.about("dev.cats"))
          .satisfiesExactly(
              away -> assertThat(away).contains("Kafka at " + broker.bootstrap() + " does not"),
              back -> assertThat(back).contains("Kafka at " + broker.bootstrap() + " is back"));
    }
  }

  @Test
  void aJobMayBeStartedBeforeItsBroker() throws Exception {
    Topic topic = Topic.on(broker, 1).send(0, 0, 5);
    stopped = true;
    broker.stop();
    Received received = start(environment(), source(topic).build());
    await().until(() -> job.getJobStatus().get() == JobStatus.RUNNING);
    // Long enough to owe several looks at the topics, all of which find the same partition.
    await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
    broker.restart();
    await().until(() -> received.count() >= 5);
    topic.send(0, 5, 7);
    await().until(() -> received.ids().contains("e6"));
    assertThat(received.offsets()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void aRestoredJobWithAnEndComesToIt() throws Exception {
    Topic topic = Topic.on(broker, 2).send(0, 0, 5).send(1, 10, 15);
    KafkaEventSource source =
        source(topic)
            .until(Offsets.at(Map.of(topic.partition(0), 8L, topic.partition(1), 6L)))
            .build();
    Received before = start(environment(), source);
    await().until(() -> before.count() == 10);
    String savepoint = savepoint();
    topic.send(0, 5, 20).send(1, 15, 20).extendTo(3);
    topic.send(2, 100, 110);
    StreamExecutionEnvironment env = restored(savepoint);
    Received after = received(env, source);
    env.execute();
    assertThat(after.ids()).containsExactly("e5", "e6", "e7", "e15");
  }

  private String savepoint() throws Exception {
    return job.stopWithSavepoint(false, folder.toUri().toString(), SavepointFormatType.CANONICAL)
        .get();
  }

  private static StreamExecutionEnvironment restored(String savepoint) {
    Configuration configuration = new Configuration();
    configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    return environment(configuration);
  }

  /** Fails at once, though a job would be restarted for other reasons. */
  private static void fails(KafkaEventSource source, String message) {
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1_000_000);
    fails(environment(configuration), source, message);
  }

  private static void fails(
      StreamExecutionEnvironment env, KafkaEventSource source, String message) {
    received(env, source);
    assertThatThrownBy(env::execute)
        .satisfies(
            thrown ->
                assertThat(causes(thrown))
                    .anySatisfy(
                        cause -> {
                          assertThat(cause).isInstanceOf(KafkaInputException.class);
                          assertThat(cause).hasMessageContaining(message);
                        }));
  }

  static List<Throwable> causes(Throwable thrown) {
    return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause).toList();
  }
}
