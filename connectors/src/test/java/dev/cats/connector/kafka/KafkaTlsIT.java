package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cats.bom.LineageLog;
import dev.cats.bom.LineageLogs;
import dev.cats.event.DataInitiativeEvent;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A broker that talks TLS, and to clients with certificates only. */
class KafkaTlsIT {
  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static KafkaBroker broker;

  @TempDir Path folder;

  @BeforeAll
  static void start() throws Exception {
    broker = KafkaBroker.startTls();
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
    Clients.awaitNone();
  }

  private static StreamExecutionEnvironment environment() {
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(2);
    env.getConfig().enableObjectReuse();
    return env;
  }

  private static KafkaEventSource source(Topic topic, Properties client) {
    return KafkaEvents.source(broker.bootstrap(), topic.name())
        .properties(client)
        .until(Offsets.latest())
        .build();
  }

  private static void copy(KafkaEventSource source, KafkaEventSink<DataInitiativeEvent> sink)
      throws Exception {
    StreamExecutionEnvironment env = environment();
    env.fromSource(source, WatermarkStrategy.noWatermarks(), "events")
        .map(new KafkaSinkIT.Leave())
        .sinkTo(sink);
    env.execute();
  }

  @Test
  void jobsConnectWithTheirCertificateAndKeepItsPasswordToThemselves() throws Exception {
    Topic from = Topic.on(broker, 2).send(0, 0, 10).send(1, 10, 20);
    Topic to = Topic.on(broker, 1);
    Properties client = broker.clientProperties();
    String password = client.getProperty("ssl.keystore.password");
    assertThat(password).isNotEmpty();
    KafkaEventSource source = source(from, client);
    KafkaEventSink<DataInitiativeEvent> sink =
        KafkaEvents.sink(broker.bootstrap(), to.name())
            .properties(client)
            .transactionalIdPrefix(to.name())
            .build();
    try (Said said = Said.everything(Level.INFO)) {
      copy(source, sink);
      assertThat(said.about("ProducerConfig")).isNotEmpty();
      assertThat(said.lines()).noneMatch(line -> line.contains(password));
    }
    await().until(() -> to.committed().size() == 20);
    assertThat(source.toString() + source.params() + source.getLineageVertex().datasets())
        .doesNotContain(password);
    assertThat(sink.toString() + sink.params() + sink.getLineageVertex().datasets())
        .doesNotContain(password);
  }

  @Test
  void aStrangerIsToldWhy() throws Exception {
    Topic from = Topic.on(broker, 1).send(0, 0, 10);
    Properties stranger = broker.clientProperties();
    stranger.keySet().removeIf(key -> key.toString().startsWith("ssl.keystore"));
    assertThatThrownBy(
            () ->
                copy(
                    source(from, stranger),
                    KafkaEvents.sink(broker.bootstrap(), from.name()).atLeastOnce().build()))
        .satisfies(
            thrown ->
                assertThat(KafkaSourceIT.causes(thrown))
                    .anySatisfy(
                        cause ->
                            assertThat(cause)
                                .hasMessageStartingWith(
                                    "Cannot read topic "
                                        + from.name()
                                        + ": Kafka at "
                                        + broker.bootstrap()
                                        + " and this client do not accept each other (")
                                .hasMessageEndingWith(
                                    "; check security.protocol and the ssl.* and sasl.*"
                                        + " settings")));
  }

  @Test
  void aLineageLogHasItsSettingsInAFile() throws Exception {
    Path settings = folder.resolve("client.properties");
    try (OutputStream out = Files.newOutputStream(settings)) {
      broker.clientProperties().store(out, null);
    }
    URI uri = URI.create("kafka://" + broker.bootstrap() + "/lineage?config=" + settings);
    try (LineageLog log = LineageLogs.open(uri)) {
      log.committed(KafkaLineageLogIT.manifest(1, Optional.empty()), List.of());
    }
    assertThat(new Topic(broker, "lineage").committed()).hasSize(1);
  }
}
