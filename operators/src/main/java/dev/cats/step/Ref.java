package dev.cats.step;

import dev.cats.content.Cid;
import java.io.Serializable;
import org.apache.flink.api.common.typeinfo.TypeInfo;

/**
 * Names one record for ever: the BOM of the lot it came out of, and its index there, from 0.
 *
 * <p>Flink knows its type, so that a step can keep origins in its own state: {@code new
 * ListStateDescriptor<>("origins", Ref.class)}.
 */
@TypeInfo(RefType.Factory.class)
public record Ref(Cid bom, int index) implements Serializable {
  private static final int SHA2_256 = 0x12;

  public Ref {
    if (bom.version() != 1 || bom.codec() != Cid.DAG_CBOR || bom.hashFunction() != SHA2_256) {
      throw new IllegalArgumentException(
          "Invalid BOM: expected a CIDv1 of codec dag-cbor and hash sha2-256, found " + bom);
    }
    if (index < 0) {
      throw new IllegalArgumentException(
          "Invalid record index: expected 0 or more, found " + index);
    }
  }
}
