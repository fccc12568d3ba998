package dev.cats.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.cluster.ChangingFolder;
import dev.cats.connector.kafka.EventProducer;
import dev.cats.connector.kafka.EventReader;
import dev.cats.connector.kafka.EventSchemas;
import dev.cats.connector.kafka.EventWriter;
import dev.cats.connector.kafka.KafkaBroker;
import dev.cats.connector.kafka.KafkaEvents;
import dev.cats.connector.kafka.Offsets;
import dev.cats.connector.kafka.RegistryServer;
import dev.cats.connector.kafka.Said;
import dev.cats.egress.EgressOptions;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.initiative.DataInitiative;
import dev.cats.job.seismology.SampleFeed;
import dev.cats.step.Output;
import dev.cats.step.Step;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a run over a broker that wants a certificate and a user, and a registry that wants another
 * user, says of their passwords: nothing.
 */
class SecretsIT {
  private static KafkaBroker broker;
  private static RegistryServer registry;

  /** Of the key, of the user at the broker, and of the user at the registry. */
  private static List<String> passwords;

  private static Properties client;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    broker = KafkaBroker.startForUser();
    registry = new RegistryServer();
    client = broker.clientProperties();
    String registrar = UUID.randomUUID().toString();
    client.put("basic.auth.credentials.source", "USER_INFO");
    client.put("basic.auth.user.info", "registrar:" + registrar);
    String user = client.getProperty("sasl.jaas.config").replaceAll(".* password=\"|\";$", "");
    passwords = List.of(client.getProperty("ssl.keystore.password"), user, registrar);
    assertThat(passwords).allSatisfy(each -> assertThat(each).matches("[a-z0-9-]{14,36}"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (registry != null) {
      registry.close();
    }
    if (broker != null) {
      broker.close();
    }
  }

  private Path config() throws Exception {
    Path file = folder.resolve("client.properties");
    try (OutputStream out = Files.newOutputStream(file)) {
      client.store(out, null);
    }
    return file;
  }

  private static Map<String, String> registryProperties() {
    Map<String, String> all = new HashMap<>();
    client.stringPropertyNames().forEach(name -> all.put(name, client.getProperty(name)));
    return all;
  }

  private static EventWriter confluent() {
    return EventWriter.confluent(registry.url(), registryProperties());
  }

  /** One event in Confluent's format, for which the registry is asked. */
  private void send(String topic, byte[] data) throws Exception {
    broker.createTopic(topic, 1);
    try (EventProducer producer =
        EventProducer.to(broker.bootstrap(), topic, confluent(), broker.clientProperties())) {
      producer
          .send(
              DataInitiativeEvent.newBuilder()
                  .setId("1")
                  .setSource("urn:test")
                  .setType("dev.cats.test")
                  .setData(ByteBuffer.wrap(data))
                  .build())
          .get();
    }
  }

  private void keptSecret(Path store, Said said, String... more) throws Exception {
    assertThat(said.about("ProducerConfig")).isNotEmpty();
    List<Path> files = new ChangingFolder(store).files();
    assertThat(files).anyMatch(file -> file.toString().endsWith(".car"));
    for (String password : passwords) {
      assertThat(said.lines()).noneMatch(line -> line.contains(password));
      assertThat(more).noneMatch(text -> text.contains(password));
    }
    for (Path file : files) {
      // One byte is one character. The last checkpoints are removed behind a run that has ended.
      String text =
          ChangingFolder.read(file).map(bytes -> new String(bytes, ISO_8859_1)).orElse("");
      assertThat(passwords).as("in %s", file).noneMatch(text::contains);
    }
  }

  @Test
  void aRunWithAConfigurationFileKeepsThePasswordsInIt() throws Exception {
    ObjectMapper json = new ObjectMapper();
    Path week = SampleFeed.copyTo(folder.resolve("input"));
    JsonNode feature = json.readTree(week.toFile()).get("features").get(0);
    Path store = folder.resolve("store");
    try (Said said = Said.everything(Level.INFO)) {
      send("quakes", json.writeValueAsBytes(feature));
      Answer run =
          Answer.to(
              "run",
              "seismology",
              "--kafka",
              broker.bootstrap(),
              "--topic",
              "quakes",
              "--config",
              config().toString(),
              "--registry",
              registry.url(),
              "--to-end",
              "--json",
              "--store",
              store.toString());
      assertThat(run.code()).as(run.err()).isZero();
      assertThat(json.readTree(run.out()).get("events").asInt()).isEqualTo(1);
      assertThat(json.readTree(run.out()).get("rejected").asInt()).isZero();
      Answer verified = Answer.to("verify", "HEAD", "--store", store.toString(), "--json");
      assertThat(verified.code()).as(verified.err()).isZero();
      keptSecret(store, said, run.out(), run.err(), verified.out(), verified.err());
    }
    try (Admin admin = broker.newAdmin()) {
      assertThat(admin.listTopics().names().get())
          .contains("quakes.daily", "quakes.rejects", "quakes.lineage");
    }
  }

  /** Reads what is in an event, and writes it again. */
  record Unwrap(EventReader reader, EventWriter writer)
      implements Step<DataInitiativeEvent, DataInitiativeEvent> {
    @Override
    public void apply(DataInitiativeEvent event, Output<DataInitiativeEvent> out) throws Exception {
      byte[] value = writer.record("inner", event).value();
      out.collect(reader.read(value, new RecordHeaders()));
    }
  }

  @Test
  void aStepMayHoldAClientOfARegistry() throws Exception {
    Path store = folder.resolve("store");
    Configuration configuration = new Configuration();
    configuration.set(EgressOptions.STORE, store.toString());
    configuration.set(
        EgressOptions.LINEAGE_LOG,
        "kafka://" + broker.bootstrap() + "/steps.lineage?config=" + config());
    configuration.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.resolve("state").toUri().toString());
    try (Said said = Said.everything(Level.INFO)) {
      send("steps", "data".getBytes(UTF_8));
      broker.createTopic("steps.out", 1);
      DataInitiative initiative =
          DataInitiative.on(
              StreamExecutionEnvironment.createLocalEnvironment(1, configuration),
              "secrets",
              configuration);
      initiative
          .source(
              "events",
              KafkaEvents.source(broker.bootstrap(), "steps")
                  .properties(client)
                  .registry(registry.url(), registryProperties())
                  .until(Offsets.latest())
                  .build(),
              DataInitiativeEvent.class)
          .flatMap(
              "unwrap",
              new Unwrap(
                  EventReader.of(EventSchemas.builtIn(), registry.url(), registryProperties()),
                  confluent()))
          .egress()
          .to(
              "out",
              KafkaEvents.sink(broker.bootstrap(), "steps.out")
                  .properties(client)
                  .transactionalIdPrefix("secrets")
                  .writer(confluent())
                  .build());
      initiative.execute();
      keptSecret(store, said);
    }
    assertThat(Committed.in(store).records("unwrap")).hasSize(1);
    Path segments = store.resolve("segments");
    try (Stream<Path> all = Files.list(segments)) {
      assertThat(all.filter(file -> file.toString().endsWith(".car")).map(SecretsIT::text))
          .as("the reader and the writer are described")
          .anyMatch(
              text -> text.contains(EventReader.class.getName()) && text.contains(registry.url()));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, ISO_8859_1);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
