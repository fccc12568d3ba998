package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.cluster.JavaProcess;
import dev.cats.connector.kafka.EventReader;
import dev.cats.connector.kafka.EventSchemas;
import dev.cats.connector.kafka.KafkaBroker;
import dev.cats.connector.kafka.RegistryServer;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.job.seismology.SampleFeed;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code cats produce} against a real broker. */
class ProduceIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static KafkaBroker broker;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    broker = KafkaBroker.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
  }

  private static Answer produce(String topic, Path file, String... more) {
    List<String> all = new ArrayList<>(List.of("produce", "--topic", topic));
    all.addAll(List.of("--bootstrap", broker.bootstrap(), file.toString()));
    all.addAll(List.of(more));
    return Answer.to(all.toArray(String[]::new));
  }

  /** What is in a topic, partition by partition. */
  private static List<DataInitiativeEvent> events(
      KafkaBroker from, String topic, int partitions, int atLeast) throws Exception {
    EventReader reader = EventReader.of(EventSchemas.builtIn(), null);
    return events(from, reader, topic, partitions, atLeast);
  }

  private static List<DataInitiativeEvent> events(
      KafkaBroker from, EventReader reader, String topic, int partitions, int atLeast)
      throws Exception {
    Properties properties = from.clientProperties();
    properties.put("auto.offset.reset", "earliest");
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    List<DataInitiativeEvent> events = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties, bytes, bytes)) {
      consumer.assign(
          IntStream.range(0, partitions).mapToObj(i -> new TopicPartition(topic, i)).toList());
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      boolean more = true;
      while (more || events.size() < atLeast && System.nanoTime() < until) {
        more = false;
        for (var record : consumer.poll(Duration.ofMillis(300))) {
          events.add(reader.read(record.value(), record.headers()));
          more = true;
        }
      }
    }
    return events;
  }

  private static List<DataInitiativeEvent> events(String topic, int atLeast) throws Exception {
    return events(broker, topic, 4, atLeast);
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "cloudevents"})
  void theSampleFeedArrivesWholeAndItsNetworksInOrder(String wire) throws Exception {
    Path feed = SampleFeed.copyTo(folder);
    String topic = "quakes-" + wire;
    Answer answer =
        produce(topic, feed, "--order", "time", "--wire", wire, "--initiative", "usgs", "--json");
    assertThat(answer.code()).as(answer.err()).isZero();
    assertThat(answer.err()).isEqualTo("Created topic %s with 4 partitions.%n".formatted(topic));
    JsonNode summary = JSON.readTree(answer.out());
    assertThat(summary.fieldNames())
        .toIterable()
        .containsExactly("topic", "sent", "skipped", "malformed", "seconds", "perSecond");
    assertThat(summary.get("sent").asInt()).isEqualTo(1707);
    assertThat(summary.get("skipped").asInt()).isZero();

    List<DataInitiativeEvent> events = events(topic, 1707);
    assertThat(events).hasSize(1707);
    assertThat(events).extracting(DataInitiativeEvent::getId).doesNotHaveDuplicates();
    assertThat(events).allMatch(event -> event.getInitiative().equals("usgs"));
    for (String network : List.of("ci", "nc", "ak", "us")) {
      assertThat(events.stream().filter(event -> event.getSubject().equals(network)))
          .isNotEmpty()
          .isSortedAccordingTo(Comparator.comparing(DataInitiativeEvent::getTime));
    }
    String text = Files.readString(feed);
    assertThat(events)
        .allMatch(event -> text.contains(StandardCharsets.UTF_8.decode(event.getData())));
  }

  @Test
  void confluentsFormatNeedsARegistryThatAnswers() throws Exception {
    Path file = Files.writeString(folder.resolve("c.jsonl"), "{\"n\":1}\n");
    Path config =
        Files.writeString(
            folder.resolve("client.properties"),
            "basic.auth.credentials.source=USER_INFO\nbasic.auth.user.info=ann:s3cret\n");
    RegistryServer registry = new RegistryServer();
    String[] wire = {
      "--wire", "confluent", "--registry", registry.url(), "--config", config.toString()
    };
    try (registry) {
      Answer answer = produce("confluent", file, wire);
      assertThat(answer.code()).as(answer.err()).isZero();
      assertThat(registry.requests())
          .containsExactly("POST /subjects/confluent-value/versions Basic YW5uOnMzY3JldA==");
      EventReader reader = EventReader.of(EventSchemas.builtIn(), registry.url());
      assertThat(events(broker, reader, "confluent", 4, 1))
          .singleElement()
          .satisfies(event -> assertThat(event.getSource()).isEqualTo("c.jsonl"));
    }
    Answer answer = produce("confluent", file, wire);
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err())
        .startsWith(
            "cats: Cannot ask schema registry " + registry.url() + " for a number for the schema")
        .doesNotContain("s3cret");
  }

  @Test
  void malformedLinesAreReportedAndSentOrLeftOut() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("l.jsonl"), "{\"k\":1}\nno JSON\n{\"k\":2}\n[1]\n{\"k\":3}\n");
    Answer sent = produce("lines", file, "--partitions", "1");
    assertThat(sent.code()).isZero();
    assertThat(sent.err())
        .contains("Created topic lines with 1 partition.")
        .contains("line 2: no JSON: Unrecognized token 'no'")
        .contains("line 4: expected a JSON object, found an array (sent as it is)");
    assertThat(sent.lines().get(0))
        .matches(
            "l.jsonl: 5 events sent to topic lines in [\\d.]+ s, [\\d,]+/s; 2 malformed, 0 skipped");
    assertThat(sent.lines().get(1)).isEqualTo("  partition 0, offsets 0 to 4");
    assertThat(events(broker, "lines", 1, 5))
        .extracting(event -> StandardCharsets.UTF_8.decode(event.getData()).toString())
        .containsExactly("{\"k\":1}", "no JSON", "{\"k\":2}", "[1]", "{\"k\":3}");

    Answer skipped =
        produce("lines", file, "--partitions", "3", "--skip-malformed", "--json", "--id", "k");
    assertThat(skipped.code()).isZero();
    assertThat(skipped.err())
        .contains("Topic lines is there and keeps its 1 partition.")
        .contains("line 4: expected a JSON object, found an array (skipped)");
    JsonNode summary = JSON.readTree(skipped.out());
    assertThat(summary.get("sent").asInt()).isEqualTo(3);
    assertThat(summary.get("skipped").asInt()).isEqualTo(2);
    assertThat(summary.get("malformed").asInt()).isEqualTo(2);
    assertThat(events(broker, "lines", 1, 8).subList(5, 8))
        .extracting(DataInitiativeEvent::getId)
        .containsExactly("1", "2", "3");
  }

  @Test
  void manyMalformedLinesAreCountedAndNotAllReported() throws Exception {
    Path file = Files.writeString(folder.resolve("m.jsonl"), "x\n".repeat(500));
    Answer answer = produce("many", file, "--skip-malformed", "--json");
    assertThat(answer.err().lines()).hasSize(12).endsWith("There are more; they are counted.");
    assertThat(JSON.readTree(answer.out()).get("skipped").asInt()).isEqualTo(500);
  }

  @Test
  void csvIsSentAtTheRateThatIsAsked() throws Exception {
    StringBuilder rows = new StringBuilder("station,at\n");
    for (int i = 0; i < 31; i++) {
      rows.append("s").append(i % 2).append(",").append(i).append("\n");
    }
    Path file = Files.writeString(folder.resolve("r.csv"), rows);
    Answer answer =
        produce("rows", file, "--rate", "50/s", "--subject", "station", "--time", "at", "--json");
    assertThat(answer.code()).as(answer.err()).isZero();
    JsonNode summary = JSON.readTree(answer.out());
    assertThat(summary.get("seconds").asDouble()).isBetween(0.59, 10.0);
    assertThat(summary.get("perSecond").asDouble()).isLessThan(54);
    List<DataInitiativeEvent> events = events("rows", 31);
    assertThat(events.stream().filter(event -> event.getSubject().equals("s0")))
        .hasSize(16)
        .isSortedAccordingTo(Comparator.comparing(DataInitiativeEvent::getTime));
  }

  private static long size(KafkaBroker from, String topic) throws Exception {
    TopicPartition first = new TopicPartition(topic, 0);
    try (Admin admin = from.newAdmin()) {
      return admin.listOffsets(Map.of(first, OffsetSpec.latest())).all().get().get(first).offset();
    }
  }

  private JavaProcess follow(String topic, Path file) throws IOException {
    List<String> command = new ArrayList<>(JavaProcess.opens());
    command.addAll(List.of("-Xmx256m", "-cp", JavaProcess.classPath(), Cats.class.getName()));
    command.addAll(List.of("produce", "--topic", topic, "--bootstrap", broker.bootstrap()));
    command.addAll(List.of(file.toString(), "--follow", "--json"));
    return JavaProcess.start("produce", folder, command);
  }

  @Test
  void aFollowedFileIsSentAsItGrowsUntilItIsStopped() throws Exception {
    broker.createTopic("followed", 1);
    Path file = Files.writeString(folder.resolve("app.jsonl"), "{\"n\":0}\n");
    try (JavaProcess process = follow("followed", file)) {
      assertThat(events(broker, "followed", 1, 1)).hasSize(1);
      Files.writeString(file, "{\"n\":1}\n{\"n\":", StandardOpenOption.APPEND);
      Files.move(file, folder.resolve("app.jsonl.1"));
      Files.writeString(folder.resolve("app.jsonl.1"), "2}\n", StandardOpenOption.APPEND);
      Files.writeString(file, "{\"n\":3}\n");
      assertThat(events(broker, "followed", 1, 4))
          .extracting(event -> StandardCharsets.UTF_8.decode(event.getData()).toString())
          .containsExactly("{\"n\":0}", "{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
      process.terminate();
      assertThat(process.await(Duration.ofSeconds(20))).isZero();
      String[] output = process.output().strip().split("\n");
      JsonNode summary = JSON.readTree(output[output.length - 1]);
      assertThat(summary.get("sent").asInt()).isEqualTo(4);
    }
  }

  @Test
  void aBrokerThatIsAwayForAWhileIsWaitedFor() throws Exception {
    try (KafkaBroker own = KafkaBroker.start()) {
      own.createTopic("away", 1);
      Path file = folder.resolve("long.jsonl");
      try (OutputStream out = Files.newOutputStream(file)) {
        for (int i = 0; i < 1_500; i++) {
          out.write("{\"n\":%d}%n".formatted(i).getBytes(StandardCharsets.UTF_8));
        }
      }
      List<String> command = new ArrayList<>(JavaProcess.opens());
      command.addAll(List.of("-Xmx256m", "-cp", JavaProcess.classPath(), Cats.class.getName()));
      command.addAll(List.of("produce", "--topic", "away", "--bootstrap", own.bootstrap()));
      command.addAll(List.of(file.toString(), "--rate", "200/s", "--json"));
      try (JavaProcess process = JavaProcess.start("produce", folder, command)) {
        Awaitility.await().until(() -> size(own, "away") >= 100);
        own.kill();
        Awaitility.await()
            .until(() -> process.output().contains("the broker does not answer; waiting for it"));
        own.restart();
        assertThat(process.await(Duration.ofSeconds(60))).as(process.output()).isZero();
        assertThat(process.output()).containsOnlyOnce("the broker answers again");
      }
      assertThat(events(own, "away", 1, 1_500))
          .extracting(event -> Integer.parseInt(event.getId()))
          .containsExactlyElementsOf(IntStream.range(0, 1_500).boxed().toList());
    }
  }

  @Test
  void aBrokerThatIsNotThereIsSaidWithinSeconds() throws Exception {
    Path feed = SampleFeed.copyTo(folder);
    long started = System.nanoTime();
    Answer answer =
        Answer.to("produce", "--topic", "t", "--bootstrap", "127.0.0.1:1", feed.toString());
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err())
        .isEqualTo(
            ("cats: Cannot use topic t of Kafka at 127.0.0.1:1: no answer in 5 s%n"
                    + "Check that the broker runs there, and whether it wants TLS or a user (--config FILE).%n")
                .formatted());
    assertThat(System.nanoTime() - started).isLessThan(TimeUnit.SECONDS.toNanos(10));
    Answer nowhere =
        Answer.to("produce", "--topic", "t", "--bootstrap", "nowhere.invalid:1", feed.toString());
    assertThat(nowhere.code()).isEqualTo(2);
    assertThat(nowhere.err())
        .startsWith("cats: Cannot use topic t of Kafka at nowhere.invalid:1: No resolvable");
  }

  @Test
  void aTopicThatOneMayNotWriteToIsSaid() throws Exception {
    try (KafkaBroker own =
        KafkaBroker.start(
            Map.of(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found", "true"))) {
      own.createTopic("secret", 1);
      Path feed = SampleFeed.copyTo(folder);
      String[] command = {
        "produce", "--topic", "secret", "--bootstrap", own.bootstrap(), feed.toString()
      };
      allow(own, AclOperation.WRITE, AclPermissionType.DENY);
      Answer unseen = Answer.to(command);
      assertThat(unseen.code()).isEqualTo(2);
      assertThat(unseen.err())
          .isEqualTo(
              ("cats: Cannot use topic secret of Kafka at %s: it is not allowed: Topic authorization failed.%n"
                      + "Have its principal User:ANONYMOUS granted WRITE and DESCRIBE, or have it created.%n")
                  .formatted(own.bootstrap()));

      allow(own, AclOperation.DESCRIBE, AclPermissionType.ALLOW);
      Answer unwritten = Answer.to(command);
      assertThat(unwritten.code()).isEqualTo(2);
      assertThat(unwritten.err())
          .matches(
              "cats: Cannot send event \\w+ to topic secret: Not authorized to access topics: \\[secret]%nThe broker has 0 of the events before it.%n"
                  .formatted());
    }
  }

  private static void allow(KafkaBroker at, AclOperation operation, AclPermissionType allowed)
      throws Exception {
    ResourcePattern secret = new ResourcePattern(ResourceType.TOPIC, "secret", PatternType.LITERAL);
    AccessControlEntry entry = new AccessControlEntry("User:ANONYMOUS", "*", operation, allowed);
    try (Admin admin = at.newAdmin()) {
      admin.createAcls(List.of(new AclBinding(secret, entry))).all().get();
    }
  }

  @Test
  void aLineThatIsTooLargeIsReportedAndItsNeighboursAreSent() throws Exception {
    String large = "{\"k\":\"%s\"}".formatted("x".repeat(2 << 20));
    Path file = Files.writeString(folder.resolve("l.jsonl"), "{}\n" + large + "\n{}\n");
    Answer answer = produce("large", file, "--json");
    assertThat(answer.code()).as(answer.err()).isZero();
    assertThat(answer.err())
        .contains("line 2: Cannot send event 1 to topic large: The message is ")
        .contains("Data of that size is better passed by reference (dataref). (skipped)");
    assertThat(JSON.readTree(answer.out()).get("sent").asInt()).isEqualTo(2);
    assertThat(JSON.readTree(answer.out()).get("skipped").asInt()).isEqualTo(1);
    assertThat(events("large", 2)).extracting(DataInitiativeEvent::getId).containsExactly("0", "2");
  }

  @Test
  void itTalksTlsWithTheClientsCertificateAndSaysWhenThatIsMissing() throws Exception {
    try (KafkaBroker tls = KafkaBroker.startTls()) {
      Properties properties = tls.clientProperties();
      Path config = folder.resolve("client.properties");
      try (OutputStream out = Files.newOutputStream(config)) {
        properties.store(out, null);
      }
      Path feed = SampleFeed.copyTo(folder);
      String[] command = {
        "produce",
        "--topic",
        "t",
        "--bootstrap",
        tls.bootstrap(),
        feed.toString(),
        "--config",
        config.toString(),
        "--json"
      };
      Answer answer = Answer.to(command);
      assertThat(answer.code()).as(answer.err()).isZero();
      assertThat(events(tls, "t", 4, 1707)).hasSize(1707);

      properties.remove("ssl.keystore.location");
      try (OutputStream out = Files.newOutputStream(config)) {
        properties.store(out, null);
      }
      Answer stranger = Answer.to(command);
      assertThat(stranger.code()).isEqualTo(2);
      assertThat(stranger.err()).contains("Cannot use topic t").contains("--config");
      for (String name : properties.stringPropertyNames()) {
        if (name.contains("password")) {
          assertThat(stranger.err()).doesNotContain(properties.getProperty(name));
        }
      }
    }
  }

  @Test
  void whatIsAskedWronglyIsSaidBeforeABrokerIsAsked() throws Exception {
    Path feed = SampleFeed.copyTo(folder);
    Path none = folder.resolve("none.csv");
    assertThat(produce("t", none).err())
        .isEqualTo("cats: Cannot read %s: there is no such file. Check the path%n".formatted(none));
    assertThat(produce("t", none).code()).isEqualTo(2);
    assertThat(produce("t", folder.resolve("f.txt")).err())
        .startsWith("cats: Cannot tell the format of ")
        .contains("--format");
    assertThat(produce("t", feed, "--follow").err()).startsWith("cats: Cannot follow " + feed);
    assertThat(produce("t", feed, "--wire", "json").err())
        .startsWith("cats: Invalid wire format: expected avro, confluent, cloudevents, found json");
    assertThat(produce("t", feed, "--format", "xml").err())
        .startsWith("cats: Invalid format: expected geojson, jsonl, csv, avro, found xml");
    assertThat(produce("t", feed, "--wire", "confluent").err())
        .contains("without a schema registry");
    assertThat(produce("t", feed, "--config", "none.properties").err())
        .startsWith("cats: Cannot read none.properties: there is no such file");
    assertThat(produce("t", feed, "--order", "size").code()).isEqualTo(2);
    assertThat(produce("t", feed, "--partitions", "0").code()).isEqualTo(2);
    assertThat(produce("bad topic!", feed).err())
        .startsWith("cats: Cannot use topic bad topic! of Kafka at ");
  }
}
