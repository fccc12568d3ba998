package dev.cats.connector.kafka;

import dev.cats.event.DataInitiativeEvent;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.Headers;

/**
 * Reads the events of Kafka records, in each of the {@link WireFormat}s. Which one a record is in
 * shows in the record: it has a header {@code ce_specversion}, or starts with {@code C3 01}, or,
 * where there is a registry to ask, with {@code 00}.
 *
 * <p>Not for more than one thread at a time.
 */
public final class EventReader implements Serializable {
  private static final long serialVersionUID = 1L;

  static final int SINGLE_OBJECT_START = 10;

  private final EventSchemas schemas;

  private transient EventCodec codec;
  private transient BoundedDecoder decoder;
  private transient Map<Long, WriterSchema> writers;

  private EventReader(EventSchemas schemas) {
    this.schemas = Objects.requireNonNull(schemas, "schemas");
  }

  /**
   * @param registryUrl of the schema registry, or null where there is none
   */
  public static EventReader of(EventSchemas schemas, String registryUrl) {
    return new EventReader(schemas);
  }

  /**
   * The event of one record.
   *
   * @param value null in a tombstone
   * @throws UndecodableException if it cannot be read, whenever and by whomever
   * @throws IOException if it cannot be read now: the schema registry does not answer
   */
  public DataInitiativeEvent read(byte[] value, Headers headers)
      throws UndecodableException, IOException {
    DataInitiativeEvent event;
    if (headers.lastHeader(CloudEventHeaders.SPECVERSION) != null) {
      event = CloudEventHeaders.read(value, headers);
    } else {
      event = readAvro(value);
    }
    CloudEventHeaders.readTrace(event, headers);
    EventRules.check(event);
    return event;
  }

  private DataInitiativeEvent readAvro(byte[] value) throws UndecodableException {
    if (value == null) {
      throw new UndecodableException("no-value", "Cannot read an event: the record has no value");
    }
    if (value.length < SINGLE_OBJECT_START || value[0] != (byte) 0xc3 || value[1] != 1) {
      throw unknownFormat(value);
    }
    long fingerprint = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
    if (decoder == null) {
      codec = new EventCodec();
      decoder = new BoundedDecoder();
      writers = new HashMap<>();
    }
    BoundedDecoder in = decoder.of(value, SINGLE_OBJECT_START);
    DataInitiativeEvent event;
    try {
      event = fingerprint == EventCodec.FINGERPRINT ? codec.read(in) : writer(fingerprint).read(in);
    } catch (IOException | AvroRuntimeException e) { // no input or output here: it reads memory
      throw new UndecodableException("malformed", "Cannot read an event: " + e.getMessage());
    }
    if (in.remaining() > 0) {
      throw new UndecodableException(
          "malformed",
          "Cannot read an event: it ends at byte "
              + in.position()
              + ", and "
              + in.remaining()
              + " bytes follow");
    }
    return event;
  }

  private WriterSchema writer(long fingerprint) throws UndecodableException {
    WriterSchema known = writers.get(fingerprint);
    if (known != null) {
      return known;
    }
    Optional<Schema> schema = schemas.find(fingerprint);
    if (schema.isEmpty()) {
      throw new UndecodableException(
          "unknown-schema",
          "Cannot read an event of schema "
              + EventSchemas.shown(fingerprint)
              + ": it is not known here. Ours is "
              + EventSchemas.shown(EventCodec.FINGERPRINT)
              + "; give the writer's as a file *.avsc in the folder of --schemas");
    }
    WriterSchema writer = WriterSchema.of(schema.get());
    writers.put(fingerprint, writer);
    return writer;
  }

  private static UndecodableException unknownFormat(byte[] value) {
    return new UndecodableException(
        "unknown-format",
        "Cannot read an event: expected a header ce_specversion or a value that starts with c301"
            + " (Avro single object), found "
            + (value.length == 0
                ? "an empty value"
                : "a value of "
                    + value.length
                    + " bytes that starts with "
                    + HexFormat.of().formatHex(value, 0, Math.min(value.length, 8))));
  }
}
