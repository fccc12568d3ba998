package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.TraceContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** The codec that knows the schema by heart, held to the schema and to Avro's own. */
class EventCodecTest {
  private static final EventReader READER = EventReader.of(EventSchemas.builtIn(), null);

  @Example
  void theFieldsAreThoseThatTheCodecKnows() {
    assertThat(EventCodec.SCHEMA.getFields().stream().map(Schema.Field::name))
        .containsExactly(
            "specversion",
            "id",
            "source",
            "type",
            "subject",
            "time",
            "datacontenttype",
            "dataschema",
            "dataref",
            "initiative",
            "dataproduct",
            "traceparent",
            "tracestate",
            "extensions",
            "data");
    assertThat(EventSchemas.shown(EventCodec.FINGERPRINT)).isEqualTo("3f77aaa03382e33b");
  }

  @Example
  void theSchemaForOthersIsTheOneThatWasWritten() throws IOException {
    assertThat(EventCodec.plainSchema().toString()).doesNotContain("avro.java");
    assertThat(EventCodec.plainSchema().getFields()).hasSize(15);
    assertThat(SchemaNormalization.parsingFingerprint64(EventCodec.plainSchema()))
        .isEqualTo(EventCodec.FINGERPRINT);
  }

  @Property
  void itWritesAndReadsAsAvroDoes(@ForAll("events") DataInitiativeEvent event) throws Exception {
    byte[] ours = ours(event);
    assertThat(ours).isEqualTo(byAvro(event));
    assertThat(new EventCodec().read(new BoundedDecoder().of(ours, 0))).isEqualTo(event);
    assertThat(
            new SpecificDatumReader<DataInitiativeEvent>(EventCodec.SCHEMA)
                .read(null, DecoderFactory.get().binaryDecoder(ours, null)))
        .isEqualTo(event);
  }

  /** But for a trace that is malformed: in binary mode it would be for whoever traces. */
  @Property
  void everyFormatBringsAnEventBack(@ForAll("events") DataInitiativeEvent event) throws Exception {
    for (WireFormat format :
        new WireFormat[] {WireFormat.SINGLE_OBJECT, WireFormat.CLOUDEVENTS_BINARY}) {
      var record = EventWriter.of(format).record("t", event);
      if (format == WireFormat.CLOUDEVENTS_BINARY && TraceContext.of(event) == null) {
        event.setTraceparent(null);
        event.setTracestate(null);
      }
      assertThat(READER.read(record.value(), record.headers())).isEqualTo(event);
    }
  }

  @Property
  void damageIsRefusedOrIsAnotherEvent(
      @ForAll("events") DataInitiativeEvent event, @ForAll int where, @ForAll byte other)
      throws Exception {
    byte[] value = EventWriter.of(WireFormat.SINGLE_OBJECT).record("t", event).value();
    value[10 + Math.floorMod(where, value.length - 10)] = other;
    try {
      assertThat(READER.read(value, new RecordHeaders())).isNotNull();
    } catch (UndecodableException e) {
      assertThat(e.rule()).matches("malformed|missing-[a-z]+|invalid-[a-z]+");
    }
  }

  @Provide
  Arbitrary<DataInitiativeEvent> events() {
    Arbitrary<String> text = Arbitraries.strings().ofMaxLength(12).filter(EventCodecTest::isText);
    Arbitrary<String> present = text.filter(each -> !each.isEmpty());
    Arbitrary<Instant> time =
        Arbitraries.longs()
            .between(-62_000_000_000_000_000L, 253_000_000_000_000_000L)
            .map(EventCodec::instant);
    Arbitrary<Map<String, String>> extensions =
        Arbitraries.maps(
                Arbitraries.strings()
                    .withCharRange('a', 'z')
                    .ofMinLength(1)
                    .ofMaxLength(5)
                    .map(name -> "x" + name),
                text)
            .ofMaxSize(4);
    Arbitrary<byte[]> data = Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
    return Combinators.combine(
            present.list().ofSize(3),
            text.injectNull(0.3).list().ofSize(6),
            text,
            time.injectNull(0.2),
            extensions,
            data.injectNull(0.2))
        .as(
            (names, others, initiative, at, more, bytes) ->
                DataInitiativeEvent.newBuilder()
                    .setId(names.get(0))
                    .setSource(names.get(1))
                    .setType(names.get(2))
                    .setSubject(others.get(0))
                    .setTime(at)
                    .setDatacontenttype(others.get(1))
                    .setDataschema(others.get(2))
                    .setDataref(others.get(3))
                    .setInitiative(initiative)
                    .setDataproduct(others.get(4))
                    .setTraceparent(
                        others.get(5) == null || others.get(5).length() % 2 == 0
                            ? others.get(5)
                            : Events.full().getTraceparent())
                    .setTracestate(others.get(5) == null ? null : "a=b")
                    .setExtensions(new TreeMap<>(more))
                    .setData(bytes == null ? null : ByteBuffer.wrap(bytes))
                    .build());
  }

  private static boolean isText(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  private static byte[] ours(DataInitiativeEvent event) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    EventCodec.write(event, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private static byte[] byAvro(DataInitiativeEvent event) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new SpecificDatumWriter<DataInitiativeEvent>(EventCodec.SCHEMA).write(event, encoder);
    encoder.flush();
    return out.toByteArray();
  }
}
