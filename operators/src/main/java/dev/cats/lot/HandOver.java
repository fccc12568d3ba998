package dev.cats.lot;

import java.io.IOException;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The type of what one operator hands to the next inside a chain, by reference. It never reaches
 * the network or state: an initiative refuses to run with operator chaining off.
 */
public final class HandOver<T> extends OpaqueType<T> {
  private static final long serialVersionUID = 1L;
  private static final HandOver<?> INSTANCE = new HandOver<>();

  private HandOver() {}

  @SuppressWarnings("unchecked")
  public static <T> TypeInformation<T> type() {
    return (TypeInformation<T>) INSTANCE;
  }

  @Override
  @SuppressWarnings("unchecked")
  public Class<T> getTypeClass() {
    return (Class<T>) Object.class;
  }

  @Override
  @SuppressWarnings("unchecked")
  public TypeSerializer<T> createSerializer(SerializerConfig config) {
    return (TypeSerializer<T>) ByReference.INSTANCE;
  }

  @Override
  public String toString() {
    return "HandOver";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HandOver<?>;
  }

  @Override
  public int hashCode() {
    return HandOver.class.hashCode();
  }

  /** Copies nothing and writes nothing. */
  static final class ByReference extends TypeSerializerSingleton<Object> {
    private static final long serialVersionUID = 1L;
    static final ByReference INSTANCE = new ByReference();

    @Override
    public boolean isImmutableType() {
      return true;
    }

    @Override
    public Object createInstance() {
      return new Object();
    }

    @Override
    public Object copy(Object from) {
      return from;
    }

    @Override
    public Object copy(Object from, Object reuse) {
      return from;
    }

    @Override
    public int getLength() {
      return -1;
    }

    @Override
    public void serialize(Object record, DataOutputView target) throws IOException {
      throw unchained();
    }

    @Override
    public Object deserialize(DataInputView source) throws IOException {
      throw unchained();
    }

    @Override
    public Object deserialize(Object reuse, DataInputView source) throws IOException {
      throw unchained();
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
      throw unchained();
    }

    private static IOException unchained() {
      return new IOException(
          "Cannot hand a record from a function to the operator that seals its lot: the two are not"
              + " chained; give them the same parallelism and leave operator chaining on");
    }

    @Override
    public TypeSerializerSnapshot<Object> snapshotConfiguration() {
      return new Snapshot();
    }

    /** Version 1: nothing to write. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Object> {
      public Snapshot() {
        super(() -> INSTANCE);
      }
    }
  }
}
