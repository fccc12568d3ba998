package dev.cats.lot;

import java.io.IOException;
import javax.annotation.Nullable;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Version 2: the record's class and Avro schema, and the key serializer's own snapshot. In version
 * 1 no record has a trace; otherwise it is the same.
 */
public final class TracedSerializerSnapshot<T> implements TypeSerializerSnapshot<Traced<T>> {
  private static final int VERSION = 2;

  private Class<T> type;
  private String schema;
  @Nullable private TypeSerializerSnapshot<Object> keys;

  /** For Flink, which then calls {@link #readSnapshot}. */
  public TracedSerializerSnapshot() {}

  TracedSerializerSnapshot(TracedSerializer<T> serializer) {
    this.type = serializer.type();
    this.schema = serializer.schema().toString();
    this.keys = serializer.keys() == null ? null : serializer.keys().snapshotConfiguration();
  }

  @Override
  public int getCurrentVersion() {
    return VERSION;
  }

  @Override
  public void writeSnapshot(DataOutputView out) throws IOException {
    SchemaState.write(type, schema, out);
    out.writeBoolean(keys != null);
    if (keys != null) {
      TypeSerializerSnapshot.writeVersionedSnapshot(out, keys);
    }
  }

  @Override
  public void readSnapshot(int version, DataInputView in, ClassLoader loader) throws IOException {
    if (version > VERSION) {
      throw new IOException(
          "Cannot restore state: it holds traced records of version "
              + version
              + ", and this knows them to version "
              + VERSION);
    }
    type = SchemaState.readType(in, loader);
    schema = SchemaState.readSchema(in);
    keys = in.readBoolean() ? TypeSerializerSnapshot.readVersionedSnapshot(in, loader) : null;
  }

  @Override
  public TypeSerializer<Traced<T>> restoreSerializer() {
    return new TracedSerializer<>(type, keys == null ? null : keys.restoreSerializer());
  }

  @Override
  public TypeSerializerSchemaCompatibility<Traced<T>> resolveSchemaCompatibility(
      TypeSerializerSnapshot<Traced<T>> old) {
    if (!(old instanceof TracedSerializerSnapshot<T> that)
        || !that.schema.equals(schema)
        || (that.keys == null) != (keys == null)) {
      return TypeSerializerSchemaCompatibility.incompatible();
    }
    if (keys == null) {
      return TypeSerializerSchemaCompatibility.compatibleAsIs();
    }
    TypeSerializerSchemaCompatibility<Object> ofKeys = keys.resolveSchemaCompatibility(that.keys);
    if (ofKeys.isCompatibleAsIs()) {
      return TypeSerializerSchemaCompatibility.compatibleAsIs();
    }
    if (ofKeys.isCompatibleAfterMigration()) {
      return TypeSerializerSchemaCompatibility.compatibleAfterMigration();
    }
    if (ofKeys.isCompatibleWithReconfiguredSerializer()) {
      return TypeSerializerSchemaCompatibility.compatibleWithReconfiguredSerializer(
          new TracedSerializer<>(type, ofKeys.getReconfiguredSerializer()));
    }
    return TypeSerializerSchemaCompatibility.incompatible();
  }
}
