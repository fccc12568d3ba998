package dev.cats.bench;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.stage.Records;
import dev.cats.stage.StageBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * What a step is called with: {@code number} from 0 on and seven fractions, 64 bytes of columns for
 * each record.
 */
final class Lot {
  /** How many columns of fractions there are. */
  static final int FRACTIONS = 7;

  static final Schema SCHEMA = schema();

  private final int rows;
  private final StageBatch batch;

  Lot(int rows) {
    this.rows = rows;
    this.batch = new StageBatch(Cid.sha256(Cid.RAW, Bytes.utf8("lot")), "lot", records(rows));
  }

  private static Schema schema() {
    SchemaBuilder.FieldAssembler<Schema> fields =
        SchemaBuilder.record("Sample").fields().requiredLong("number");
    for (int i = 0; i < FRACTIONS; i++) {
      fields.requiredDouble("x" + i);
    }
    return fields.endRecord();
  }

  private static Records records(int rows) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    int[] ends = new int[rows];
    try {
      for (int row = 0; row < rows; row++) {
        encoder.writeLong(row);
        for (int i = 0; i < FRACTIONS; i++) {
          encoder.writeDouble(row * 0.5 + i);
        }
        ends[row] = bytes.size();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Records(bytes.toByteArray(), ends);
  }

  int rows() {
    return rows;
  }

  StageBatch batch() {
    return batch;
  }

  /** The same as columns. */
  VectorSchemaRoot columns(BufferAllocator allocator) {
    FieldVector[] vectors = new FieldVector[1 + FRACTIONS];
    BigIntVector numbers = new BigIntVector("number", allocator);
    vectors[0] = numbers;
    numbers.allocateNew(rows);
    for (int row = 0; row < rows; row++) {
      numbers.set(row, row);
    }
    for (int i = 0; i < FRACTIONS; i++) {
      Float8Vector fractions = new Float8Vector("x" + i, allocator);
      vectors[1 + i] = fractions;
      fractions.allocateNew(rows);
      for (int row = 0; row < rows; row++) {
        fractions.set(row, row * 0.5 + i);
      }
    }
    VectorSchemaRoot root = VectorSchemaRoot.of(vectors);
    root.setRowCount(rows);
    return root;
  }
}
