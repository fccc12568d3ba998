package dev.cats.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.event.Arrival;
import dev.cats.event.Citation;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.TraceContext;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is in a record, it arrives: as an event, or as a refusal with its bytes. */
class ArrivalSchemaTest {
  private static final Cid BOM = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("bom"));
  private static final byte[] VALUE = {1, 2, 3};

  private final ArrivalSchema arrivals =
      new ArrivalSchema(EventReader.of(EventSchemas.builtIn(), null), null);

  private static ConsumerRecord<byte[], byte[]> record(byte[] value, Headers headers) {
    return new ConsumerRecord<>(
        "quakes", 0, 7, 0, TimestampType.CREATE_TIME, 0, 0, null, value, headers, Optional.empty());
  }

  /** A record in binary mode with every header that anybody reads. */
  private static Headers headers() {
    Headers headers = new RecordHeaders();
    CloudEventHeaders.write(Events.full(), headers);
    headers.remove("ce_traceparent").remove("ce_tracestate");
    CloudEventHeaders.writeTrace(Events.full(), headers);
    CitationHeaders.write(new Citation(BOM, 3), headers);
    return headers;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_subject",
        "ce_time",
        "content-type",
        "ce_dataschema",
        "ce_dataref",
        "ce_initiative",
        "ce_dataproduct",
        "ce_traceparent",
        "ce_tracestate",
        "ce_region",
        "ce_network",
        "ce_another",
        "ce_",
        "traceparent",
        "tracestate",
        "cats-bom",
        "cats-index"
      })
  void aHeaderWithoutAValueIsAsIfItWereNotThere(String name) throws Exception {
    Headers without = headers().remove(name);
    Headers empty = headers().remove(name).add(name, null);
    Arrival<DataInitiativeEvent> arrival = arrivals.arrival(record(VALUE, empty));
    assertThat(arrival).isEqualTo(arrivals.arrival(record(VALUE, without)));
    if (arrival instanceof Arrival.Accepted<DataInitiativeEvent> accepted) {
      BinaryEncoder out =
          EncoderFactory.get().directBinaryEncoder(new ByteArrayOutputStream(), null);
      EventCodec.write(accepted.value(), out);
    }
  }

  @Test
  void headersWithoutValuesAreNoEvent() throws Exception {
    Headers nothing = new RecordHeaders();
    for (Header each : headers()) {
      nothing.add(each.key(), null);
    }
    assertThat(arrivals.arrival(record(VALUE, nothing)))
        .isInstanceOfSatisfying(
            Arrival.Refused.class,
            refused -> {
              assertThat(refused.rule()).isEqualTo("unknown-format");
              assertThat(refused.original()).isEqualTo(Bytes.of(VALUE));
            });
  }

  @Test
  void aSchemaThatIsNoRecordIsIncompatible() throws Exception {
    Schema union = Schema.createUnion(Writers.record("id", "source", "type"));
    ArrivalSchema knowing =
        new ArrivalSchema(EventReader.of(EventSchemas.builtIn().and(union), null), null);
    byte[] value =
        EventWriter.singleObjectHeader(
            org.apache.avro.SchemaNormalization.parsingFingerprint64(union));
    assertThat(knowing.arrival(record(value, new RecordHeaders())))
        .isInstanceOfSatisfying(
            Arrival.Refused.class,
            refused -> {
              assertThat(refused.rule()).isEqualTo("incompatible-schema");
              assertThat(refused.reason()).endsWith("expected a record, found union");
            });
  }

  @Test
  void whatNobodyThoughtOfIsRefusedToo() throws Exception {
    Headers failing =
        new RecordHeaders() {
          @Override
          public Header lastHeader(String key) {
            throw new IllegalStateException("a test makes this fail");
          }
        };
    for (byte[] value : new byte[][] {VALUE, null}) {
      assertThat(arrivals.arrival(record(value, failing)))
          .isInstanceOfSatisfying(
              Arrival.Refused.class,
              refused -> {
                assertThat(refused.rule()).isEqualTo("malformed");
                assertThat(refused.reason())
                    .isEqualTo(
                        "Cannot read an event: java.lang.IllegalStateException: a test makes this"
                            + " fail");
                assertThat(refused.original())
                    .isEqualTo(value == null ? Bytes.of(new byte[0]) : Bytes.of(VALUE));
              });
    }
  }

  @Test
  void whatCannotBeReadMaySayWhereItWasMadeAllTheSame() throws Exception {
    Headers cited = headers().remove("ce_id");
    assertThat(arrivals.arrival(record(VALUE, cited)).made()).isEqualTo(new Citation(BOM, 3));
    cited.remove("cats-index");
    assertThat(arrivals.arrival(record(VALUE, cited)).made()).isNull();
  }

  @Test
  void whatCannotBeReadIsPartOfItsTraceAllTheSame() throws Exception {
    TraceContext trace = TraceContext.of(Events.full());
    Headers without = headers().remove("ce_id");
    assertThat(arrivals.arrival(record(VALUE, without)).trace()).isEqualTo(trace);
    without.remove("traceparent").remove("tracestate");
    assertThat(arrivals.arrival(record(VALUE, without)).trace()).isNull();
    without.add("ce_traceparent", trace.traceparent().getBytes(UTF_8));
    assertThat(arrivals.arrival(record(VALUE, without)).trace())
        .isEqualTo(new TraceContext(trace.traceparent(), null));
    without.remove("ce_traceparent").add("ce_traceparent", new byte[] {(byte) 0xff});
    assertThat(arrivals.arrival(record(VALUE, without)).trace()).isNull();
  }

  @Test
  void theSameHeaderMayComeTwice() throws Exception {
    Headers twice = headers().add("ce_subject", null).add("ce_id", "last".getBytes(UTF_8));
    assertThat(arrivals.arrival(record(VALUE, twice)))
        .isInstanceOfSatisfying(
            Arrival.Accepted.class,
            accepted -> {
              DataInitiativeEvent event = (DataInitiativeEvent) accepted.value();
              assertThat(event.getSubject()).isEqualTo(Events.full().getSubject());
              assertThat(event.getId()).isEqualTo("last");
            });
  }
}
