package dev.cats.lot;

import java.io.IOException;
import java.util.Objects;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.CompositeTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** An accumulator and the records that went into it. */
record Accumulated<A>(A value, Refs refs) {

  /** The type of an accumulator with its references. */
  static final class Type<A> extends OpaqueType<Accumulated<A>> {
    private static final long serialVersionUID = 1L;
    private final TypeInformation<A> value;

    Type(TypeInformation<A> value) {
      this.value = value;
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Class<Accumulated<A>> getTypeClass() {
      return (Class) Accumulated.class;
    }

    @Override
    public TypeSerializer<Accumulated<A>> createSerializer(SerializerConfig config) {
      return new Serializer<>(value.createSerializer(config));
    }

    @Override
    public String toString() {
      return "Accumulated<" + value + ">";
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Type<?> that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
      return value.hashCode();
    }
  }

  /** The accumulator by its own serializer, then the references. */
  static final class Serializer<A> extends TypeSerializer<Accumulated<A>> {
    private static final long serialVersionUID = 1L;
    private final TypeSerializer<A> value;

    Serializer(TypeSerializer<A> value) {
      this.value = value;
    }

    @Override
    public boolean isImmutableType() {
      return false;
    }

    @Override
    public TypeSerializer<Accumulated<A>> duplicate() {
      return new Serializer<>(value.duplicate());
    }

    @Override
    public Accumulated<A> createInstance() {
      return new Accumulated<>(value.createInstance(), new Refs());
    }

    @Override
    public Accumulated<A> copy(Accumulated<A> from) {
      return new Accumulated<>(value.copy(from.value), from.refs.copy());
    }

    @Override
    public Accumulated<A> copy(Accumulated<A> from, Accumulated<A> reuse) {
      return copy(from);
    }

    @Override
    public int getLength() {
      return -1;
    }

    @Override
    public void serialize(Accumulated<A> record, DataOutputView target) throws IOException {
      value.serialize(record.value, target);
      record.refs.write(target);
    }

    @Override
    public Accumulated<A> deserialize(DataInputView source) throws IOException {
      return new Accumulated<>(value.deserialize(source), Refs.read(source));
    }

    @Override
    public Accumulated<A> deserialize(Accumulated<A> reuse, DataInputView source)
        throws IOException {
      return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
      value.copy(source, target);
      Refs.read(source).write(target);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Serializer<?> that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
      return Objects.hash(Serializer.class.getName(), value);
    }

    @Override
    public TypeSerializerSnapshot<Accumulated<A>> snapshotConfiguration() {
      return new Snapshot<>(this);
    }
  }

  /** Version 2: the accumulator's serializer. In version 1 no references have a trace. */
  public static final class Snapshot<A>
      extends CompositeTypeSerializerSnapshot<Accumulated<A>, Serializer<A>> {

    /** For Flink, which then reads it. */
    public Snapshot() {}

    Snapshot(Serializer<A> serializer) {
      super(serializer);
    }

    @Override
    protected int getCurrentOuterSnapshotVersion() {
      return 2;
    }

    @Override
    protected TypeSerializer<?>[] getNestedSerializers(Serializer<A> outer) {
      return new TypeSerializer<?>[] {outer.value};
    }

    @Override
    @SuppressWarnings("unchecked")
    protected Serializer<A> createOuterSerializerWithNestedSerializers(TypeSerializer<?>[] nested) {
      return new Serializer<>((TypeSerializer<A>) nested[0]);
    }
  }
}
