package dev.cats.ray;

import dev.cats.stage.Records;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** Records of one Avro schema as Arrow batches, and back. For one thread at a time. */
public final class ArrowRecords {
  private final List<Column> columns;
  private final org.apache.arrow.vector.types.pojo.Schema schema;
  private BinaryDecoder decoder;
  private BinaryEncoder encoder;

  public ArrowRecords(org.apache.avro.Schema avro) {
    columns = Column.of(avro);
    schema =
        new org.apache.arrow.vector.types.pojo.Schema(columns.stream().map(Column::field).toList());
  }

  public org.apache.arrow.vector.types.pojo.Schema schema() {
    return schema;
  }

  public VectorSchemaRoot newRoot(BufferAllocator allocator) {
    return VectorSchemaRoot.create(schema, allocator);
  }

  /** Makes {@code root} hold these records, in buffers of its own. */
  public void fill(VectorSchemaRoot root, Records records) throws IOException {
    root.allocateNew();
    decoder = DecoderFactory.get().binaryDecoder(records.bytes(), 0, records.size(), decoder);
    for (int row = 0; row < records.count(); row++) {
      for (int i = 0; i < columns.size(); i++) {
        columns.get(i).read(decoder, root.getVector(i), row);
      }
    }
    root.setRowCount(records.count());
  }

  /**
   * The rows of {@code root} as records.
   *
   * @throws Column.UnmappableException for a value that its Avro type does not hold
   */
  public Records read(VectorSchemaRoot root) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    encoder = EncoderFactory.get().binaryEncoder(bytes, encoder);
    List<FieldVector> vectors = root.getFieldVectors();
    int[] ends = new int[root.getRowCount()];
    for (int row = 0; row < ends.length; row++) {
      for (int i = 0; i < columns.size(); i++) {
        columns.get(i).write(vectors.get(i), row, encoder);
      }
      ends[row] = bytes.size() + encoder.bytesBuffered();
    }
    encoder.flush();
    return new Records(bytes.toByteArray(), ends);
  }
}
