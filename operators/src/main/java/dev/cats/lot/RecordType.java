package dev.cats.lot;

import java.util.Objects;
import javax.annotation.Nullable;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Flink's view of records: traced ones with or without a key, and plain values. */
public final class RecordType<R> extends OpaqueType<R> {
  private static final long serialVersionUID = 1L;

  private final Class<?> type;
  private final boolean traced;
  @Nullable private final TypeInformation<Object> key;

  private RecordType(Class<?> type, boolean traced, @Nullable TypeInformation<Object> key) {
    this.type = type;
    this.traced = traced;
    this.key = key;
  }

  /** Traced records, as they flow between steps. */
  public static <T> TypeInformation<Traced<T>> traced(Class<T> type) {
    return new RecordType<>(type, true, null);
  }

  /** Traced records that carry their key. */
  @SuppressWarnings("unchecked")
  static <T> TypeInformation<Traced<T>> keyed(Class<T> type, TypeInformation<?> key) {
    return new RecordType<>(type, true, (TypeInformation<Object>) key);
  }

  /** Plain values, written by their {@link Codec}. */
  public static <T> TypeInformation<T> plain(Class<T> type) {
    return new RecordType<>(type, false, null);
  }

  @Override
  @SuppressWarnings("unchecked")
  public Class<R> getTypeClass() {
    return (Class<R>) (traced ? Traced.class : type);
  }

  @Override
  @SuppressWarnings("unchecked")
  public TypeSerializer<R> createSerializer(SerializerConfig config) {
    TypeSerializer<?> serializer =
        traced
            ? new TracedSerializer<>(type, key == null ? null : key.createSerializer(config))
            : new ValueSerializer<>(type);
    return (TypeSerializer<R>) serializer;
  }

  @Override
  public String toString() {
    return traced ? "Traced<" + type.getName() + ">" : type.getName();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RecordType<?> that
        && type == that.type
        && traced == that.traced
        && Objects.equals(key, that.key);
  }

  @Override
  public int hashCode() {
    return Objects.hash(type.getName(), traced, key);
  }
}
