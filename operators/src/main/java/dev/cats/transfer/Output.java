package dev.cats.transfer;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.bom.LotReader;
import dev.cats.bom.Manifest;
import dev.cats.content.Block;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The lots that a CID stands for: a lot is itself, a BOM the lot that it delivered, and a manifest
 * what a step of the initiative made, in that manifest and those before it, the oldest first.
 */
public final class Output {
  private final Documents documents;
  private final Cid cid;
  private final Optional<Document> document;
  private long pruned;

  /** Takes lots one at a time. */
  @FunctionalInterface
  public interface Visitor {
    void visit(Cid cid, LotReader lot) throws IOException;
  }

  private Output(Documents documents, Cid cid, Optional<Document> document) {
    this.documents = documents;
    this.cid = cid;
    this.document = document;
  }

  /**
   * What a CID stands for.
   *
   * @throws IOException if it is neither manifest nor BOM nor raw block, or is not there
   */
  public static Output of(Documents documents, Cid cid) throws IOException {
    String role = "the output asked for";
    if (!Document.isDocument(cid)) {
      return new Output(documents, cid, Optional.empty());
    }
    Document document = documents.document(cid, role);
    if (!(document instanceof Manifest || document instanceof Bom)) {
      throw new IOException(
          "Cannot read records of %s: expected a manifest, a BOM or a lot, found %s"
              .formatted(cid, document.kind()));
    }
    return new Output(documents, cid, Optional.of(document));
  }

  /** The steps to choose one of, if the CID is a manifest. */
  public Set<String> steps() throws IOException {
    Set<String> steps = new TreeSet<>();
    if (document.orElse(null) instanceof Manifest manifest) {
      for (Cid bom : documents.boms(manifest)) {
        if (!documents.store().wasPruned(bom)) {
          steps.add(step(documents.bom(bom, "committed by manifest " + cid)));
        }
      }
    }
    return steps;
  }

  /**
   * Hands over each lot.
   *
   * @param step which of {@link #steps}; of no meaning where the CID is no manifest
   * @param manifests how many manifests at most, the newest ones
   */
  public void lots(String step, long manifests, Visitor visitor) throws IOException {
    if (document.isEmpty()) {
      visitor.visit(cid, lot(documents.block(cid, "the lot asked for")));
    } else if (document.get() instanceof Bom bom) {
      visitor.visit(bom.output().data(), documents.lot(bom));
    } else {
      Chain.oldestFirst(
          documents,
          cid,
          manifests,
          manifest -> {
            for (Cid each : documents.boms(manifest)) {
              if (documents.store().wasPruned(each)) {
                pruned++;
                continue;
              }
              Bom bom = documents.bom(each, "committed by manifest " + manifest.cid());
              if (step(bom).equals(step)) {
                visitor.visit(bom.output().data(), documents.lot(bom));
              }
            }
          });
    }
  }

  /** How many BOMs, of whichever step, were left out because the store let go of them. */
  public long pruned() {
    return pruned;
  }

  private String step(Bom bom) throws IOException {
    return Documents.label(documents.order(bom));
  }

  private LotReader lot(Block block) throws IOException {
    try {
      return LotReader.of(block);
    } catch (DecodeException e) {
      throw new IOException("Cannot read records of %s: %s".formatted(cid, e.getMessage()), e);
    }
  }
}
