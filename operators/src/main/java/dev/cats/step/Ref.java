package dev.cats.step;

import dev.cats.content.Cid;
import java.io.Serializable;
import java.util.Objects;

/**
 * Names one record for ever: the BOM of the lot it came out of, and its index there, from 0.
 *
 * <p>A Flink POJO as a record, so that a step can keep origins in its own state.
 */
public record Ref(Cid bom, int index) implements Serializable {
  public Ref {
    Objects.requireNonNull(bom, "bom");
    if (index < 0) {
      throw new IllegalArgumentException(
          "Invalid record index: expected 0 or more, found " + index);
    }
  }
}
