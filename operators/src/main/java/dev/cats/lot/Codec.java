package dev.cats.lot;

import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * How values of one Java type are written down: an Avro schema and the direct encoding of it.
 *
 * <p>A record is encoded once; those bytes are its form in the lot, on the network and in window
 * state. So the codec is compiled once per schema and goes around Avro's generic datum API, which
 * costs several times as much per record.
 *
 * <p>Not thread-safe: each operator has its own.
 */
public final class Codec<T> {
  private final Class<T> type;
  private final Schema schema;
  private final ValueCodec values;
  private final AvroIn in = new AvroIn();

  private Codec(Class<T> type, Schema schema, ValueCodec values) {
    this.type = type;
    this.schema = schema;
    this.values = values;
  }

  /**
   * The codec of an Avro specific record, a Flink POJO, a Java record, a String or a boxed
   * primitive.
   *
   * @throws IllegalArgumentException naming the field that cannot be written down, and what to use
   */
  public static <T> Codec<T> of(Class<T> type) {
    if (SpecificRecordBase.class.isAssignableFrom(type)) {
      return SpecificCodec.of(type);
    }
    try {
      ValueCodec values = ReflectedSchema.of(type);
      return new Codec<>(type, values.schema(), values);
    } catch (AvroRuntimeException e) {
      throw new IllegalArgumentException(
          "Cannot write down "
              + type.getName()
              + ": "
              + e.getMessage()
              + "; rename the field, or use an Avro specific record",
          e);
    }
  }

  static <T> Codec<T> of(Class<T> type, ValueCodec values) {
    return new Codec<>(type, values.schema(), values);
  }

  public Class<T> type() {
    return type;
  }

  public Schema schema() {
    return schema;
  }

  /**
   * Appends the value's encoding.
   *
   * @return whether decoding it gives an equal value; false where the value holds more than its
   *     schema can say, such as a time's microseconds under {@code timestamp-millis}
   */
  public boolean write(T value, AvroOut out) {
    values.write(value, out);
    return !out.takeInexact();
  }

  public byte[] encode(T value) {
    AvroOut out = new AvroOut(256);
    values.write(value, out);
    return out.toArray();
  }

  public T decode(byte[] bytes, int offset, int length) {
    return type.cast(values.read(in.of(bytes, offset, length)));
  }
}
