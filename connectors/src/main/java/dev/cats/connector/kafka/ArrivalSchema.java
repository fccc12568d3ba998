package dev.cats.connector.kafka;

import dev.cats.event.Arrival;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Position;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Each record of a topic as it arrives: its position, and its event or why it is none. */
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
      return Arrival.refused(position, e.rule(), e.reason(), value == null ? NOTHING : value);
    }
  }

  @Override
  public TypeInformation<Arrival<DataInitiativeEvent>> getProducedType() {
    return TypeInformation.of(new TypeHint<>() {});
  }
}
