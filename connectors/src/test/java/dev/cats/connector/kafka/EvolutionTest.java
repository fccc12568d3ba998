package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cats.event.DataInitiativeEvent;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** Events that were written with other versions of the schema. */
class EvolutionTest {
  private static final String OURS = Writers.fingerprint(EventCodec.SCHEMA);

  private static DataInitiativeEvent read(EventSchemas schemas, GenericRecord event)
      throws Exception {
    return EventReader.of(schemas, null).read(Writers.singleObject(event), new RecordHeaders());
  }

  @Test
  void anEventOfAnOlderSchemaIsReadAndHasTheDefaults() throws Exception {
    GenericRecord older =
        Writers.event(Writers.OLDER)
            .set("id", "1")
            .set("source", "s")
            .set("type", "t")
            .set("subject", "ci")
            .set("time", 1_517_443_200_123_456L)
            .set("data", Events.utf8("x"))
            .build();
    DataInitiativeEvent event = read(EventSchemas.builtIn().and(Writers.OLDER), older);
    assertThat(event)
        .isEqualTo(
            DataInitiativeEvent.newBuilder()
                .setId("1")
                .setSource("s")
                .setType("t")
                .setSubject("ci")
                .setTime(EventCodec.instant(1_517_443_200_123_456L))
                .setData(Events.utf8("x"))
                .build());
    assertThat(event.getSpecversion()).isEqualTo("1.0");
    assertThat(event.getInitiative()).isEmpty();
    assertThat(event.getExtensions()).isEmpty();
  }

  @Test
  void anEventOfANewerSchemaIsReadWithoutWhatIsNew() throws Exception {
    GenericRecord newer =
        Writers.event(Writers.NEWER)
            .set("lineage", List.of(1L, 2L, 3L))
            .set("id", "1")
            .set("source", "s")
            .set("type", "t")
            .set("extensions", Map.of("b", "2", "a", "1"))
            .set("priority", 9)
            .build();
    DataInitiativeEvent event = read(EventSchemas.builtIn().and(Writers.NEWER), newer);
    assertThat(event.getId()).isEqualTo("1");
    assertThat(event.getExtensions().entrySet())
        .containsExactly(Map.entry("a", "1"), Map.entry("b", "2"));
  }

  @Test
  void anEventOfAnIncompatibleSchemaIsRefusedWithBothFingerprints() {
    GenericRecord others =
        Writers.event(Writers.OTHERS).set("id", 1L).set("source", "s").set("type", "t").build();
    EventSchemas schemas = EventSchemas.builtIn().and(Writers.OTHERS);
    assertThatExceptionOfType(UndecodableException.class)
        .isThrownBy(() -> read(schemas, others))
        .satisfies(refusal -> assertThat(refusal.rule()).isEqualTo("incompatible-schema"))
        .withMessage(
            "Cannot read an event of schema %s (dev.cats.event.DataInitiativeEvent): it is not"
                    .formatted(Writers.fingerprint(Writers.OTHERS))
                + " compatible with ours, %s: /fields/1/type reader type: STRING not compatible with writer type: LONG"
                    .formatted(OURS));
  }

  @Test
  void anEventOfAnUnknownSchemaIsRefusedWithTheWayToMakeItKnown() {
    GenericRecord older =
        Writers.event(Writers.OLDER).set("id", "1").set("source", "s").set("type", "t").build();
    assertThatExceptionOfType(UndecodableException.class)
        .isThrownBy(() -> read(EventSchemas.builtIn(), older))
        .satisfies(refusal -> assertThat(refusal.rule()).isEqualTo("unknown-schema"))
        .withMessage(
            "Cannot read an event of schema %s: it is not known here, where ours is %s. Put the writer's as a file *.avsc into a folder and name that with --schemas DIR"
                .formatted(Writers.fingerprint(Writers.OLDER), OURS));
  }

  @Test
  void timesInMillisecondsAreNotTakenForMicroseconds() {
    Schema micros = Writers.record("id", "source", "type", "time", "data");
    Schema millis =
        new Schema.Parser()
            .parse(micros.toString().replace("timestamp-micros", "timestamp-millis"));
    assertThat(millis.getField("time").schema().getTypes().get(1).getLogicalType())
        .isEqualTo(LogicalTypes.timestampMillis());
    GenericRecord event =
        Writers.event(millis).set("id", "1").set("source", "s").set("type", "t").build();
    assertThatExceptionOfType(UndecodableException.class)
        .isThrownBy(() -> read(EventSchemas.builtIn().and(millis), event))
        .withMessageContaining("time is of type timestamp-millis, expected timestamp-micros");
  }
}
