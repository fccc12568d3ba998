package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cats.event.DataInitiativeEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a reader takes, and what it refuses with which rule. */
class EventReaderTest {
  private final EventReader reader = EventReader.of(EventSchemas.builtIn(), null);

  private UndecodableException refusal(byte[] value, Headers headers) {
    UndecodableException refusal =
        catchThrowableOfType(UndecodableException.class, () -> reader.read(value, headers));
    assertThat(refusal).as("what refuses the record").isNotNull();
    return refusal;
  }

  private static byte[] written(DataInitiativeEvent event) throws Exception {
    return EventWriter.of(WireFormat.SINGLE_OBJECT).record("t", event).value();
  }

  private static Headers headers(Map<String, String> attributes) {
    Headers headers = new RecordHeaders();
    attributes.forEach((name, value) -> headers.add(name, value.getBytes(StandardCharsets.UTF_8)));
    return headers;
  }

  private static Headers cloudEvent(String name, String value) {
    Headers headers =
        headers(Map.of("ce_specversion", "1.0", "ce_id", "1", "ce_source", "s", "ce_type", "t"));
    headers.remove(name);
    if (value != null) {
      headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
    return headers;
  }

  @Test
  void theBinaryModeOfTheSpecificationIsRead() throws Exception {
    Headers headers =
        headers(
            Map.of(
                "ce_specversion", "1.0",
                "ce_type", "com.example.someevent",
                "ce_source", "/mycontext/subcontext",
                "ce_id", "1234-1234-1234",
                "ce_time", "2018-04-05T03:56:24+02:00",
                "content-type", "application/avro",
                "ce_distance", "5"));
    byte[] data = {1, 2, 3};
    DataInitiativeEvent event = reader.read(data, headers);
    assertThat(event.getType()).isEqualTo("com.example.someevent");
    assertThat(event.getTime()).isEqualTo(Instant.parse("2018-04-05T01:56:24Z"));
    assertThat(event.getDatacontenttype()).isEqualTo("application/avro");
    assertThat(event.getExtensions()).isEqualTo(Map.of("distance", "5"));
    assertThat(event.getData().array()).isEqualTo(data);
    assertThat(event.getInitiative()).isEmpty();
    assertThat(reader.read(null, headers).getData()).isNull();
  }

  @Test
  void theTraceOfTheRecordIsThatOfTheEvent() throws Exception {
    String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    Headers headers = headers(Map.of("traceparent", parent, "tracestate", "x=1"));
    DataInitiativeEvent event = reader.read(written(Events.least()), headers);
    assertThat(event.getTraceparent()).isEqualTo(parent);
    assertThat(event.getTracestate()).isEqualTo("x=1");
    DataInitiativeEvent own = reader.read(written(Events.full()), headers);
    assertThat(own.getTraceparent()).isEqualTo(Events.full().getTraceparent());
  }

  @Test
  void aTraceThatIsMalformedIsAsIfItWereNotThere() throws Exception {
    Headers headers = headers(Map.of("traceparent", "00-a-b-01", "tracestate", "x=1"));
    assertThat(reader.read(written(Events.least()), headers)).isEqualTo(Events.least());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "ce_id, , missing-id, Missing attribute id: CloudEvents requires one that is not empty",
        "ce_source, , missing-source, Missing attribute source",
        "ce_type, , missing-type, Missing attribute type",
        "ce_specversion, 0.3, invalid-specversion, \"Invalid attribute specversion: expected 1.0, found 0.3\"",
        "ce_time, yesterday, invalid-time, \"Invalid attribute time: expected one as 2018-04-05T17:31:00Z (RFC 3339), found yesterday\"",
        "ce_time, +12018-04-05T17:31:00Z, invalid-time, \"expected one in the years 0 to 9999\"",
        "ce_data, x, invalid-extension, \"expected a name that no attribute has, found data\"",
        "ce_Region, x, invalid-extension, \"expected a name of lower-case letters and digits, found Region\"",
      })
  void whatIsNoCloudEventIsRefused(String name, String value, String rule, String reason) {
    UndecodableException refusal = refusal(new byte[0], cloudEvent(name, value));
    assertThat(refusal.rule()).isEqualTo(rule);
    assertThat(refusal.reason()).contains(reason);
  }

  /** Or it would overwrite the attribute when the event goes on in binary mode. */
  @Test
  void anExtensionWithTheNameOfAnAttributeIsRefused() throws Exception {
    for (Schema.Field attribute : EventCodec.SCHEMA.getFields()) {
      String name = attribute.name();
      GenericRecordBuilder event = Writers.event(Writers.NEWER);
      event.set("lineage", List.of()).set("id", "1").set("source", "s").set("type", "t");
      byte[] value = Writers.singleObject(event.set("extensions", Map.of(name, "another")).build());
      EventReader knowing = EventReader.of(EventSchemas.builtIn().and(Writers.NEWER), null);
      if (name.equals("extensions")) {
        assertThat(knowing.read(value, new RecordHeaders()).getExtensions()).hasSize(1);
      } else {
        assertThatExceptionOfType(UndecodableException.class)
            .isThrownBy(() -> knowing.read(value, new RecordHeaders()))
            .withMessage(
                "Invalid extension attribute: expected a name that no attribute has, found " + name)
            .satisfies(refusal -> assertThat(refusal.rule()).isEqualTo("invalid-extension"));
      }
      DataInitiativeEvent ours = Events.least();
      ours.setExtensions(Map.of(name, "another"));
      if (!name.equals("extensions")) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> EventWriter.of(WireFormat.CLOUDEVENTS_BINARY).record("t", ours));
      }
    }
  }

  @Test
  void theContentTypeIsThatOfItsOwnHeader() throws Exception {
    Headers headers = cloudEvent("ce_datacontenttype", "text/plain");
    assertThat(reader.read(null, headers).getDatacontenttype()).isEqualTo("text/plain");
    headers.add("content-type", "text/csv".getBytes(StandardCharsets.UTF_8));
    assertThat(reader.read(null, headers).getDatacontenttype()).isEqualTo("text/csv");
  }

  @Test
  void aHeaderThatIsNoTextIsRefused() {
    Headers headers = cloudEvent("ce_subject", null).add("ce_subject", new byte[] {(byte) 0xff});
    assertThat(refusal(null, headers).reason())
        .isEqualTo("Invalid header ce_subject: expected text in UTF-8, found other bytes");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "null",
      quoteCharacter = '"',
      value = {
        "null, no-value, Cannot read an event: the record has no value",
        "\"\", unknown-format, found an empty value",
        "{}, unknown-format, found a value of 2 bytes that starts with 7b7d",
      })
  void whatIsInNoFormatIsRefused(String text, String rule, String reason) {
    byte[] value = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    UndecodableException refusal = refusal(value, new RecordHeaders());
    assertThat(refusal.rule()).isEqualTo(rule);
    assertThat(refusal.reason()).endsWith(reason);
    assertThat(refusal.getStackTrace()).isEmpty();
  }

  @Test
  void confluentsFormatIsRefusedWithTheOptionThatReadsIt() {
    UndecodableException refusal = refusal(new byte[] {0, 0, 0, 0, 1, 2}, new RecordHeaders());
    assertThat(refusal.rule()).isEqualTo("unknown-format");
    assertThat(refusal.reason())
        .endsWith(
            "found a value of 6 bytes that starts with 000000000102. If it is in Confluent's"
                + " format, name the schema registry with --registry URL");
  }

  @Test
  void anEventThatWasCutOffIsRefusedWhereverItWas() throws Exception {
    byte[] whole = written(Events.full());
    for (int length = 1; length < whole.length; length++) {
      UndecodableException refusal = refusal(Arrays.copyOf(whole, length), new RecordHeaders());
      assertThat(refusal.rule()).isEqualTo(length < 10 ? "unknown-format" : "malformed");
    }
  }

  @Test
  void bytesAfterTheEventAreRefused() throws Exception {
    byte[] whole = written(Events.least());
    UndecodableException refusal =
        refusal(Arrays.copyOf(whole, whole.length + 3), new RecordHeaders());
    assertThat(refusal.rule()).isEqualTo("malformed");
    assertThat(refusal.reason())
        .isEqualTo(
            "Cannot read an event: it ends at byte %d, and 3 more follow".formatted(whole.length));
  }

  @Test
  void aLengthThatIsOnlyClaimedAllocatesNothing() throws Exception {
    byte[] whole = written(Events.least());
    byte[] claim = Arrays.copyOf(whole, 15); // the length of the specversion, in five bytes
    Arrays.fill(claim, 10, 14, (byte) 0xfe);
    claim[14] = 0x0f;
    UndecodableException refusal = refusal(claim, new RecordHeaders());
    assertThat(refusal.rule()).isEqualTo("malformed");
    assertThat(refusal.reason())
        .isEqualTo(
            "Cannot read an event: byte 15: expected a length of at most the 0 bytes left, found"
                + " 2146426815");
  }

  @Test
  void textThatIsNotUtf8IsRefusedAndTheReplacementCharacterIsNot() throws Exception {
    DataInitiativeEvent event = Events.least();
    event.setId("a\uFFFDb");
    byte[] good = written(event);
    assertThat(reader.read(good, new RecordHeaders())).isEqualTo(event);
    byte[] bad = good.clone();
    for (int i = 0; i < bad.length; i++) {
      if (bad[i] == (byte) 0xef) {
        bad[i] = (byte) 0xff;
      }
    }
    assertThat(refusal(bad, new RecordHeaders()).reason())
        .endsWith("expected text in UTF-8, found other bytes");
  }

  @Test
  void aReaderTravelsWithAJob() throws Exception {
    EventSchemas schemas = EventSchemas.builtIn().and(Writers.OLDER);
    EventReader used = EventReader.of(schemas, null);
    assertThat(used.read(written(Events.full()), new RecordHeaders())).isEqualTo(Events.full());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(used);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      EventReader copy = (EventReader) in.readObject();
      assertThat(copy.read(written(Events.full()), new RecordHeaders())).isEqualTo(Events.full());
      assertThat(
              copy.read(
                      Writers.singleObject(
                          Writers.event(Writers.OLDER)
                              .set("id", "7")
                              .set("source", "s")
                              .set("type", "t")
                              .build()),
                      new RecordHeaders())
                  .getId())
          .isEqualTo("7");
    }
  }
}
