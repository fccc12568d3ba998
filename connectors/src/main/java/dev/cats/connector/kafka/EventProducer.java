package dev.cats.connector.kafka;

import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Position;
import java.io.Closeable;
import java.io.IOException;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends events to a Kafka topic, for services of your own.
 *
 * <pre>{@code
 * try (EventProducer producer = EventProducer.to("localhost:9092", "quakes")) {
 *   producer.send(event).thenAccept(position -> …);
 * }
 * }</pre>
 *
 * <p>An event whose position was given back is on all in-sync replicas, once, and behind the events
 * of its subject that were sent before it: the producer is idempotent and waits for all replicas,
 * whatever its properties say. Closing sends what is still waiting.
 *
 * <p>One request at a time is under way to each broker: to a topic that was just made, a broker may
 * refuse the first and take the second, after which Kafka's client sends the first in vain until
 * its time is up. Who sends to brokers far away, on topics that are there, sets {@code
 * max.in.flight.requests.per.connection} to 5.
 *
 * <p>One thread may send at a time.
 */
public final class EventProducer implements Closeable {
  private final KafkaProducer<byte[], byte[]> kafka;
  private final String topic;
  private final EventWriter writer;

  private EventProducer(KafkaProducer<byte[], byte[]> kafka, String topic, EventWriter writer) {
    this.kafka = kafka;
    this.topic = topic;
    this.writer = writer;
  }

  /** A producer with the defaults, which writes Avro single objects. */
  public static EventProducer to(String bootstrap, String topic) {
    return to(bootstrap, topic, EventWriter.of(WireFormat.SINGLE_OBJECT), new Properties());
  }

  /**
   * @param properties of Kafka's producer, for example those of TLS and SASL
   */
  public static EventProducer to(
      String bootstrap, String topic, EventWriter writer, Properties properties) {
    Objects.requireNonNull(topic, "topic");
    Objects.requireNonNull(writer, "writer");
    Brokers.checkAddress(bootstrap);
    Properties all = new Properties();
    all.put(ProducerConfig.LINGER_MS_CONFIG, "20");
    all.put(ProducerConfig.BATCH_SIZE_CONFIG, "131072");
    all.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    all.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
    // As long as an event may be under way: a client whose brokers are all away forgets its topics.
    all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "120000");
    properties.stringPropertyNames().forEach(name -> all.put(name, properties.getProperty(name)));
    all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    ByteArraySerializer bytes = new ByteArraySerializer();
    return new EventProducer(new KafkaProducer<>(all, bytes, bytes), topic, writer);
  }

  /**
   * Sends an event; the future says where it is in the topic, or fails with an {@link IOException}
   * when it could not be sent in {@code delivery.timeout.ms}. Waits when too many are under way,
   * and for brokers that are away as long as {@code max.block.ms}.
   *
   * @throws IllegalArgumentException if it is no valid CloudEvent
   * @throws IOException if the schema registry does not answer
   */
  public CompletableFuture<Position.KafkaRecord> send(DataInitiativeEvent event)
      throws IOException {
    CompletableFuture<Position.KafkaRecord> sent = new CompletableFuture<>();
    kafka.send(
        writer.record(topic, event),
        (metadata, failure) -> {
          if (failure == null) {
            sent.complete(new Position.KafkaRecord(topic, metadata.partition(), metadata.offset()));
          } else {
            sent.completeExceptionally(
                new IOException(
                    "Cannot send event %s to topic %s: %s"
                        .formatted(event.getId(), topic, failure.getMessage()),
                    failure));
          }
        });
    return sent;
  }

  /** Waits until everything that was sent has arrived or failed. */
  public void flush() {
    kafka.flush();
  }

  @Override
  public void close() {
    kafka.close();
  }
}
