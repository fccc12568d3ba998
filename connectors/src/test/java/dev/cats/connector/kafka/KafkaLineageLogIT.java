package dev.cats.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cats.bom.LineageLog;
import dev.cats.bom.LineageLogs;
import dev.cats.bom.Manifest;
import dev.cats.bom.NodeKey;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others are told of what was committed, by way of a real broker. */
class KafkaLineageLogIT {
  private static final List<Cid> BOMS = List.of(bom("1"), bom("2"), bom("3"));

  private static KafkaBroker broker;

  @TempDir Path folder;

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

  private static Cid bom(String text) {
    return Cid.sha256(Cid.DAG_CBOR, Bytes.utf8(text));
  }

  static Manifest manifest(long checkpoint, Optional<Cid> previous) throws Exception {
    return Manifest.signed(
        NodeKey.generate(),
        "usgs-seismology",
        "run-1",
        checkpoint,
        previous,
        BOMS,
        List.of(),
        List.of(),
        4,
        1_767_225_600_000L);
  }

  @Test
  void whatIsCommittedIsToldOfUnderItsCid() throws Exception {
    Topic topic = new Topic(broker, "lineage");
    URI uri = URI.create("kafka://" + broker.bootstrap() + "/lineage");
    Manifest first = manifest(1, Optional.empty());
    Manifest second = manifest(2, Optional.of(first.cid()));
    try (LineageLog log = LineageLogs.open(uri)) {
      log.committed(first, BOMS);
      log.committed(second, List.of(bom("4")));
    }
    try (LineageLog again = LineageLogs.open(uri)) {
      again.committed(second, List.of(bom("4")));
    }
    List<ConsumerRecord<byte[], byte[]>> told = topic.committed();
    assertThat(told)
        .extracting(record -> new String(record.key(), UTF_8))
        .containsExactly(
            BOMS.get(0).toString(),
            BOMS.get(1).toString(),
            BOMS.get(2).toString(),
            first.cid().toString(),
            bom("4").toString(),
            second.cid().toString(),
            bom("4").toString(),
            second.cid().toString());
    assertThat(told.get(7).value()).isEqualTo(told.get(5).value());
    assertThat(new String(told.get(0).value(), UTF_8))
        .isEqualTo(
            "{\"kind\":\"bom\",\"cid\":\"%s\",\"initiative\":\"usgs-seismology\",\"manifest\":\"%s\"}"
                .formatted(BOMS.get(0), first.cid()));
    assertThat(new String(told.get(5).value(), UTF_8))
        .isEqualTo(
            ("{\"kind\":\"manifest\",\"cid\":\"%s\",\"initiative\":\"usgs-seismology\","
                    + "\"run\":\"run-1\",\"checkpoint\":2,\"previous\":\"%s\",\"boms\":1,"
                    + "\"rejected\":4,\"sealedAt\":1767225600000,\"node\":\"%s\"}")
                .formatted(second.cid(), first.cid(), second.node()));
    ConfigResource described = new ConfigResource(ConfigResource.Type.TOPIC, "lineage");
    try (Admin admin = broker.newAdmin()) {
      assertThat(
              admin
                  .describeConfigs(List.of(described))
                  .values()
                  .get(described)
                  .get()
                  .get("cleanup.policy")
                  .value())
          .isEqualTo("compact");
    }
  }

  @Test
  void aLogOutlivesItsBroker() throws Exception {
    Topic topic = new Topic(broker, "patient");
    URI uri = URI.create("kafka://" + broker.bootstrap() + "/patient");
    try (Said said = new Said(Level.WARN);
        LineageLog log = LineageLogs.open(uri)) {
      log.committed(manifest(1, Optional.empty()), BOMS);
      broker.kill();
      FutureTask<Boolean> restarted =
          new FutureTask<>(
              () -> {
                await().until(() -> !said.about("does not answer").isEmpty());
                broker.restart();
                return true;
              });
      new Thread(restarted, "restart the broker").start();
      try {
        log.committed(manifest(2, Optional.empty()), BOMS);
      } finally {
        assertThat(restarted.get()).isTrue();
      }
      await().until(() -> !said.about("is back").isEmpty());
      assertThat(said.about("BrokerWatch"))
          .satisfiesExactly(
              away -> assertThat(away).contains("Kafka at " + broker.bootstrap() + " does not"),
              back -> assertThat(back).contains("Kafka at " + broker.bootstrap() + " is back"));
    }
    assertThat(topic.committed()).hasSize(8);
  }

  @Test
  void aTopicThatLosesWhatItWasToldIsNamed() throws Exception {
    broker.createTopic("kept", 1, Map.of("cleanup.policy", "compact"));
    broker.createTopic("deleted", 1, Map.of("cleanup.policy", "delete"));
    broker.createTopic("both", 1, Map.of("cleanup.policy", "compact,delete"));
    for (String topic : List.of("kept", "deleted", "both")) {
      try (Said said = new Said(Level.WARN);
          LineageLog log = LineageLogs.open("kafka://" + broker.bootstrap() + "/" + topic)) {
        log.committed(manifest(1, Optional.empty()), BOMS);
        if (topic.equals("kept")) {
          assertThat(said.lines()).isEmpty();
        } else {
          assertThat(said.lines())
              .singleElement()
              .asString()
              .contains("Topic " + topic + " of the lineage log has cleanup.policy=")
              .endsWith(
                  "kafka-configs.sh --bootstrap-server "
                      + broker.bootstrap()
                      + " --alter --entity-type topics --entity-name "
                      + topic
                      + " --add-config cleanup.policy=compact");
        }
      }
    }
  }

  @Test
  void settingsAreInAFileThatTheUriNames() throws Exception {
    Path settings = folder.resolve("client.properties");
    Files.writeString(settings, "security.protocol=NONSENSE\nssl.key.password=very-secret\n");
    URI uri = URI.create("kafka://" + broker.bootstrap() + "/t?config=" + settings);
    assertThatThrownBy(() -> LineageLogs.open(uri))
        .hasMessageStartingWith(
            "Cannot write to topic t: the settings of the client for Kafka at "
                + broker.bootstrap()
                + " are wrong: Invalid value NONSENSE for configuration security.protocol")
        .satisfies(
            thrown ->
                assertThat(KafkaSourceIT.causes(thrown))
                    .noneMatch(cause -> cause.toString().contains("very-secret")));
    Path none = folder.resolve("none");
    assertThatThrownBy(() -> LineageLogs.open(URI.create("kafka://h:1/t?config=" + none)))
        .hasMessage(
            "Cannot open lineage log kafka://h:1/t?config="
                + none
                + ": cannot read the settings in "
                + none);
  }

  @Test
  void aUriThatNamesNoTopicIsRefused() {
    for (String uri : List.of("kafka://h:1", "kafka://h:1/", "kafka:/t", "kafka://h:1/t?user=x")) {
      assertThatThrownBy(() -> LineageLogs.open(URI.create(uri)))
          .hasMessage(
              "Cannot open lineage log "
                  + uri
                  + ": expected kafka://HOST:PORT/TOPIC[?config=FILE]");
    }
  }
}
