package dev.cats.connector.kafka;

import dev.cats.event.Departure;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Records that leave, as Flink's Kafka sink wants them. Their timestamps are the time of writing: a
 * topic's retention goes by them, and would delete what happened long ago as soon as it is written.
 */
record DepartureSchema<T>(String topic, Form<T> form)
    implements KafkaRecordSerializationSchema<Departure<T>> {

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      Departure<T> departure, KafkaSinkContext context, Long timestamp) {
    try {
      return form.record(topic, departure);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
