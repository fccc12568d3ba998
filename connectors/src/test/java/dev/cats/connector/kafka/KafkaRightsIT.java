package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Jobs without the rights that they need, at a real broker that keeps them. All would be restarted
 * for ever; none is.
 */
class KafkaRightsIT {
  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static KafkaBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker =
        KafkaBroker.start(
            Map.of(
                "authorizer.class.name",
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found",
                "true"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
    Clients.awaitNone();
  }

  /** What is listed here is all that is allowed on the resource. */
  private static void allow(ResourceType type, String name, AclOperation... operations)
      throws Exception {
    ResourcePattern resource = new ResourcePattern(type, name, PatternType.LITERAL);
    List<AclBinding> bindings =
        Stream.concat(
                Stream.of(entry("User:somebody-else", AclOperation.ALL)),
                Stream.of(operations).map(each -> entry("User:ANONYMOUS", each)))
            .map(entry -> new AclBinding(resource, entry))
            .toList();
    try (Admin admin = broker.newAdmin()) {
      admin.createAcls(bindings).all().get();
    }
  }

  private static AccessControlEntry entry(String who, AclOperation operation) {
    return new AccessControlEntry(who, "*", operation, AclPermissionType.ALLOW);
  }

  private static StreamExecutionEnvironment environment() {
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(1);
    env.getConfig().enableObjectReuse();
    return env;
  }

  private static void readingFails(KafkaEventSource source, String message) {
    StreamExecutionEnvironment env = environment();
    env.fromSource(source, WatermarkStrategy.noWatermarks(), "events")
        .map(new Received())
        .sinkTo(new DiscardingSink<>());
    fails(env, message);
  }

  private static void fails(StreamExecutionEnvironment env, String message) {
    fails(env::execute, message);
  }

  private static void fails(ThrowingCallable run, String message) {
    assertThatThrownBy(run)
        .satisfies(
            thrown ->
                assertThat(KafkaSourceIT.causes(thrown))
                    .anySatisfy(cause -> assertThat(cause).hasMessage(message)));
  }

  @Test
  void aTopicThatMayNotEvenBeSeenIsNamed() throws Exception {
    Topic topic = Topic.on(broker, 1);
    allow(ResourceType.TOPIC, topic.name());
    readingFails(
        KafkaEvents.source(broker.bootstrap(), topic.name()).build(),
        "Cannot read topic "
            + topic.name()
            + ": Kafka at "
            + broker.bootstrap()
            + " gives this client no right to topic "
            + topic.name()
            + "; grant its principal User:ANONYMOUS READ and DESCRIBE, then start it again");
  }

  @Test
  void aTopicThatMayNotBeReadIsNamed() throws Exception {
    Topic topic = Topic.on(broker, 1).send(0, 0, 5);
    allow(ResourceType.TOPIC, topic.name(), AclOperation.DESCRIBE);
    readingFails(
        KafkaEvents.source(broker.bootstrap(), topic.name()).build(),
        "Cannot read topic "
            + topic.name()
            + ": Kafka at "
            + broker.bootstrap()
            + " gives this client no right to topic "
            + topic.name()
            + "; grant its principal User:ANONYMOUS READ and DESCRIBE, then start it again");
  }

  @Test
  void aGroupThatMayNotBeUsedIsNamed() throws Exception {
    Topic topic = Topic.on(broker, 1).send(0, 0, 5);
    allow(ResourceType.GROUP, "closed");
    readingFails(
        KafkaEvents.source(broker.bootstrap(), topic.name()).groupId("closed").build(),
        "Cannot read topic "
            + topic.name()
            + ": Kafka at "
            + broker.bootstrap()
            + " gives this client no right to consumer group closed; grant its principal"
            + " User:ANONYMOUS READ (or name no group), then start it again");
  }

  /** Lets a job read some events, takes a right away from it, and waits for it to end. */
  private static void readingFailsLater(
      KafkaEventSource source, ResourceType type, String name, String message) throws Exception {
    Received received = new Received();
    StreamExecutionEnvironment env = environment();
    env.fromSource(source, WatermarkStrategy.noWatermarks(), "events")
        .map(received)
        .sinkTo(new DiscardingSink<>());
    JobClient job = env.executeAsync();
    await().until(() -> received.count() == 5);
    allow(type, name);
    fails(() -> job.getJobExecutionResult().get(), message);
  }

  @Test
  void aTopicThatMayNotBeReadAnyMoreIsNamed() throws Exception {
    Topic topic = Topic.on(broker, 1).send(0, 0, 5);
    readingFailsLater(
        KafkaEvents.source(broker.bootstrap(), topic.name()).build(),
        ResourceType.TOPIC,
        topic.name(),
        "Cannot read topic "
            + topic.name()
            + ": Kafka at "
            + broker.bootstrap()
            + " gives this client no right to topic "
            + topic.name()
            + "; grant its principal User:ANONYMOUS READ and DESCRIBE, then start it again");
  }

  @Test
  void aGroupThatMayNotBeUsedAnyMoreIsNamed() throws Exception {
    Topic topic = Topic.on(broker, 1).send(0, 0, 5);
    readingFailsLater(
        KafkaEvents.source(broker.bootstrap(), topic.name()).groupId("closing").build(),
        ResourceType.GROUP,
        "closing",
        "Cannot read topic "
            + topic.name()
            + ": Kafka at "
            + broker.bootstrap()
            + " gives this client no right to consumer group closing; grant its principal"
            + " User:ANONYMOUS READ (or name no group), then start it again");
  }

  @Test
  void aTopicThatMayNotBeWrittenAnyMoreIsNamed() throws Exception {
    writingFailsLater(
        to -> allow(ResourceType.TOPIC, to.name(), AclOperation.READ),
        to ->
            " gives this client no right to topic "
                + to.name()
                + "; grant its principal User:ANONYMOUS WRITE and DESCRIBE, then start it again");
  }

  @Test
  void transactionsThatMayNotBeMadeAnyMoreAreNamed() throws Exception {
    writingFailsLater(
        to -> denyTransactions(to.name()),
        to ->
            " gives this client no right to transactional ids with the prefix of this sink; grant"
                + " its principal User:ANONYMOUS WRITE and DESCRIBE, then start it again");
  }

  private interface Taking {
    void from(Topic to) throws Exception;
  }

  private static void writingFailsLater(Taking right, Function<Topic, String> because)
      throws Exception {
    Topic from = Topic.on(broker, 1).send(0, 0, 5);
    Topic to = Topic.on(broker, 1);
    StreamExecutionEnvironment env = writing(from, to);
    env.enableCheckpointing(200);
    JobClient job = env.executeAsync();
    await().until(() -> to.committed().size() == 5);
    right.from(to);
    from.send(0, 5, 10);
    fails(
        () -> job.getJobExecutionResult().get(),
        "Cannot write to topic "
            + to.name()
            + ": Kafka at "
            + broker.bootstrap()
            + because.apply(to));
  }

  @Test
  void aTopicThatMayNotBeWrittenIsNamed() throws Exception {
    Topic from = Topic.on(broker, 1).send(0, 0, 5);
    Topic to = Topic.on(broker, 1);
    allow(ResourceType.TOPIC, to.name(), AclOperation.READ);
    writingFails(
        from,
        to,
        " gives this client no right to topic "
            + to.name()
            + "; grant its principal User:ANONYMOUS WRITE and DESCRIBE, then start it again");
  }

  @Test
  void transactionsThatMayNotBeMadeAreNamed() throws Exception {
    Topic from = Topic.on(broker, 1).send(0, 0, 5);
    Topic to = Topic.on(broker, 1);
    denyTransactions(to.name());
    writingFails(
        from,
        to,
        " gives this client no right to transactional ids with the prefix of this sink; grant its"
            + " principal User:ANONYMOUS WRITE and DESCRIBE, then start it again");
  }

  private static void denyTransactions(String prefix) throws Exception {
    ResourcePattern ids =
        new ResourcePattern(ResourceType.TRANSACTIONAL_ID, prefix, PatternType.PREFIXED);
    try (Admin admin = broker.newAdmin()) {
      admin
          .createAcls(List.of(new AclBinding(ids, entry("User:somebody-else", AclOperation.ALL))))
          .all()
          .get();
    }
  }

  private static void writingFails(Topic from, Topic to, String because) {
    fails(
        writing(from, to),
        "Cannot write to topic " + to.name() + ": Kafka at " + broker.bootstrap() + because);
  }

  private static StreamExecutionEnvironment writing(Topic from, Topic to) {
    StreamExecutionEnvironment env = environment();
    env.fromSource(
            KafkaEvents.source(broker.bootstrap(), from.name()).build(),
            WatermarkStrategy.noWatermarks(),
            "events")
        .map(new KafkaSinkIT.Leave())
        .sinkTo(
            KafkaEvents.sink(broker.bootstrap(), to.name())
                .transactionalIdPrefix(to.name())
                .build());
    return env;
  }
}
