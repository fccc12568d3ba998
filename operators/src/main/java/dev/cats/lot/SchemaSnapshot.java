package dev.cats.lot;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Version 1: the class of the records that are written, and its Avro schema. State under another
 * schema is not read.
 *
 * @param <S> what is written
 */
abstract class SchemaSnapshot<S> implements TypeSerializerSnapshot<S> {
  private Class<?> type;
  private String schema;

  /** For Flink, which then calls {@link #readSnapshot}. */
  SchemaSnapshot() {}

  SchemaSnapshot(Class<?> type) {
    this.type = type;
    this.schema = Codec.of(type).schema().toString();
  }

  Class<?> type() {
    return type;
  }

  @Override
  public int getCurrentVersion() {
    return 1;
  }

  @Override
  public void writeSnapshot(DataOutputView out) throws IOException {
    SchemaState.write(type, schema, out);
  }

  @Override
  public void readSnapshot(int version, DataInputView in, ClassLoader loader) throws IOException {
    type = SchemaState.readType(in, loader);
    schema = SchemaState.readSchema(in);
  }

  @Override
  public TypeSerializerSchemaCompatibility<S> resolveSchemaCompatibility(
      TypeSerializerSnapshot<S> old) {
    return old instanceof SchemaSnapshot<S> that
            && that.getClass() == getClass()
            && that.schema.equals(schema)
        ? TypeSerializerSchemaCompatibility.compatibleAsIs()
        : TypeSerializerSchemaCompatibility.incompatible();
  }
}
