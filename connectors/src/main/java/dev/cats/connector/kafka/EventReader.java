package dev.cats.connector.kafka;

import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Described;
import java.io.IOException;
import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import javax.annotation.Nullable;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.Headers;

/**
 * Reads the events of Kafka records, in each of the {@link WireFormat}s. Which one a record is in
 * shows in the record: it has a header {@code ce_specversion}, or starts with {@code C3 01}, or,
 * where there is a registry to ask, with {@code 00}.
 *
 * <p>Not for more than one thread at a time.
 */
public final class EventReader implements Described, Serializable {
  private static final long serialVersionUID = 1L;

  static final int SINGLE_OBJECT_START = 10;

  private static final VarHandle FINGERPRINTS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final EventSchemas schemas;
  @Nullable private final String registryUrl;
  private final HashMap<String, String> registryProperties;

  private transient EventCodec codec;
  private transient BoundedDecoder decoder;
  private transient Map<Long, WriterSchema> byFingerprint;
  private transient Map<Integer, WriterSchema> byNumber;
  private transient SchemaRegistry registry;

  private EventReader(
      EventSchemas schemas, @Nullable String registryUrl, Map<String, String> registryProperties) {
    this.schemas = Objects.requireNonNull(schemas, "schemas");
    this.registryUrl = registryUrl;
    this.registryProperties = new HashMap<>(registryProperties);
  }

  /**
   * @param registryUrl of the schema registry, or null where there is none
   */
  public static EventReader of(EventSchemas schemas, @Nullable String registryUrl) {
    return of(schemas, registryUrl, Map.of());
  }

  /**
   * @param registryProperties Confluent's, for example {@code basic.auth.user.info} and {@code
   *     schema.registry.ssl.truststore.location}; those of Kafka may be among them
   */
  public static EventReader of(
      EventSchemas schemas, @Nullable String registryUrl, Map<String, String> registryProperties) {
    return new EventReader(schemas, registryUrl, registryProperties);
  }

  /** The schemas that it knows, and the registry; not how to be let in there. */
  @Override
  public Map<String, String> params() {
    return registryUrl == null
        ? Map.of("schemas", schemas.toString())
        : Map.of("schemas", schemas.toString(), "registry", SchemaRegistry.shown(registryUrl));
  }

  /**
   * The event of one record.
   *
   * @param value null in a tombstone
   * @throws UndecodableException if it cannot be read, whenever and by whomever
   * @throws IOException if it cannot be read now: the schema registry does not answer
   */
  public DataInitiativeEvent read(@Nullable byte[] value, Headers headers)
      throws UndecodableException, IOException {
    DataInitiativeEvent event;
    if (CloudEventHeaders.areIn(headers)) {
      event = CloudEventHeaders.read(value, headers);
    } else {
      event = readAvro(value);
    }
    CloudEventHeaders.readTrace(event, headers);
    EventRules.check(event);
    return event;
  }

  private DataInitiativeEvent readAvro(@Nullable byte[] value)
      throws UndecodableException, IOException {
    if (value == null) {
      throw new UndecodableException("no-value", "Cannot read an event: the record has no value");
    }
    if (decoder == null) {
      codec = new EventCodec();
      decoder = new BoundedDecoder();
      byFingerprint = new HashMap<>();
      byNumber = new HashMap<>();
    }
    if (value.length >= SINGLE_OBJECT_START && value[0] == (byte) 0xc3 && value[1] == 1) {
      long fingerprint = (long) FINGERPRINTS.get(value, 2);
      WriterSchema writer = fingerprint == EventCodec.FINGERPRINT ? null : writer(fingerprint);
      return read(value, SINGLE_OBJECT_START, writer);
    }
    if (registryUrl != null && value.length >= SchemaRegistry.HEADER && value[0] == 0) {
      return read(value, SchemaRegistry.HEADER, writer(ByteBuffer.wrap(value).getInt(1)));
    }
    throw unknownFormat(value);
  }

  /**
   * @param writer null for our own schema
   */
  private DataInitiativeEvent read(byte[] value, int start, @Nullable WriterSchema writer)
      throws UndecodableException {
    BoundedDecoder in = decoder.of(value, start);
    DataInitiativeEvent event;
    try {
      event = writer == null ? codec.read(in) : writer.read(in);
    } catch (IOException | RuntimeException e) { // of Avro, for bytes that are not of the schema
      throw new UndecodableException("malformed", "Cannot read an event: " + e.getMessage());
    }
    if (in.remaining() > 0) {
      throw new UndecodableException(
          "malformed",
          "Cannot read an event: it ends at byte "
              + in.position()
              + ", and "
              + in.remaining()
              + " more follow");
    }
    return event;
  }

  private WriterSchema writer(long fingerprint) throws UndecodableException {
    WriterSchema known = byFingerprint.get(fingerprint);
    if (known == null) {
      Schema schema =
          schemas
              .find(fingerprint)
              .orElseThrow(
                  () ->
                      new UndecodableException(
                          "unknown-schema",
                          "Cannot read an event of schema "
                              + EventSchemas.shown(fingerprint)
                              + ": it is not known here, where ours is "
                              + EventSchemas.shown(EventCodec.FINGERPRINT)
                              + ". Put the writer's as a file *.avsc into a folder and name that"
                              + " with --schemas DIR"));
      known = WriterSchema.of(schema);
      byFingerprint.put(fingerprint, known);
    }
    return known;
  }

  private WriterSchema writer(int number) throws UndecodableException, IOException {
    WriterSchema known = byNumber.get(number);
    if (known == null) {
      if (registry == null) {
        registry = new SchemaRegistry(registryUrl, registryProperties);
      }
      Schema schema =
          registry
              .schema(number)
              .orElseThrow(
                  () ->
                      new UndecodableException(
                          "unknown-schema",
                          "Cannot read an event of schema "
                              + number
                              + ": registry "
                              + SchemaRegistry.shown(registryUrl)
                              + " has no Avro schema of that number. Ours is "
                              + EventSchemas.shown(EventCodec.FINGERPRINT)));
      known = WriterSchema.of(schema);
      byNumber.put(number, known);
    }
    return known;
  }

  private UndecodableException unknownFormat(byte[] value) {
    String found =
        value.length == 0
            ? "an empty value"
            : "a value of "
                + value.length
                + " bytes that starts with "
                + HexFormat.of().formatHex(value, 0, Math.min(value.length, 8));
    boolean confluent =
        registryUrl == null && value.length >= SchemaRegistry.HEADER && value[0] == 0;
    return new UndecodableException(
        "unknown-format",
        "Cannot read an event: expected a header ce_specversion or a value that starts with c301"
            + " (Avro single object)"
            + (registryUrl == null ? "" : " or 00 (Confluent)")
            + ", found "
            + found
            + (confluent
                ? ". If it is in Confluent's format, name the schema registry with --registry URL"
                : ""));
  }
}
