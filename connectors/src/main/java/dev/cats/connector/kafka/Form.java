package dev.cats.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Departure;
import dev.cats.event.Rejected;
import dev.cats.event.TraceContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.HashMap;
import javax.annotation.Nullable;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * What a record that leaves the initiative is as a Kafka record. Whatever its form, it says in its
 * headers which record of which lot it is, and which trace it is part of.
 */
sealed interface Form<T> extends Serializable {

  /** The Kafka record, without what it cites. */
  ProducerRecord<byte[], byte[]> of(String topic, Departure<T> departure) throws IOException;

  default ProducerRecord<byte[], byte[]> record(String topic, Departure<T> departure)
      throws IOException {
    ProducerRecord<byte[], byte[]> record = of(topic, departure);
    CitationHeaders.write(departure.made(), record.headers());
    if (departure.trace() != null) {
      CloudEventHeaders.writeTrace(departure.trace(), record.headers());
    }
    return record;
  }

  /** An event as it is. */
  record Event(EventWriter writer) implements Form<DataInitiativeEvent> {
    @Override
    public ProducerRecord<byte[], byte[]> of(String topic, Departure<DataInitiativeEvent> departure)
        throws IOException {
      return writer.record(topic, departure.value());
    }
  }

  /**
   * An Avro record as the data of an event, in Avro's single-object encoding. The event's id is the
   * BOM and the index, which name the record for ever.
   */
  final class Data<T extends IndexedRecord> implements Form<T> {
    private static final long serialVersionUID = 1L;

    static final String CONTENT_TYPE = "avro/binary";
    static final String SCHEMA_PREFIX = "urn:avro:crc64:";

    private final EventWriter writer;
    private final EventOf<T> event;
    private final String initiative;
    @Nullable private final String dataproduct;
    private final String source;
    private transient Schema schema;
    private transient long fingerprint;
    private transient DatumWriter<T> datum;
    private transient ByteArrayOutputStream buffer;
    private transient BinaryEncoder encoder;

    Data(
        EventWriter writer,
        EventOf<T> event,
        String initiative,
        @Nullable String dataproduct,
        String source) {
      this.writer = writer;
      this.event = event;
      this.initiative = initiative;
      this.dataproduct = dataproduct;
      this.source = source;
    }

    @Override
    public ProducerRecord<byte[], byte[]> of(String topic, Departure<T> departure)
        throws IOException {
      return writer.record(topic, event(departure));
    }

    DataInitiativeEvent event(Departure<T> departure) throws IOException {
      T value = departure.value();
      DataInitiativeEvent made = new DataInitiativeEvent();
      made.setSpecversion("1.0");
      made.setId(departure.made().bom() + "/" + departure.made().index());
      made.setSource(source);
      made.setType(event.type());
      made.setSubject(event.subject(value));
      made.setTime(event.time(value));
      made.setInitiative(initiative);
      made.setDataproduct(dataproduct);
      TraceContext trace = TraceContext.of(event.traceparent(value), null);
      if (trace == null) {
        trace = departure.trace();
      }
      if (trace != null) {
        made.setTraceparent(trace.traceparent());
        made.setTracestate(trace.tracestate());
      }
      made.setExtensions(new HashMap<>());
      made.setDatacontenttype(CONTENT_TYPE);
      made.setData(ByteBuffer.wrap(singleObject(value)));
      made.setDataschema(SCHEMA_PREFIX + EventSchemas.shown(fingerprint));
      return made;
    }

    private byte[] singleObject(T value) throws IOException {
      if (schema != value.getSchema()) {
        schema = value.getSchema();
        fingerprint = SchemaNormalization.parsingFingerprint64(schema);
        @SuppressWarnings("unchecked")
        DatumWriter<T> made =
            (DatumWriter<T>) SpecificData.getForSchema(schema).createDatumWriter(schema);
        datum = made;
      }
      if (buffer == null) {
        buffer = new ByteArrayOutputStream(256);
      }
      buffer.reset();
      buffer.writeBytes(EventWriter.singleObjectHeader(fingerprint));
      encoder = EncoderFactory.get().directBinaryEncoder(buffer, encoder);
      datum.write(value, encoder);
      encoder.flush();
      return buffer.toByteArray();
    }
  }

  /** A refused record: its bytes as they arrived, and in the headers why and from where. */
  record Refusal() implements Form<Rejected> {
    @Override
    public ProducerRecord<byte[], byte[]> of(String topic, Departure<Rejected> departure) {
      Rejected rejected = departure.value();
      ByteBuffer value = rejected.getValue();
      byte[] bytes = new byte[value.remaining()];
      value.duplicate().get(bytes);
      ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, bytes);
      Headers headers = record.headers();
      put(headers, "cats-reject-step", rejected.getStep());
      put(headers, "cats-reject-rule", rejected.getRule());
      put(headers, "cats-reject-reason", rejected.getReason());
      put(headers, "cats-reject-topic", rejected.getTopic());
      put(headers, "cats-reject-partition", rejected.getPartition());
      put(headers, "cats-reject-offset", rejected.getOffset());
      return record;
    }

    private static void put(Headers headers, String name, @Nullable Object value) {
      if (value != null) {
        headers.add(name, value.toString().getBytes(UTF_8));
      }
    }
  }
}
