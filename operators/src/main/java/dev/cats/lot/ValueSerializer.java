package dev.cats.lot;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A value as its {@link Codec} writes it, after its length: what a plain stream or state holds. */
final class ValueSerializer<T> extends TypeSerializer<T> {
  private static final long serialVersionUID = 1L;

  private final Class<T> type;
  private transient Codec<T> codec;
  private transient AvroOut scratch;

  ValueSerializer(Class<T> type) {
    this.type = type;
  }

  private Codec<T> codec() {
    if (codec == null) {
      codec = Codec.of(type);
      scratch = new AvroOut(256);
    }
    return codec;
  }

  @Override
  public void serialize(T value, DataOutputView target) throws IOException {
    Codec<T> writer = codec();
    scratch.position(0);
    writer.write(value, scratch);
    TracedSerializer.writeVarint(scratch.position(), target);
    target.write(scratch.buffer(), 0, scratch.position());
  }

  @Override
  public T deserialize(DataInputView source) throws IOException {
    int length = (int) TracedSerializer.readVarint(source);
    byte[] bytes = new byte[length];
    source.readFully(bytes);
    return codec().decode(bytes, 0, length);
  }

  @Override
  public T deserialize(T reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    long length = TracedSerializer.readVarint(source);
    TracedSerializer.writeVarint(length, target);
    target.write(source, (int) length);
  }

  @Override
  public T copy(T from) {
    byte[] bytes = codec().encode(from);
    return codec().decode(bytes, 0, bytes.length);
  }

  @Override
  public T copy(T from, T reuse) {
    return copy(from);
  }

  @Override
  public boolean isImmutableType() {
    return false;
  }

  @Override
  public TypeSerializer<T> duplicate() {
    return new ValueSerializer<>(type);
  }

  @Override
  public T createInstance() {
    return null;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ValueSerializer<?> that && type == that.type;
  }

  @Override
  public int hashCode() {
    return type.getName().hashCode();
  }

  @Override
  public TypeSerializerSnapshot<T> snapshotConfiguration() {
    return new Snapshot<>(type);
  }

  /** Of values. */
  public static final class Snapshot<T> extends SchemaSnapshot<T> {
    /** For Flink, which then calls {@link #readSnapshot}. */
    public Snapshot() {}

    Snapshot(Class<T> type) {
      super(type);
    }

    @Override
    @SuppressWarnings("unchecked")
    public TypeSerializer<T> restoreSerializer() {
      return new ValueSerializer<>((Class<T>) type());
    }
  }
}
