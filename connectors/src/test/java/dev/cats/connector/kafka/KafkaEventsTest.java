package dev.cats.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.cats.bom.LineageLogs;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.event.Citation;
import dev.cats.event.DataInitiativeEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.util.InstantiationUtil;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of sources and sinks can be seen without a broker. */
class KafkaEventsTest {
  private static final Cid BOM = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("bom"));
  private static final TopicPartition P0 = new TopicPartition("quakes", 0);
  private static final TopicPartition P1 = new TopicPartition("quakes", 1);

  private static Properties setting(String key, String value) {
    Properties properties = new Properties();
    properties.setProperty(key, value);
    return properties;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "  | User:ANONYMOUS",
        "security.protocol=SSL | User:ANONYMOUS",
        "security.protocol=ssl;ssl.keystore.location=/k | ",
        "security.protocol=SASL_SSL;sasl.mechanism=PLAIN;sasl.jaas.config=a.B required username=\"cats\" password=\"p\"; | User:cats",
        "security.protocol=SASL_PLAINTEXT;sasl.mechanism=SCRAM-SHA-256;sasl.jaas.config=a.B required password=\"p\" username=\"cats\"; | User:cats",
        "security.protocol=SASL_SSL;sasl.mechanism=SCRAM-SHA-256;sasl.jaas.config=a.B required username=\"id\" password=\"p\" tokenauth=\"true\"; | ",
        "security.protocol=SASL_SSL;sasl.mechanism=OAUTHBEARER;sasl.jaas.config=a.B required username=\"cats\"; | ",
        "security.protocol=SASL_SSL | "
      })
  void whomBrokersTakeAClientForIsSaidWhereTheSettingsTell(String settings, String principal) {
    Properties client = new Properties();
    for (String each : settings == null ? new String[0] : settings.split(";", -1)) {
      String[] pair = each.split("=", 2);
      if (pair.length == 2) {
        client.put(pair[0], pair[1]);
      }
    }
    assertThat(KafkaEvents.principal(client)).isEqualTo(Optional.ofNullable(principal));
  }

  @Test
  void aSourceSaysWhatItReadsAndNoSettings() throws Exception {
    KafkaEventSource source =
        KafkaEvents.source("localhost:9092", "quakes", "more")
            .properties(setting("ssl.key.password", "very-secret"))
            .startingFrom(Offsets.at(Map.of(P1, 5L, P0, 3L)))
            .until(Offsets.since(Instant.EPOCH))
            .build();
    assertThat(source.params())
        .isEqualTo(
            Map.of(
                "topics",
                "quakes,more",
                "from",
                "quakes-0=3,quakes-1=5",
                "until",
                "1970-01-01T00:00:00Z"));
    assertThat(source).hasToString("events of quakes, more at localhost:9092");
    assertThat(source.getLineageVertex().datasets())
        .extracting(LineageDataset::namespace, LineageDataset::name)
        .containsExactly(
            tuple("kafka://localhost:9092", "quakes"), tuple("kafka://localhost:9092", "more"));
    assertThat(source.getLineageVertex().datasets().get(0).facets()).isEmpty();
    assertThat(InstantiationUtil.clone(source).params()).isEqualTo(source.params());
  }

  @Test
  void aSinkSaysWhereItWritesAndNoSettings() throws Exception {
    KafkaEventSink<DataInitiativeEvent> sink =
        KafkaEvents.sink("localhost:9092", "out")
            .properties(setting("ssl.key.password", "very-secret"))
            .transactionalIdPrefix("x")
            .build();
    assertThat(sink.params()).isEqualTo(Map.of("topic", "out", "wire", "avro"));
    assertThat(sink).hasToString("to out at localhost:9092");
    assertThat(sink.getLineageVertex().datasets())
        .extracting(LineageDataset::namespace, LineageDataset::name)
        .containsExactly(tuple("kafka://localhost:9092", "out"));
    assertThat(InstantiationUtil.clone(sink).params()).isEqualTo(sink.params());
  }

  @Test
  void readingWithAnEndIsBounded() {
    KafkaEventSource.Builder builder = KafkaEvents.source("localhost:9092", "quakes");
    assertThat(builder.build().getBoundedness()).isEqualTo(Boundedness.CONTINUOUS_UNBOUNDED);
    assertThat(builder.until(Offsets.latest()).build().getBoundedness())
        .isEqualTo(Boundedness.BOUNDED);
    assertThatThrownBy(() -> builder.until(Offsets.earliest()))
        .hasMessage("Invalid end of reading: nothing is before the earliest");
  }

  @Test
  void settingsThatWouldBreakAPromiseAreRefused() {
    assertThatThrownBy(
            () ->
                KafkaEvents.source("localhost:9092", "quakes")
                    .properties(setting("isolation.level", "read_uncommitted"))
                    .build())
        .hasMessage(
            "Invalid Kafka setting isolation.level: expected read_committed, found"
                + " read_uncommitted; records of transactions that were given up would be read");
    assertThatThrownBy(
            () ->
                KafkaEvents.source("localhost:9092", "quakes")
                    .properties(setting("auto.offset.reset", "earliest"))
                    .build())
        .hasMessageStartingWith("Invalid Kafka setting auto.offset.reset: expected none");
    assertThatThrownBy(
            () ->
                KafkaEvents.sink("localhost:9092", "out")
                    .transactionalIdPrefix("x")
                    .properties(setting("acks", "1"))
                    .build())
        .hasMessageStartingWith("Invalid Kafka setting acks: expected all, found 1");
    assertThatThrownBy(
            () ->
                KafkaEvents.sink("localhost:9092", "out")
                    .transactionalIdPrefix("x")
                    .properties(setting("cats.kafka.lost-transactions", "maybe"))
                    .build())
        .hasMessage("Invalid cats.kafka.lost-transactions: expected fail or skip, found maybe");
  }

  @Test
  void exactlyOnceNeedsANameForItsTransactions() {
    assertThatThrownBy(() -> KafkaEvents.sink("localhost:9092", "out").build())
        .hasMessage(
            "Cannot write to topic out exactly once without a name for its transactions: give a"
                + " transactionalIdPrefix that no other sink has, or say atLeastOnce");
  }

  @Test
  void anAddressIsAHostAndAPort() {
    for (String wrong : List.of("", "localhost", "localhost:", "a:1;b:2")) {
      assertThatThrownBy(() -> KafkaEvents.source(wrong, "quakes").build())
          .hasMessage(
              "Invalid Kafka address: expected HOST:PORT[,HOST:PORT…], found '" + wrong + "'");
    }
    KafkaEvents.source("a:9092, [::1]:9093", "quakes").build();
  }

  @Test
  void aPasswordInAnAddressIsNotShown() {
    for (String address :
        List.of("user:se@cret@host:9092", "u:secret@a:1,v:secret@host:9092", "secret@host:9092")) {
      String message =
          "Invalid Kafka address: expected HOST:PORT[,HOST:PORT…], found 'host:9092' after a"
              + " user's name; give user and password in the client's settings (sasl.jaas.config)";
      assertThatThrownBy(() -> KafkaEvents.source(address, "quakes").build()).hasMessage(message);
      assertThatThrownBy(() -> KafkaEvents.sink(address, "q").atLeastOnce().build())
          .hasMessage(message);
      assertThatThrownBy(() -> EventProducer.to(address, "quakes")).hasMessage(message);
    }
    for (String uri :
        List.of(
            "kafka://user:secret@host:9092/t",
            "kafka://user:secret@host:9092/t?config=none",
            "kafka://user:sec/secret@host:9092/t",
            "kafka://user:secret@host:9092",
            "kafka://user:secret and more@host:9092/t",
            "kafkas://user:secret@host:9092/t")) {
      assertThatThrownBy(() -> LineageLogs.open(uri))
          .hasMessageContaining("host:9092")
          .satisfies(thrown -> assertThat(causes(thrown)).doesNotContain("secret"));
    }
    assertThat(LineageLogs.shown("kafka://host:9092/t?config=/home/a@b/c"))
        .isEqualTo("kafka://host:9092/t?config=/home/a@b/c");
  }

  private static String causes(Throwable thrown) {
    return KafkaSourceIT.causes(thrown).toString();
  }

  @Test
  void topicsAreNamedOnce() {
    assertThatThrownBy(() -> KafkaEvents.source("localhost:9092"))
        .hasMessage("Invalid topics: expected one or more, each once, found []");
    assertThatThrownBy(() -> KafkaEvents.source("localhost:9092", "a", "a"))
        .hasMessage("Invalid topics: expected one or more, each once, found [a, a]");
  }

  @Test
  void anOffsetIsANumber() {
    assertThatThrownBy(() -> Offsets.at(Map.of(P0, -2L)))
        .hasMessage(
            "Invalid offset in quakes-0: expected 0 or more, found -2; for the first or the last"
                + " there is, say earliest or latest");
    assertThatThrownBy(() -> Offsets.at(Map.of())).hasMessageStartingWith("Invalid offsets");
  }

  @Test
  void aCitationIsBothHeadersOrNone() throws Exception {
    Headers headers = new RecordHeaders();
    assertThat(CitationHeaders.read(headers)).isNull();
    CitationHeaders.write(new Citation(BOM, 3), headers);
    assertThat(CitationHeaders.read(headers)).isEqualTo(new Citation(BOM, 3));
    List<String> reasons = new ArrayList<>();
    for (String index : List.of("-1", "x", "99999999999")) {
      Headers wrong = new RecordHeaders();
      wrong.add("cats-bom", BOM.toString().getBytes(UTF_8));
      wrong.add("cats-index", index.getBytes(UTF_8));
      assertThatThrownBy(() -> CitationHeaders.read(wrong))
          .isInstanceOf(UndecodableException.class)
          .satisfies(thrown -> reasons.add(thrown.getMessage()));
    }
    assertThat(reasons)
        .allMatch(
            reason ->
                reason.startsWith(
                    "Cannot read where an event came from: expected the CID of a BOM in cats-bom"
                        + " and a number from 0 in cats-index, found '"
                        + BOM));
    headers.remove("cats-index");
    assertThatThrownBy(() -> CitationHeaders.read(headers))
        .hasMessage(
            "Cannot read where an event came from: expected both cats-bom and cats-index, found"
                + " only cats-bom");
    Headers lot = new RecordHeaders();
    lot.add("cats-bom", Cid.sha256(Cid.RAW, Bytes.utf8("lot")).toString().getBytes(UTF_8));
    lot.add("cats-index", "0".getBytes(UTF_8));
    assertThatThrownBy(() -> CitationHeaders.read(lot)).isInstanceOf(UndecodableException.class);
  }

  /** Version 1 as it was first written; state of it is out there. */
  private static final String STATE =
      "000000030000002d"
          + "00000001000000000000001c00067175616b65730000000100000000000000070000000000000009"
          + "0000000101"
          + "00000001"
          + "00067175616b657300167356775553725153514a577a6f5739446b4f4a303541";

  private static KafkaReading reading(List<KafkaPartitionSplit> assigned) {
    return new KafkaReading(
        new KafkaSourceEnumState(assigned, List.of(new KafkaPartitionSplit(P1, 7, 9)), true),
        Map.of("quakes", "sVwUSrQSQJWzoW9DkOJ05A"));
  }

  @Test
  void stateIsReadAsItWasWritten() throws Exception {
    KafkaReading.Format format = new KafkaReading.Format();
    assertThat(Bytes.of(format.serialize(reading(List.of()))).hex()).isEqualTo(STATE);
    KafkaReading old = format.deserialize(1, Bytes.fromHex(STATE).toArray());
    assertThat(old.found()).isEqualTo(Set.of(P1));
    assertThat(old.topicIds()).isEqualTo(Map.of("quakes", "sVwUSrQSQJWzoW9DkOJ05A"));

    KafkaReading both = reading(List.of(new KafkaPartitionSplit(P0, 5)));
    byte[] bytes = format.serialize(both);
    KafkaReading read = format.deserialize(1, bytes);
    assertThat(read.found()).isEqualTo(Set.of(P0, P1));
    assertThat(read.partitions().assignedSplits())
        .containsExactlyElementsOf(both.partitions().assignedSplits());
    assertThat(read.partitions().unassignedSplits())
        .containsExactlyElementsOf(both.partitions().unassignedSplits());
    assertThat(read.partitions().initialDiscoveryFinished()).isTrue();
    assertThatThrownBy(() -> format.deserialize(2, bytes))
        .hasMessage("Cannot restore the Kafka source: expected state of version 1, found 2");
  }
}
