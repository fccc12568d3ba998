package dev.cats.lineage;

import dev.cats.bom.Manifest;
import dev.cats.content.Cid;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/**
 * The manifests of a store, newest first: from HEAD, or from any manifest, along {@code previous}.
 * One at a time, so that a chain of years is walked in the memory of one manifest. It ends, because
 * a hash cannot be put into its own input.
 */
public final class Chain {
  private final Documents documents;
  private Optional<Cid> next;
  private String role;

  private Chain(Documents documents, Optional<Cid> newest, String role) {
    this.documents = Objects.requireNonNull(documents, "documents");
    this.next = newest;
    this.role = role;
  }

  /** The committed chain; empty in a store that nothing was committed to. */
  public static Chain ofHead(Documents documents) throws IOException {
    return new Chain(documents, documents.store().head(), "HEAD");
  }

  public static Chain from(Documents documents, Cid newest) {
    return new Chain(documents, Optional.of(newest), "the manifest asked for");
  }

  /** The next older manifest. */
  public Optional<Manifest> next() throws IOException {
    if (next.isEmpty()) {
      return Optional.empty();
    }
    Manifest manifest = documents.manifest(next.get(), role);
    role = "the manifest before " + manifest.cid();
    next = manifest.previous();
    return Optional.of(manifest);
  }

  /** Takes manifests one at a time. */
  @FunctionalInterface
  public interface Visitor {
    void visit(Manifest manifest) throws IOException;
  }

  /**
   * Walks a manifest and those before it, so many at most, the oldest first; in the memory of one
   * manifest too.
   */
  public static void oldestFirst(Documents documents, Cid newest, long most, Visitor visitor)
      throws IOException {
    try (Frontier manifests = new Frontier()) {
      Chain chain = from(documents, newest);
      Optional<Manifest> at = chain.next();
      for (long i = 0; i < most && at.isPresent(); i++) {
        manifests.push(new Visit(at.get().cid(), Visit.Role.MANIFEST, Optional.empty()));
        at = i + 1 < most ? chain.next() : Optional.empty();
      }
      for (Optional<Visit> next = manifests.pop(); next.isPresent(); next = manifests.pop()) {
        visitor.visit(documents.manifest(next.get().cid(), "manifest"));
      }
    }
  }
}
