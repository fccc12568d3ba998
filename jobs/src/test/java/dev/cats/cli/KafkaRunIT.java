package dev.cats.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cats.bom.Bom;
import dev.cats.bom.Inputs;
import dev.cats.bom.Manifest;
import dev.cats.cluster.JavaProcess;
import dev.cats.connector.kafka.EventProducer;
import dev.cats.connector.kafka.EventReader;
import dev.cats.connector.kafka.EventSchemas;
import dev.cats.connector.kafka.EventWriter;
import dev.cats.connector.kafka.KafkaBroker;
import dev.cats.connector.kafka.KafkaEvents;
import dev.cats.connector.kafka.Offsets;
import dev.cats.connector.kafka.RegistryServer;
import dev.cats.connector.kafka.WireFormat;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.egress.EgressOptions;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.initiative.DataInitiative;
import dev.cats.job.seismology.DailyStats;
import dev.cats.job.seismology.SampleFeed;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import javax.annotation.Nullable;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cats run seismology --kafka} against a real broker. */
class KafkaRunIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FEATURES = 1707;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

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

  private void produce(String topic) throws Exception {
    Path week = SampleFeed.copyTo(folder.resolve("input"));
    Answer answer =
        Answer.to(
            "produce",
            "--topic",
            topic,
            "--bootstrap",
            broker.bootstrap(),
            "--order",
            "time",
            week.toString());
    assertThat(answer.code()).as(answer.err()).isZero();
  }

  private static KafkaConsumer<byte[], byte[]> consumer(String isolation) {
    Properties client = broker.clientProperties();
    client.put("isolation.level", isolation);
    client.put("auto.offset.reset", "earliest");
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    return new KafkaConsumer<>(client, bytes, bytes);
  }

  /**
   * What a run that has ended left in a topic. Kafka says that a transaction is committed when it
   * is sure to be, which is some time before its records can be read.
   */
  private static List<ConsumerRecord<byte[], byte[]>> committed(String topic) throws Exception {
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer("read_committed");
        KafkaConsumer<byte[], byte[]> uncommitted = consumer("read_uncommitted")) {
      List<TopicPartition> all =
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList();
      Awaitility.await().until(() -> consumer.endOffsets(all).equals(uncommitted.endOffsets(all)));
      consumer.assign(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (all.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        consumer.poll(Duration.ofMillis(200)).forEach(found::add);
      }
    }
    return found;
  }

  private static String header(ConsumerRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  @Nullable
  private static String trace(ConsumerRecord<?, ?> record) {
    return record.headers().lastHeader("traceparent") == null
        ? null
        : header(record, "traceparent");
  }

  private static JsonNode object(Answer answer) throws Exception {
    assertThat(answer.code()).as(answer.err()).isZero();
    return JSON.readTree(answer.out());
  }

  private static List<String> records(JsonNode run, String step, String store) {
    List<String> records = new ArrayList<>();
    for (JsonNode output : run.get("outputs")) {
      if (output.get("step").asText().equals(step)) {
        Answer shown = Answer.to("show", output.get("data").asText(), "--store", store, "--json");
        records.addAll(shown.lines());
      }
    }
    return records.stream().sorted().toList();
  }

  @Test
  void aTopicGivesWhatTheFileGivesAndItsResultsLeadBackToTheirOffsets() throws Exception {
    String topic = "week";
    produce(topic);
    try (KafkaProducer<byte[], byte[]> raw = raw()) {
      ProducerRecord<byte[], byte[]> none =
          new ProducerRecord<>(topic, 2, null, "no event".getBytes(UTF_8));
      none.headers().add("traceparent", "00-no-trace-01".getBytes(UTF_8));
      raw.send(none).get();
    }
    String store = folder.resolve("store").toString();
    JsonNode run =
        object(
            Answer.to(
                "run",
                "seismology",
                "--kafka",
                broker.bootstrap(),
                "--topic",
                topic,
                "--to-end",
                "--store",
                store,
                "--json"));

    assertThat(run.get("events").asInt()).isEqualTo(FEATURES + 1);
    assertThat(run.get("rejected").asInt()).isEqualTo(1);
    String files = folder.resolve("files").toString();
    JsonNode file =
        object(
            Answer.to(
                "run",
                "seismology",
                "--input",
                folder.resolve("input/usgs-week.geojson").toString(),
                "--store",
                files,
                "--json"));
    List<String> daily = records(run, "daily", store);
    assertThat(daily).hasSize(78).isEqualTo(records(file, "daily", files));
    assertThat(records(run, "earthquakes (others)", store))
        .hasSize(28)
        .isEqualTo(records(file, "earthquakes (others)", files));
    assertThat(
            object(Answer.to("verify", "HEAD", "--store", store, "--json")).get("ok").asBoolean())
        .isTrue();

    EventReader reader = EventReader.of(EventSchemas.builtIn(), null);
    List<ConsumerRecord<byte[], byte[]>> results = committed(topic + ".daily");
    assertThat(results).hasSize(78);
    assertThat(results).allSatisfy(each -> assertThat(trace(each)).isNull());
    ConsumerRecord<byte[], byte[]> result = results.get(0);
    DataInitiativeEvent event = reader.read(result.value(), result.headers());
    DailyStats stats = DailyStats.getDecoder().decode(event.getData().duplicate());
    assertThat(event.getSubject()).isEqualTo(stats.getNetwork());
    Answer trace =
        Answer.to(
            "trace",
            header(result, "cats-bom"),
            "--records",
            header(result, "cats-index"),
            "--store",
            store,
            "--json");
    assertThat(trace.code()).as(trace.err()).isZero();
    assertThat(trace.out()).contains("\"kafka\"").contains("\"" + topic + "\"");

    ConsumerRecord<byte[], byte[]> reject = committed(topic + ".rejects").get(0);
    assertThat(new String(reject.value(), UTF_8)).isEqualTo("no event");
    assertThat(header(reject, "cats-reject-topic")).isEqualTo(topic);
    assertThat(header(reject, "cats-reject-partition")).isEqualTo("2");
    assertThat(header(reject, "cats-reject-offset")).isNotEmpty();
    assertThat(header(reject, "cats-reject-reason")).isNotEmpty();
    assertThat(trace(reject)).isNull();

    Set<String> told = new HashSet<>();
    committed(topic + ".lineage").forEach(each -> told.add(new String(each.key(), UTF_8)));
    assertThat(told).isEqualTo(chainOf(store));
    anotherInitiativeCitesThese(topic + ".daily", store);
  }

  @Test
  void anEventThatALaterStepRefusesCanBeMendedAndSentAgain() throws Exception {
    String topic = "mended";
    broker.createTopic(topic, 2);
    JsonNode feature =
        JSON.readTree(SampleFeed.copyTo(folder.resolve("input")).toFile()).get("features").get(0);
    DataInitiativeEvent good = event(feature, JSON.writeValueAsBytes(feature));
    good.setTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    ObjectNode blast = feature.deepCopy();
    ((ObjectNode) blast.get("properties")).put("type", "explosion");
    DataInitiativeEvent other = event(feature, JSON.writeValueAsBytes(blast));
    other.setTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
    other.setTracestate("rojo=00f067aa0ba902b7");
    DataInitiativeEvent bad = event(feature, "{\"type\":\"Feature\"".getBytes(UTF_8));
    bad.setTraceparent("00-5bd66ef5095369c7b0d1f8f4bd33716a-c532cb4098ac3dd2-01");
    EventWriter writer = EventWriter.of(WireFormat.SINGLE_OBJECT);
    byte[] sent = writer.record(topic, bad).value();
    try (KafkaProducer<byte[], byte[]> raw = raw()) {
      raw.send(new ProducerRecord<>(topic, 1, null, writer.record(topic, good).value())).get();
      raw.send(new ProducerRecord<>(topic, 1, null, sent)).get();
      raw.send(new ProducerRecord<>(topic, 1, null, writer.record(topic, other).value())).get();
    }
    String[] run = {"run", "seismology", "--kafka", broker.bootstrap(), "--topic", topic};
    String[] options = {"--to-end", "--json", "--store", folder.resolve("store").toString()};
    assertThat(object(Answer.to(with(run, options))).get("rejected").asInt()).isEqualTo(1);

    ConsumerRecord<byte[], byte[]> reject = committed(topic + ".rejects").get(0);
    assertThat(header(reject, "cats-reject-step")).isEqualTo("decode");
    assertThat(header(reject, "cats-reject-rule")).isEqualTo("malformed");
    assertThat(header(reject, "cats-reject-reason")).startsWith("not JSON at character");
    assertThat(header(reject, "cats-reject-topic")).isEqualTo(topic);
    assertThat(header(reject, "cats-reject-partition")).isEqualTo("1");
    assertThat(header(reject, "cats-reject-offset")).isEqualTo("1");
    assertThat(reject.value()).isEqualTo(sent);

    assertThat(trace(reject)).isEqualTo(bad.getTraceparent());
    assertThat(committed(topic + ".daily"))
        .singleElement()
        .satisfies(each -> assertThat(trace(each)).isEqualTo(good.getTraceparent()));
    assertThat(committed(topic + ".others"))
        .singleElement()
        .satisfies(each -> assertThat(trace(each)).isEqualTo(other.getTraceparent()))
        .satisfies(each -> assertThat(header(each, "tracestate")).isEqualTo(other.getTracestate()));

    DataInitiativeEvent mended =
        EventReader.of(EventSchemas.builtIn(), null).read(reject.value(), new RecordHeaders());
    assertThat(mended).isEqualTo(bad);
    mended.setData(good.getData());
    try (EventProducer producer =
        EventProducer.to(broker.bootstrap(), topic, writer, broker.clientProperties())) {
      producer.send(mended).get();
    }
    options[options.length - 1] = folder.resolve("again").toString();
    JsonNode again = object(Answer.to(with(run, options)));
    assertThat(again.get("events").asInt()).isEqualTo(4);
    assertThat(again.get("rejected").asInt()).isEqualTo(1);
    assertThat(committed(topic + ".daily"))
        .extracting(KafkaRunIT::trace)
        .as("of one event, and of two that are of several traces")
        .containsExactlyInAnyOrder(good.getTraceparent(), null);
  }

  private static DataInitiativeEvent event(JsonNode feature, byte[] data) {
    return DataInitiativeEvent.newBuilder()
        .setId("1")
        .setSource("urn:test")
        .setType("dev.cats.test")
        .setTime(Instant.ofEpochMilli(feature.get("properties").get("time").asLong()))
        .setExtensions(Map.of("station", "a", "network", "b"))
        .setData(ByteBuffer.wrap(data))
        .build();
  }

  private static Set<String> chainOf(String store) throws Exception {
    Set<String> all = new HashSet<>();
    try (BlockStore blocks = BlockStores.open(store)) {
      Documents documents = new Documents(blocks);
      Chain chain = Chain.ofHead(documents);
      for (Optional<Manifest> at = chain.next(); at.isPresent(); at = chain.next()) {
        all.add(at.get().cid().toString());
        documents.boms(at.get()).forEach(bom -> all.add(bom.toString()));
      }
    }
    return all;
  }

  /** What another initiative makes of the results links to the BOMs that they came out of. */
  private void anotherInitiativeCitesThese(String topic, String first) throws Exception {
    Path store = folder.resolve("almanac");
    Configuration configuration = new Configuration();
    configuration.set(EgressOptions.STORE, store.toString());
    configuration.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        folder.resolve("almanac-checkpoints").toUri().toString());
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
    DataInitiative almanac = DataInitiative.on(env, "almanac", configuration);
    almanac
        .source(
            "daily",
            KafkaEvents.source(broker.bootstrap(), topic)
                .properties(broker.clientProperties())
                .until(Offsets.latest())
                .build(),
            DataInitiativeEvent.class)
        .egress();
    almanac.execute();

    Set<String> theirs = chainOf(first);
    long cited = 0;
    try (BlockStore blocks = BlockStores.open(store.toString())) {
      Documents documents = new Documents(blocks);
      for (Cid cid : documents.boms(Chain.ofHead(documents).next().orElseThrow())) {
        Bom bom = documents.bom(cid, "committed");
        Inputs inputs = documents.inputs(bom);
        assertThat(inputs.cited()).isTrue();
        inputs.boms().forEach(each -> assertThat(theirs).contains(each.toString()));
        cited += inputs.records();
        Answer trace = Answer.to("trace", cid.toString(), "--store", store.toString());
        assertThat(trace.out()).contains(inputs.boms().get(0) + "  ", "not in this store");
      }
    }
    assertThat(cited).isEqualTo(78);
    assertThat(Answer.to("verify", "HEAD", "--store", store.toString()).code()).isZero();
  }

  @Test
  void eventsOfAnotherSchemaAreReadWithIt() throws Exception {
    String topic = "evolved";
    broker.createTopic(topic, 1);
    JsonNode feature =
        JSON.readTree(SampleFeed.copyTo(folder.resolve("input")).toFile()).get("features").get(0);
    DataInitiativeEvent event = event(feature, JSON.writeValueAsBytes(feature));
    Schema newer = newer();
    Path schemas = Files.createDirectory(folder.resolve("schemas"));
    String[] run = {"run", "seismology", "--kafka", broker.bootstrap(), "--topic", topic};
    String[] options = {"--to-end", "--json", "--store", folder.resolve("store").toString()};
    try (RegistryServer registry = new RegistryServer()) {
      try (KafkaProducer<byte[], byte[]> raw = raw()) {
        raw.send(new ProducerRecord<>(topic, single(newer, event))).get();
      }
      EventWriter confluent = EventWriter.confluent(registry.url(), Map.of());
      try (EventProducer producer =
          EventProducer.to(broker.bootstrap(), topic, confluent, broker.clientProperties())) {
        producer.send(event).get();
      }
      Answer without = Answer.to(with(run, options));
      assertThat(object(without).get("rejected").asInt()).isEqualTo(2);
      assertThat(committed(topic + ".rejects"))
          .extracting(reject -> header(reject, "cats-reject-reason"))
          .anySatisfy(
              reason ->
                  assertThat(reason)
                      .contains("--schemas DIR")
                      .contains("%016x".formatted(SchemaNormalization.parsingFingerprint64(newer))))
          .anySatisfy(reason -> assertThat(reason).contains("--registry URL"));

      Files.writeString(schemas.resolve("newer.avsc"), newer.toString());
      options[options.length - 1] = folder.resolve("again").toString();
      String[] known = {"--schemas", schemas.toString(), "--registry", registry.url()};
      JsonNode again = object(Answer.to(with(with(run, options), known)));
      assertThat(again.get("events").asInt()).isEqualTo(2);
      assertThat(again.get("rejected").asInt()).isZero();
    }
    Answer wrong =
        Answer.to(with(with(run, options), "--schemas", folder.resolve("none").toString()));
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("there is no such folder");
  }

  private static String[] with(String[] first, String... more) {
    return Stream.of(first, more).flatMap(Stream::of).toArray(String[]::new);
  }

  private static KafkaProducer<byte[], byte[]> raw() {
    ByteArraySerializer bytes = new ByteArraySerializer();
    return new KafkaProducer<>(broker.clientProperties(), bytes, bytes);
  }

  /** Our schema as a later version may have it: with one field more. */
  private static Schema newer() throws Exception {
    ObjectNode schema = (ObjectNode) JSON.readTree(DataInitiativeEvent.getClassSchema().toString());
    ((ArrayNode) schema.get("fields"))
        .addObject()
        .put("name", "severity")
        .put("type", "string")
        .put("default", "");
    return new Schema.Parser().parse(schema.toString());
  }

  private static byte[] single(Schema schema, DataInitiativeEvent event) throws Exception {
    GenericRecord record = new GenericData.Record(schema);
    event
        .getSchema()
        .getFields()
        .forEach(field -> record.put(field.name(), event.get(field.pos())));
    record.put("time", ChronoUnit.MICROS.between(Instant.EPOCH, event.getTime()));
    record.put("severity", "low");
    return new BinaryMessageEncoder<GenericRecord>(new GenericData(), schema)
        .encode(record)
        .array();
  }

  @Test
  void aRunGoesOnWhereItWasStoppedOrKilled() throws Exception {
    String topic = "endless";
    produce(topic);
    Path store = folder.resolve("store");
    try (JavaProcess run = run("first", topic, store)) {
      awaitEvents(run, store, FEATURES);
      run.terminate();
      assertThat(run.await(PATIENCE)).as(run.output()).isZero();
      assertThat(run.output()).contains("Stopped; the next run goes on from");
    }
    produce(topic);
    try (JavaProcess run = run("second", topic, store)) {
      awaitEvents(run, store, 2 * FEATURES);
      assertThat(run.output()).contains("Going on from").contains("savepoint-");
      run.kill();
    }
    produce(topic);
    try (JavaProcess run = run("third", topic, store)) {
      awaitEvents(run, store, 3 * FEATURES);
      assertThat(run.output()).contains("Going on from").contains("chk-");
      run.terminate();
      assertThat(run.await(PATIENCE)).as(run.output()).isZero();
    }
    Answer verified = Answer.to("verify", "HEAD", "--store", store.toString());
    assertThat(verified.code()).as(verified.out()).isZero();
  }

  @Test
  void anotherRunOverTheSameTopicDisturbsNobody() throws Exception {
    String topic = "shared";
    produce(topic);
    Path store = folder.resolve("store");
    try (JavaProcess run = run("one", topic, store)) {
      awaitEvents(run, store, FEATURES);
      String[] once = {"run", "seismology", "--kafka", broker.bootstrap(), "--topic", topic};
      String other = folder.resolve("other").toString();
      JsonNode second = object(Answer.to(with(once, "--to-end", "--json", "--store", other)));
      assertThat(second.get("events").asInt()).isEqualTo(FEATURES);
      produce(topic);
      awaitEvents(run, store, 2 * FEATURES);
      run.terminate();
      assertThat(run.await(PATIENCE)).as(run.output()).isZero();
      assertThat(run.output()).doesNotContain("restarted");
    }
    // 28 from the other run, and twice 28 from this one.
    assertThat(committed(topic + ".others")).hasSize(3 * 28);
  }

  private JavaProcess run(String name, String topic, Path store) throws Exception {
    List<String> command = new ArrayList<>(JavaProcess.opens());
    command.addAll(List.of("-Xmx640m", "-cp", JavaProcess.classPath(), Cats.class.getName()));
    command.addAll(List.of("run", "seismology", "--kafka", broker.bootstrap()));
    command.addAll(List.of("--topic", topic, "--store", store.toString()));
    command.addAll(List.of("-D", "execution.checkpointing.interval=1s"));
    return JavaProcess.start(name, folder, command);
  }

  /** Waits until so many events are in committed source lots, each of them once. */
  static void awaitEvents(JavaProcess run, Path store, long events) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () -> {
              assertThat(run.isAlive()).as(run.output()).isTrue();
              SourceRecords records = new SourceRecords();
              long read = 0;
              try (BlockStore blocks = BlockStores.open(store.toString())) {
                Documents documents = new Documents(blocks);
                Chain chain = Chain.ofHead(documents);
                for (Optional<Manifest> at = chain.next(); at.isPresent(); at = chain.next()) {
                  for (Cid cid : documents.boms(at.get())) {
                    Bom bom = documents.bom(cid, "committed");
                    if (Documents.label(documents.order(bom)).equals("feed")) {
                      Inputs inputs = documents.inputs(bom);
                      read += inputs.records();
                      inputs.origins().forEach(records::add);
                    }
                  }
                }
              }
              assertThat(read).isEqualTo(events);
              assertThat(records.count()).isEqualTo(events);
            });
  }

  @Test
  void whatComesTooLateIsRefusedAndNotDropped() throws Exception {
    String topic = "late";
    produce(topic);
    Path store = folder.resolve("store");
    try (JavaProcess run = run("run", topic, store)) {
      awaitEvents(run, store, FEATURES);
      produce(topic);
      awaitEvents(run, store, 2 * FEATURES);
      run.terminate();
      assertThat(run.await(PATIENCE)).as(run.output()).isZero();
    }
    List<ConsumerRecord<byte[], byte[]>> rejects = committed(topic + ".rejects");
    assertThat(rejects)
        .hasSizeGreaterThan(1000)
        .allSatisfy(each -> assertThat(header(each, "cats-reject-rule")).isEqualTo("late"))
        .extracting(each -> header(each, "cats-reject-step"))
        .containsOnly("daily", "b-value");
    assertThat(Answer.to("verify", "HEAD", "--store", store.toString()).code()).isZero();
  }

  @Test
  void aTopicThatIsNotThereIsNamed() {
    Answer answer =
        Answer.to(
            "run",
            "seismology",
            "--kafka",
            broker.bootstrap(),
            "--topic",
            "nowhere",
            "--store",
            folder.resolve("store").toString());

    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err())
        .contains(
            "Cannot read topic nowhere of Kafka at " + broker.bootstrap() + ": there is no such",
            "./cats produce --topic nowhere --bootstrap " + broker.bootstrap() + " FILE");
  }
}
