package dev.cats.lot;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.stage.Records;
import java.io.IOException;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Flink's view of batches of records of one type. They are in state while a call is under way, and
 * the call is made again from there.
 */
final class BatchType extends OpaqueType<Batch> {
  private static final long serialVersionUID = 1L;

  private final Class<?> type;

  BatchType(Class<?> type) {
    this.type = type;
  }

  @Override
  public Class<Batch> getTypeClass() {
    return Batch.class;
  }

  @Override
  public TypeSerializer<Batch> createSerializer(SerializerConfig config) {
    return new Serializer(type);
  }

  @Override
  public String toString() {
    return "Batch<" + type.getName() + ">";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BatchType that && type == that.type;
  }

  @Override
  public int hashCode() {
    return type.getName().hashCode();
  }

  /**
   * Layout: the digest of the id (32 bytes), the references, the number of records and the length
   * of each, as varints, the records, the number of timestamps as a varint and each in 8 bytes, and
   * why it is late, as a text.
   */
  static final class Serializer extends ImmutableSerializer<Batch> {
    private static final long serialVersionUID = 1L;
    private static final int DIGEST = 32;

    private final Class<?> type;

    Serializer(Class<?> type) {
      this.type = type;
    }

    @Override
    public void serialize(Batch batch, DataOutputView out) throws IOException {
      out.write(batch.id().digest().toArray());
      batch.from().write(out);
      Records records = batch.records();
      TracedSerializer.writeVarint(records.count(), out);
      for (int i = 0; i < records.count(); i++) {
        TracedSerializer.writeVarint(records.length(i), out);
      }
      out.write(records.bytes(), 0, records.size());
      TracedSerializer.writeVarint(batch.timestamps().length, out);
      for (long each : batch.timestamps()) {
        out.writeLong(each);
      }
      out.writeUTF(batch.late());
    }

    @Override
    public Batch deserialize(DataInputView in) throws IOException {
      byte[] digest = new byte[DIGEST];
      in.readFully(digest);
      Refs from = Refs.read(in);
      int[] ends = new int[(int) TracedSerializer.readVarint(in)];
      int end = 0;
      for (int i = 0; i < ends.length; i++) {
        end += (int) TracedSerializer.readVarint(in);
        ends[i] = end;
      }
      byte[] bytes = new byte[end];
      in.readFully(bytes);
      Cid id = Cid.ofDigest(Cid.DAG_CBOR, Bytes.wrap(digest));
      long[] timestamps = new long[(int) TracedSerializer.readVarint(in)];
      for (int i = 0; i < timestamps.length; i++) {
        timestamps[i] = in.readLong();
      }
      return new Batch(id, from, new Records(bytes, ends), timestamps, in.readUTF());
    }

    @Override
    public void copy(DataInputView in, DataOutputView out) throws IOException {
      serialize(deserialize(in), out);
    }

    @Override
    public Batch createInstance() {
      return null;
    }

    @Override
    public TypeSerializer<Batch> duplicate() {
      return this;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Serializer that && type == that.type;
    }

    @Override
    public int hashCode() {
      return type.getName().hashCode();
    }

    @Override
    public TypeSerializerSnapshot<Batch> snapshotConfiguration() {
      return new Snapshot(type);
    }
  }

  /** Of batches. */
  public static final class Snapshot extends SchemaSnapshot<Batch> {
    /** For Flink, which then calls {@link #readSnapshot}. */
    public Snapshot() {}

    private Snapshot(Class<?> type) {
      super(type);
    }

    @Override
    public TypeSerializer<Batch> restoreSerializer() {
      return new Serializer(type());
    }
  }
}
