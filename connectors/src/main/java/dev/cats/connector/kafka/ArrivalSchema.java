package dev.cats.connector.kafka;

import dev.cats.event.Arrival;
import dev.cats.event.Citation;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Position;
import dev.cats.event.TraceContext;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import javax.annotation.Nullable;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * Each record of a topic as it arrives: its position, and its event or why it is none. Whatever is
 * wrong with a record, reading goes on with the next: one that stopped the job would stop it again
 * after each restart.
 *
 * @param ahead how much later than its record was made an event may say that it happened; null for
 *     any time
 */
record ArrivalSchema(EventReader reader, @Nullable Duration ahead)
    implements KafkaRecordDeserializationSchema<Arrival<DataInitiativeEvent>> {
  private static final byte[] NOTHING = {};

  @Override
  public void deserialize(
      ConsumerRecord<byte[], byte[]> record, Collector<Arrival<DataInitiativeEvent>> out)
      throws IOException {
    out.collect(arrival(record));
  }

  Arrival<DataInitiativeEvent> arrival(ConsumerRecord<byte[], byte[]> record) throws IOException {
    Position position =
        new Position.KafkaRecord(record.topic(), record.partition(), record.offset());
    byte[] value = record.value();
    try {
      DataInitiativeEvent event = reader.read(value, record.headers());
      if (ahead != null && isAhead(event.getTime(), record.timestamp())) {
        return refused(
            position,
            "time-ahead",
            "Invalid attribute time: expected at most %s later than its record of %s, found %s"
                .formatted(ahead, Instant.ofEpochMilli(record.timestamp()), event.getTime()),
            record,
            TraceContext.of(event));
      }
      return Arrival.of(position, event, CitationHeaders.read(record.headers()));
    } catch (UndecodableException e) {
      return refused(position, e.rule(), e.reason(), record, trace(record.headers()));
    } catch (RuntimeException e) { // none that is known
      String reason = "Cannot read an event: " + e;
      return refused(position, "malformed", reason, record, trace(record.headers()));
    }
  }

  private boolean isAhead(@Nullable Instant time, long made) {
    return time != null
        && made != ConsumerRecord.NO_TIMESTAMP
        && time.isAfter(Instant.ofEpochMilli(made).plus(ahead));
  }

  private static Arrival<DataInitiativeEvent> refused(
      Position position,
      String rule,
      String reason,
      ConsumerRecord<byte[], byte[]> record,
      @Nullable TraceContext trace) {
    byte[] original = record.value() == null ? NOTHING : record.value();
    return Arrival.refused(position, rule, reason, original, claimed(record.headers()), trace);
  }

  /** Where a record was made that cannot be read itself, if that can be. */
  @Nullable
  private static Citation claimed(Headers headers) {
    try {
      return CitationHeaders.read(headers);
    } catch (UndecodableException | RuntimeException e) {
      return null;
    }
  }

  /** The trace that a record is part of that cannot be read itself, if that can be. */
  @Nullable
  private static TraceContext trace(Headers headers) {
    try {
      return CloudEventHeaders.trace(headers);
    } catch (UndecodableException | RuntimeException e) {
      return null;
    }
  }

  @Override
  public TypeInformation<Arrival<DataInitiativeEvent>> getProducedType() {
    return TypeInformation.of(new TypeHint<>() {});
  }
}
