package dev.cats.connector.kafka;

import dev.cats.event.Arrival;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Position;
import java.io.IOException;
import javax.annotation.Nullable;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Each record of a topic as it arrives: its position, and its event or why it is none. Whatever is
 * wrong with a record, reading goes on with the next: one that stopped the job would stop it again
 * after each restart.
 */
record ArrivalSchema(EventReader reader)
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
      return Arrival.of(
          position, reader.read(value, record.headers()), CitationHeaders.read(record.headers()));
    } catch (UndecodableException e) {
      return refused(position, e.rule(), e.reason(), value);
    } catch (RuntimeException e) { // none that is known
      return refused(position, "malformed", "Cannot read an event: " + e, value);
    }
  }

  private static Arrival<DataInitiativeEvent> refused(
      Position position, String rule, String reason, @Nullable byte[] value) {
    return Arrival.refused(position, rule, reason, value == null ? NOTHING : value);
  }

  @Override
  public TypeInformation<Arrival<DataInitiativeEvent>> getProducedType() {
    return TypeInformation.of(new TypeHint<>() {});
  }
}
