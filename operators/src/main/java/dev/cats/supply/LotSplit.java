package dev.cats.supply;

import dev.cats.content.Cid;
import java.util.Objects;
import org.apache.flink.api.connector.source.SourceSplit;

/** The lot that a BOM delivered, and which of its records comes next. */
public record LotSplit(Cid bom, int next) implements SourceSplit {
  public LotSplit {
    Objects.requireNonNull(bom, "bom");
    if (next < 0) {
      throw new IllegalArgumentException(
          "Invalid split of BOM %s: expected a record from 0, found %d".formatted(bom, next));
    }
  }

  @Override
  public String splitId() {
    return bom.toString();
  }
}
