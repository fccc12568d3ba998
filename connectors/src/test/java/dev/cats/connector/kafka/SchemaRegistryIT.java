package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cats.event.DataInitiativeEvent;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Confluent's wire format, through Flink's client, against a registry over HTTP. */
class SchemaRegistryIT {
  private RegistryServer registry;

  @BeforeEach
  void start() throws IOException {
    registry = new RegistryServer();
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  private EventReader reader() {
    return EventReader.of(EventSchemas.builtIn(), registry.url());
  }

  private DataInitiativeEvent read(byte[] value) throws Exception {
    return reader().read(value, new RecordHeaders());
  }

  private static GenericRecord event(Schema schema, Object id) {
    return Writers.event(schema).set("id", id).set("source", "s").set("type", "t").build();
  }

  @Test
  void anEventComesBackAndItsSchemaIsRegisteredOnceAndReadOnce() throws Exception {
    EventWriter writer = EventWriter.confluent(registry.url(), Map.of());
    EventReader reader = reader();
    for (DataInitiativeEvent event : new DataInitiativeEvent[] {Events.full(), Events.least()}) {
      ProducerRecord<byte[], byte[]> record = writer.record("quakes", event);
      assertThat(record.value()).startsWith(0, 0, 0, 0, 1);
      assertThat(reader.read(record.value(), record.headers())).isEqualTo(event);
    }
    assertThat(registry.requests())
        .containsExactly("POST /subjects/quakes-value/versions", "GET /schemas/ids/1");
    assertThat(new Schema.Parser().parse(registry.schema(1))).isEqualTo(EventCodec.plainSchema());
  }

  @Test
  void olderAndNewerSchemasAreRead() throws Exception {
    registry.add(1, Writers.OLDER.toString());
    registry.add(2, Writers.NEWER.toString());
    GenericRecord newer =
        Writers.event(Writers.NEWER)
            .set("lineage", List.of(7L))
            .set("id", "n")
            .set("source", "s")
            .set("type", "t")
            .build();
    assertThat(read(Writers.confluent(1, event(Writers.OLDER, "o"))).getId()).isEqualTo("o");
    assertThat(read(Writers.confluent(2, newer)).getId()).isEqualTo("n");
  }

  @Test
  void anIncompatibleSchemaIsRefusedWithBothFingerprints() throws Exception {
    registry.add(1, Writers.OTHERS.toString());
    byte[] value = Writers.confluent(1, event(Writers.OTHERS, 5L));
    assertThatExceptionOfType(UndecodableException.class)
        .isThrownBy(() -> read(value))
        .withMessageContaining(Writers.fingerprint(Writers.OTHERS))
        .withMessageContaining(Writers.fingerprint(EventCodec.SCHEMA));
  }

  @Test
  void aNumberThatTheRegistryDoesNotKnowIsRefused() throws Exception {
    registry.addJsonSchema(8);
    for (int id : new int[] {7, 8}) {
      byte[] value = Writers.confluent(id, event(Writers.OLDER, "o"));
      assertThatExceptionOfType(UndecodableException.class)
          .isThrownBy(() -> read(value))
          .satisfies(refusal -> assertThat(refusal.rule()).isEqualTo("unknown-schema"))
          .withMessage(
              "Cannot read an event of schema %d: registry %s has no Avro schema of that number. Ours is %s"
                  .formatted(id, registry.url(), Writers.fingerprint(EventCodec.SCHEMA)));
    }
  }

  @Test
  void aRegistryThatDoesNotAnswerIsNoRejectAndMayAnswerLater() throws Exception {
    registry.add(1, Writers.OLDER.toString());
    byte[] value = Writers.confluent(1, event(Writers.OLDER, "o"));
    EventReader reader = reader();
    for (int status : new int[] {500, 401, 404}) {
      registry.breakWith(status);
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> reader.read(value, new RecordHeaders()))
          .withMessage(
              "Cannot ask schema registry %s for schema 1: Broken; error code: %d01. Check that it runs, its URL, and the rights of its user"
                  .formatted(registry.url(), status));
    }
    registry.breakWith(0);
    assertThat(reader.read(value, new RecordHeaders()).getId()).isEqualTo("o");
    registry.close();
    assertThat(reader.read(value, new RecordHeaders()).getId()).isEqualTo("o");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> read(value))
        .withMessageStartingWith("Cannot ask schema registry " + registry.url() + " for schema 1: ")
        .withMessageContaining("refused");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () -> EventWriter.confluent(registry.url(), Map.of()).record("q", Events.least()))
        .withMessageContaining("for a number for the schema of subject q-value: ");
  }

  @Test
  void aUserIsSentAlongAndNeverShown() throws Exception {
    registry.add(1, Writers.OLDER.toString());
    byte[] value = Writers.confluent(1, event(Writers.OLDER, "o"));
    Map<String, String> user =
        Map.of(
            "basic.auth.credentials.source", "USER_INFO",
            "basic.auth.user.info", "ann:s3cret");
    EventReader.of(EventSchemas.builtIn(), registry.url(), user).read(value, new RecordHeaders());
    assertThat(registry.requests()).containsExactly("GET /schemas/ids/1 Basic YW5uOnMzY3JldA==");

    String url = registry.url().replace("//", "//ann:s3cre%74@");
    EventReader.of(EventSchemas.builtIn(), url).read(value, new RecordHeaders());
    assertThat(registry.requests().get(1)).isEqualTo(registry.requests().get(0));
    registry.breakWith(401);
    IOException failure =
        catchThrowableOfType(
            IOException.class,
            () -> EventReader.of(EventSchemas.builtIn(), url).read(value, new RecordHeaders()));
    assertThat(failure.getMessage()).contains(registry.url()).doesNotContain("s3cre");
  }
}
