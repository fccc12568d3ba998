package dev.cats.connector.kafka;

import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Described;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import javax.annotation.Nullable;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Writes events as Kafka records in one {@link WireFormat}.
 *
 * <p>The key decides the partition, and so what stays in order: it is the event's {@code
 * partitionkey} (CloudEvents' extension for this) where it has one, else its subject, else its
 * source. An event that is part of a trace says so in a header {@code traceparent}, whatever the
 * format.
 *
 * <p>Not for more than one thread at a time.
 */
public final class EventWriter implements Described, Serializable {
  private static final long serialVersionUID = 1L;

  private static final byte[] SINGLE_OBJECT = singleObjectHeader(EventCodec.FINGERPRINT);
  private static final String PARTITION_KEY = "partitionkey";

  private final WireFormat format;
  @Nullable private final String registryUrl;
  private final HashMap<String, String> registryProperties;

  private transient ByteArrayOutputStream buffer;
  private transient BinaryEncoder encoder;
  private transient Map<String, byte[]> headers; // by topic

  private EventWriter(
      WireFormat format, @Nullable String registryUrl, Map<String, String> registryProperties) {
    this.format = Objects.requireNonNull(format, "format");
    this.registryUrl = registryUrl;
    this.registryProperties = new HashMap<>(registryProperties);
  }

  /** A writer that needs no registry. */
  public static EventWriter of(WireFormat format) {
    if (format == WireFormat.CONFLUENT) {
      throw new IllegalArgumentException(
          "Cannot write wire format confluent without a schema registry: give its URL");
    }
    return new EventWriter(format, null, Map.of());
  }

  /**
   * A writer of Confluent's format. It registers the schema of events under the subject {@code
   * TOPIC-value}.
   *
   * @param registryProperties Confluent's, for example {@code basic.auth.user.info} and {@code
   *     schema.registry.ssl.truststore.location}; those of Kafka may be among them
   */
  public static EventWriter confluent(String registryUrl, Map<String, String> registryProperties) {
    return new EventWriter(
        WireFormat.CONFLUENT,
        Objects.requireNonNull(registryUrl, "registryUrl"),
        registryProperties);
  }

  /** The format, and the registry; not how to be let in there. */
  @Override
  public Map<String, String> params() {
    return registryUrl == null
        ? Map.of("wire", format.toString())
        : Map.of("wire", format.toString(), "registry", SchemaRegistry.shown(registryUrl));
  }

  public WireFormat format() {
    return format;
  }

  /**
   * The record of an event; headers may be added to it.
   *
   * @throws IllegalArgumentException if it is no valid CloudEvent
   * @throws IOException if the schema registry does not answer
   */
  public ProducerRecord<byte[], byte[]> record(String topic, DataInitiativeEvent event)
      throws IOException {
    try {
      EventRules.check(event);
    } catch (UndecodableException e) {
      throw new IllegalArgumentException(
          "Cannot write event " + event.getId() + ": " + e.reason(), e);
    }
    byte[] value =
        switch (format) {
          case SINGLE_OBJECT -> avro(SINGLE_OBJECT, event);
          case CONFLUENT -> avro(confluentHeader(topic), event);
          case CLOUDEVENTS_BINARY -> data(event);
        };
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, key(event), value);
    if (format == WireFormat.CLOUDEVENTS_BINARY) {
      CloudEventHeaders.write(event, record.headers());
    }
    CloudEventHeaders.writeTrace(event, record.headers());
    return record;
  }

  /** What keeps events in order: those of one key are. */
  static byte[] key(DataInitiativeEvent event) {
    String key = event.getExtensions().get(PARTITION_KEY);
    if (key == null || key.isEmpty()) {
      key = event.getSubject();
    }
    if (key == null || key.isEmpty()) {
      key = event.getSource();
    }
    return key.getBytes(StandardCharsets.UTF_8);
  }

  private byte[] avro(byte[] header, DataInitiativeEvent event) throws IOException {
    if (buffer == null) {
      buffer = new ByteArrayOutputStream(512);
    }
    buffer.reset();
    buffer.writeBytes(header);
    encoder = EncoderFactory.get().directBinaryEncoder(buffer, encoder);
    EventCodec.write(event, encoder);
    encoder.flush();
    return buffer.toByteArray();
  }

  private byte[] confluentHeader(String topic) throws IOException {
    if (headers == null) {
      headers = new HashMap<>();
    }
    byte[] header = headers.get(topic);
    if (header == null) {
      SchemaRegistry registry = new SchemaRegistry(registryUrl, registryProperties);
      header = registry.header(topic + "-value", EventCodec.plainSchema());
      headers.put(topic, header);
    }
    return header;
  }

  /** What a single object of this schema begins with. */
  static byte[] singleObjectHeader(long fingerprint) {
    return ByteBuffer.allocate(EventReader.SINGLE_OBJECT_START)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0xc3)
        .put((byte) 1)
        .putLong(fingerprint)
        .array();
  }

  private static byte[] data(DataInitiativeEvent event) {
    ByteBuffer data = event.getData();
    if (data == null) {
      return null;
    }
    byte[] bytes = new byte[data.remaining()];
    data.duplicate().get(bytes);
    return bytes;
  }
}
