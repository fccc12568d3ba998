package dev.cats.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.event.Citation;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Departure;
import dev.cats.event.Rejected;
import dev.cats.event.TraceContext;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class FormTest {
  private static final Cid BOM = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("bom"));
  private static final Citation MADE = new Citation(BOM, 41);
  private static final EventWriter WRITER = EventWriter.of(WireFormat.SINGLE_OBJECT);
  private static final EventReader READER = EventReader.of(EventSchemas.builtIn(), null);

  private static Map<String, String> headers(ProducerRecord<byte[], byte[]> record) {
    Map<String, String> headers = new TreeMap<>();
    for (Header header : record.headers()) {
      headers.put(header.key(), new String(header.value(), UTF_8));
    }
    return headers;
  }

  @Test
  void anEventIsWrittenAsItIsAndSaysWhereItWasMade() throws Exception {
    DataInitiativeEvent event = Events.full();
    ProducerRecord<byte[], byte[]> record =
        new Form.Event(WRITER).record("quakes", new Departure<>(MADE, event));
    assertThat(READER.read(record.value(), record.headers())).isEqualTo(event);
    assertThat(record.topic()).isEqualTo("quakes");
    assertThat(record.key()).isEqualTo("ci".getBytes(UTF_8));
    assertThat(record.timestamp()).isNull();
    assertThat(headers(record))
        .containsEntry("cats-bom", BOM.toString())
        .containsEntry("cats-index", "41")
        .containsEntry("traceparent", event.getTraceparent());
    assertThat(CitationHeaders.read(record.headers())).isEqualTo(MADE);
  }

  private static final TraceContext TRACE =
      new TraceContext("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "congo=t61");

  @Test
  void whatDoesNotSayItselfWhichTraceItIsPartOfSaysThatOfItsInputs() throws Exception {
    for (WireFormat format :
        new WireFormat[] {WireFormat.SINGLE_OBJECT, WireFormat.CLOUDEVENTS_BINARY}) {
      Form<DataInitiativeEvent> events = new Form.Event(EventWriter.of(format));
      DataInitiativeEvent event = Events.least();
      assertThat(headers(events.record("t", new Departure<>(MADE, event, TRACE))))
          .containsEntry("traceparent", TRACE.traceparent())
          .containsEntry("tracestate", TRACE.tracestate());
      event.setTraceparent("00-a-b-01");
      assertThat(headers(events.record("t", new Departure<>(MADE, event))))
          .doesNotContainKeys("traceparent", "tracestate", "ce_traceparent");
      DataInitiativeEvent own = Events.full();
      assertThat(headers(events.record("t", new Departure<>(MADE, own, TRACE))))
          .containsEntry("traceparent", own.getTraceparent())
          .containsEntry("tracestate", own.getTracestate());
    }
    Form<Rejected> data = new Form.Data<>(WRITER, new OfAny(), "i", null, "urn:cats:i");
    ProducerRecord<byte[], byte[]> record = data.record("t", new Departure<>(MADE, avro(), TRACE));
    assertThat(headers(record)).containsEntry("traceparent", TRACE.traceparent());
    assertThat(TraceContext.of(READER.read(record.value(), new RecordHeaders()))).isEqualTo(TRACE);
    assertThat(headers(data.record("t", new Departure<>(MADE, avro()))))
        .containsOnlyKeys("cats-bom", "cats-index");
    Form<Rejected> own = new Form.Data<>(WRITER, new OfRule(), "i", null, "urn:cats:i");
    assertThat(headers(own.record("t", new Departure<>(MADE, avro(), TRACE))))
        .containsEntry("traceparent", new OfRule().traceparent(avro()))
        .doesNotContainKey("tracestate");
    assertThat(headers(new Form.Refusal().record("t", new Departure<>(MADE, avro(), TRACE))))
        .containsEntry("traceparent", TRACE.traceparent())
        .containsEntry("tracestate", TRACE.tracestate());
  }

  record OfAny() implements EventOf<Rejected> {
    @Override
    public String type() {
      return "dev.cats.test.any";
    }

    @Override
    public String subject(Rejected value) {
      return value.getRule();
    }
  }

  /** Any Avro record will do, such as this one. */
  private static Rejected avro() {
    return Rejected.newBuilder()
        .setStep("decode")
        .setRule("malformed")
        .setReason("expected {, found x")
        .setValue(ByteBuffer.wrap("x".getBytes(UTF_8)))
        .setTopic("quakes")
        .setPartition(3)
        .setOffset(12L)
        .build();
  }

  record OfRule() implements EventOf<Rejected> {
    @Override
    public String type() {
      return "dev.cats.test.rejected";
    }

    @Override
    public String subject(Rejected value) {
      return value.getRule();
    }

    @Override
    public Instant time(Rejected value) {
      return Instant.ofEpochSecond(7);
    }

    @Override
    public String traceparent(Rejected value) {
      return "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    }
  }

  @Test
  void anAvroRecordIsTheDataOfAnEvent() throws Exception {
    Form<Rejected> form =
        new Form.Data<>(WRITER, new OfRule(), "usgs-seismology", "refused", "urn:cats:usgs");
    ProducerRecord<byte[], byte[]> record = form.record("out", new Departure<>(MADE, avro()));
    DataInitiativeEvent event = READER.read(record.value(), record.headers());
    long fingerprint = SchemaNormalization.parsingFingerprint64(Rejected.getClassSchema());
    assertThat(event)
        .isEqualTo(
            DataInitiativeEvent.newBuilder()
                .setId(BOM + "/41")
                .setSource("urn:cats:usgs")
                .setType("dev.cats.test.rejected")
                .setSubject("malformed")
                .setTime(Instant.ofEpochSecond(7))
                .setInitiative("usgs-seismology")
                .setDataproduct("refused")
                .setTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .setDatacontenttype("avro/binary")
                .setDataschema("urn:avro:crc64:%016x".formatted(fingerprint))
                .setData(event.getData())
                .build());
    assertThat(
            new BinaryMessageDecoder<Rejected>(SpecificData.get(), Rejected.getClassSchema())
                .decode(event.getData()))
        .isEqualTo(avro());
    assertThat(headers(record)).containsEntry("cats-index", "41").containsKey("traceparent");
    assertThat(record.key()).isEqualTo("malformed".getBytes(UTF_8));
  }

  @Test
  void equalRecordsMadeAtOnePlaceAreEqualEvents() throws Exception {
    Form<Rejected> form = new Form.Data<>(WRITER, new OfRule(), "i", null, "urn:cats:i");
    byte[] once = form.record("out", new Departure<>(MADE, avro())).value();
    byte[] again = form.record("out", new Departure<>(MADE, avro())).value();
    assertThat(again).isEqualTo(once);
  }

  @Test
  void aRefusedRecordHasItsBytesAndWhyInTheHeaders() throws Exception {
    ProducerRecord<byte[], byte[]> record =
        new Form.Refusal().record("rejects", new Departure<>(MADE, avro()));
    assertThat(record.value()).isEqualTo("x".getBytes(UTF_8));
    assertThat(headers(record))
        .isEqualTo(
            Map.of(
                "cats-reject-step", "decode",
                "cats-reject-rule", "malformed",
                "cats-reject-reason", "expected {, found x",
                "cats-reject-topic", "quakes",
                "cats-reject-partition", "3",
                "cats-reject-offset", "12",
                "cats-bom", BOM.toString(),
                "cats-index", "41"));
  }

  @Test
  void whatIsNotKnownOfARefusedRecordIsNotSaid() throws Exception {
    Rejected rejected = avro();
    rejected.setTopic(null);
    rejected.setPartition(null);
    rejected.setOffset(null);
    ProducerRecord<byte[], byte[]> record =
        new Form.Refusal().record("rejects", new Departure<>(MADE, rejected));
    assertThat(headers(record))
        .containsOnlyKeys(
            "cats-reject-step", "cats-reject-rule", "cats-reject-reason", "cats-bom", "cats-index");
  }
}
