package dev.cats.lineage;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.bom.Manifest;
import dev.cats.bom.Origin;
import dev.cats.bom.Page;
import dev.cats.content.Block;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import dev.cats.content.UnixFs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a block leads to. Of BOMs and manifests, and of their pages, it is known which links go
 * back in history; of all other blocks, documents of later versions and foreign dag-cbor among
 * them, the links are just followed.
 */
final class Links {

  /** Reads a page, to see whether it holds origins. */
  interface Pages {
    Optional<Block> get(Cid page) throws IOException;
  }

  private final Cid by;
  private final List<Visit> found = new ArrayList<>();

  private Links(Cid by) {
    this.by = by;
  }

  /**
   * What a block links to, in order.
   *
   * @param document what {@link #document} has the block to be
   * @throws DecodeException if the block is not of the codec that its CID names
   */
  static List<Visit> of(Block block, Optional<Document> document, Visit.Role role, Pages pages)
      throws IOException, DecodeException {
    Links links = new Links(block.cid());
    switch (block.cid().codec()) {
      case Cid.DAG_CBOR -> links.dagCbor(block, document, role, pages);
      case Cid.DAG_PB -> UnixFs.links(block).forEach(child -> links.add(child, Visit.Role.OTHER));
      default -> {} // bytes that link to nothing
    }
    return links.found;
  }

  /** The document, if the block is one of a version that is known here. */
  static Optional<Document> document(Block block) {
    try {
      return Document.isDocument(block.cid()) ? Optional.of(Document.of(block)) : Optional.empty();
    } catch (DecodeException e) {
      return Optional.empty();
    }
  }

  private void add(Cid cid, Visit.Role role) {
    found.add(new Visit(cid, role, Optional.of(by)));
  }

  private void dagCbor(Block block, Optional<Document> document, Visit.Role role, Pages pages)
      throws IOException, DecodeException {
    if (document.isEmpty()) {
      follow(DagCbor.decode(block.bytes()));
    } else if (document.get() instanceof Manifest manifest) {
      manifest.artifacts().forEach(cid -> add(cid, Visit.Role.OTHER));
      manifest.pages().forEach(cid -> add(cid, Visit.Role.COMMITTED_PAGE));
      manifest.boms().forEach(cid -> add(cid, Visit.Role.COMMITTED));
      manifest.previous().ifPresent(cid -> add(cid, Visit.Role.MANIFEST));
    } else if (document.get() instanceof Bom bom) {
      bom(bom, pages);
    } else if (document.get() instanceof Page page) {
      page.boms().forEach(cid -> add(cid, listedOn(role)));
      origins(page.origins(), role == Visit.Role.CITING_PAGE);
    } else {
      follow(document.get().toNode());
    }
  }

  private void bom(Bom bom, Pages pages) throws IOException {
    boolean cited = cited(bom, pages);
    add(bom.output().data(), Visit.Role.LOT);
    add(bom.order(), Visit.Role.OTHER);
    bom.seed().ifPresent(cid -> add(cid, Visit.Role.OTHER));
    origins(bom.inputs().origins(), cited);
    Visit.Role page = cited ? Visit.Role.CITING_PAGE : Visit.Role.INPUT_PAGE;
    bom.inputs().pages().forEach(cid -> add(cid, page));
    bom.inputs().boms().forEach(cid -> add(cid, listedOn(page)));
  }

  /**
   * Whether it is of a source whose records were made elsewhere, as their producers claim: the BOMs
   * are citations then, and files are lots of theirs.
   */
  private static boolean cited(Bom bom, Pages pages) throws IOException {
    boolean origins = !bom.inputs().origins().isEmpty();
    boolean boms = !bom.inputs().boms().isEmpty();
    for (Cid cid : bom.inputs().pages()) {
      if (origins && boms) {
        return true;
      }
      Optional<Block> block = pages.get(cid);
      if (block.isPresent() && document(block.get()).orElse(null) instanceof Page page) {
        origins |= !page.origins().isEmpty();
        boms |= !page.boms().isEmpty();
      }
    }
    return origins && boms;
  }

  /** What the BOMs on a page are to the document that the page belongs to. */
  private static Visit.Role listedOn(Visit.Role page) {
    return switch (page) {
      case CITING_PAGE -> Visit.Role.CITED;
      case INPUT_PAGE -> Visit.Role.INPUT;
      default -> Visit.Role.COMMITTED;
    };
  }

  /** A file whose records are cited is a lot of the other initiative. */
  private void origins(List<Origin> origins, boolean cited) {
    Cid last = null;
    for (Origin origin : origins) {
      if (origin instanceof Origin.File file && !file.file().equals(last)) {
        last = file.file();
        add(last, cited ? Visit.Role.CITED_FILE : Visit.Role.OTHER);
      }
    }
  }

  /** Every link in a value. */
  private void follow(Node node) {
    if (node instanceof Node.Link link) {
      add(link.cid(), Visit.Role.OTHER);
    } else if (node instanceof Node.List list) {
      list.items().forEach(this::follow);
    } else if (node instanceof Node.Map map) {
      map.entries().values().forEach(this::follow);
    }
  }
}
