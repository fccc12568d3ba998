package dev.cats.step;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Flink's view of a {@link Ref}, so that a step can keep origins in state of its own. */
final class RefType extends TypeInformation<Ref> {
  private static final long serialVersionUID = 1L;

  /** For Flink's type extraction, which makes one where it meets a {@link Ref}. */
  public static final class Factory extends TypeInfoFactory<Ref> {
    @Override
    public TypeInformation<Ref> createTypeInfo(
        Type type, Map<String, TypeInformation<?>> genericParameters) {
      return new RefType();
    }
  }

  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  public Class<Ref> getTypeClass() {
    return Ref.class;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public TypeSerializer<Ref> createSerializer(SerializerConfig config) {
    return Serializer.INSTANCE;
  }

  @Override
  public String toString() {
    return "Ref";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RefType;
  }

  @Override
  public int hashCode() {
    return RefType.class.getName().hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof RefType;
  }

  /** 36 bytes: the SHA-256 digest of the BOM's CID, then the index, big-endian. */
  static final class Serializer extends TypeSerializerSingleton<Ref> {
    private static final long serialVersionUID = 1L;
    static final Serializer INSTANCE = new Serializer();
    private static final int DIGEST = 32;

    @Override
    public boolean isImmutableType() {
      return true;
    }

    @Override
    public Ref createInstance() {
      return new Ref(Cid.ofDigest(Cid.DAG_CBOR, Bytes.wrap(new byte[DIGEST])), 0);
    }

    @Override
    public Ref copy(Ref from) {
      return from;
    }

    @Override
    public Ref copy(Ref from, Ref reuse) {
      return from;
    }

    @Override
    public int getLength() {
      return DIGEST + Integer.BYTES;
    }

    @Override
    public void serialize(Ref ref, DataOutputView target) throws IOException {
      target.write(ref.bom().digest().toArray());
      target.writeInt(ref.index());
    }

    @Override
    public Ref deserialize(DataInputView source) throws IOException {
      byte[] digest = new byte[DIGEST];
      source.readFully(digest);
      return new Ref(Cid.ofDigest(Cid.DAG_CBOR, Bytes.wrap(digest)), source.readInt());
    }

    @Override
    public Ref deserialize(Ref reuse, DataInputView source) throws IOException {
      return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
      target.write(source, getLength());
    }

    @Override
    public TypeSerializerSnapshot<Ref> snapshotConfiguration() {
      return new Snapshot();
    }
  }

  /** Version 1: nothing to write. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Ref> {
    /** For Flink, which finds it by its name. */
    public Snapshot() {
      super(() -> Serializer.INSTANCE);
    }
  }
}
