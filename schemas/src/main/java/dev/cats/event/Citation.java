package dev.cats.event;

import dev.cats.content.Cid;
import java.util.Objects;

/**
 * Record {@code index}, from 0, of the lot that the BOM {@code bom} delivered: how a record names
 * its own history once it has left the initiative that made it.
 *
 * <p>From outside it is a claim of the record's producer. A BOM that passes it on says that it was
 * claimed, not that it is true.
 */
public record Citation(Cid bom, int index) {
  public Citation {
    Objects.requireNonNull(bom, "bom");
    if (bom.version() != 1 || bom.codec() != Cid.DAG_CBOR) {
      throw new IllegalArgumentException(
          "Invalid citation: expected the CID of a BOM (version 1, dag-cbor), found " + bom);
    }
    if (index < 0) {
      throw new IllegalArgumentException(
          "Invalid citation of BOM " + bom + ": expected an index from 0, found " + index);
    }
  }
}
