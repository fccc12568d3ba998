package dev.cats.egress;

import dev.cats.bom.Document;
import dev.cats.bom.Manifest;
import dev.cats.bom.NodeKey;
import dev.cats.bom.Page;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.SegmentWriter;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.flink.api.connector.sink2.Committer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits checkpoints to the chain: makes the segments visible, writes one signed manifest that
 * links to the one before, and moves HEAD to it last.
 *
 * <p>Every step may be repeated. A crash before HEAD has moved leaves segments that nothing names,
 * and the commitment comes again after the restart; a crash after it is recognised, because the
 * chain already holds a manifest of this run and checkpoint, if further down: another run may have
 * come in between.
 *
 * <p>Holds the store's lock, so that a chain has one writer.
 */
final class ManifestCommitter implements Committer<Commitment> {
  private static final Logger LOG = LoggerFactory.getLogger(ManifestCommitter.class);

  private final String initiative;
  private final BlockStore store;
  private final BlockStore.Lock lock;
  private final NodeKey key;
  private final Prelude prelude;
  private boolean preludeStored;

  /**
   * Whether a commitment may be in the chain already: not if this execution starts from nothing.
   */
  private boolean mayRepeat;

  /**
   * @param restored whether this execution goes on from a checkpoint
   */
  ManifestCommitter(
      String initiative, BlockStore store, NodeKey key, Prelude prelude, boolean restored)
      throws IOException {
    this.initiative = initiative;
    this.store = store;
    this.key = key;
    this.prelude = prelude;
    this.mayRepeat = restored;
    // The lock makes a store that is not there yet.
    this.lock = store.lock("run of initiative " + initiative);
    try {
      store.check();
      checkChain();
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private void checkChain() throws IOException {
    Optional<Manifest> head = Chain.head(store);
    if (head.isPresent() && !head.get().initiative().equals(initiative)) {
      throw new IOException(
          "Cannot run initiative "
              + initiative
              + " on "
              + store.describe()
              + ": it holds the chain of initiative "
              + head.get().initiative()
              + "; use a store of its own");
    }
  }

  @Override
  public void commit(Collection<CommitRequest<Commitment>> requests) throws IOException {
    for (CommitRequest<Commitment> request : requests) {
      if (!commit(request.getCommittable())) {
        request.signalAlreadyCommitted();
      }
    }
  }

  /** Returns false if the chain held the commitment already. */
  boolean commit(Commitment commitment) throws IOException {
    for (String segment : commitment.segments()) {
      store.commit(segment);
    }
    Optional<Cid> head = store.head();
    if (mayRepeat && Chain.holds(store, commitment.run(), commitment.checkpoint())) {
      LOG.info(
          "Checkpoint {} of run {} is in the chain already",
          commitment.checkpoint(),
          commitment.run());
      return false;
    }
    mayRepeat = true;
    String suffix = commitment.checkpoint() + "-" + UUID.randomUUID().toString().substring(0, 13);
    if (!preludeStored) {
      prelude.store(store, "prelude-" + suffix);
      preludeStored = true;
    }
    Cid next = write(commitment, head, "manifest-" + suffix);
    store.moveHead(head, next);
    LOG.info(
        "Committed checkpoint {}: {} BOMs in {} segments, HEAD {}",
        commitment.checkpoint(),
        commitment.boms().size(),
        commitment.segments().size(),
        next);
    return true;
  }

  private Cid write(Commitment commitment, Optional<Cid> previous, String name) throws IOException {
    List<Cid> boms = commitment.boms();
    List<Page> pages = Page.ofBoms(boms);
    Manifest manifest =
        Manifest.signed(
            key,
            initiative,
            commitment.run(),
            commitment.checkpoint(),
            previous,
            pages.isEmpty() ? boms : List.of(),
            pages.stream().map(Document::cid).toList(),
            prelude.artifactCids(),
            commitment.rejected(),
            System.currentTimeMillis());
    Block block = manifest.block();
    try (SegmentWriter segment = store.newSegment(name)) {
      for (Page page : pages) {
        segment.append(page.block());
      }
      segment.append(block);
      segment.seal();
    }
    store.commit(name);
    return block.cid();
  }

  @Override
  public void close() throws Exception {
    lock.close();
    store.close();
  }

  /** Reading the newest end of a chain. */
  static final class Chain {
    private Chain() {}

    static Optional<Manifest> head(BlockStore store) throws IOException {
      Optional<Cid> head = store.head();
      return head.isEmpty() ? Optional.empty() : Optional.of(manifest(store, head.get()));
    }

    /** Whether the chain includes this checkpoint of this run; a run's checkpoints ascend in it. */
    static boolean holds(BlockStore store, String run, long checkpoint) throws IOException {
      Optional<Manifest> at = newest(store, run);
      while (at.isPresent() && at.get().checkpoint() > checkpoint) {
        at = newest(store, run, at.get().previous());
      }
      return at.isPresent() && at.get().checkpoint() == checkpoint;
    }

    /** The newest manifest of this run. */
    static Optional<Manifest> newest(BlockStore store, String run) throws IOException {
      return newest(store, run, store.head());
    }

    private static Optional<Manifest> newest(BlockStore store, String run, Optional<Cid> from)
        throws IOException {
      Optional<Cid> at = from;
      while (at.isPresent()) {
        Manifest manifest = manifest(store, at.get());
        if (manifest.run().equals(run)) {
          return Optional.of(manifest);
        }
        at = manifest.previous();
      }
      return Optional.empty();
    }

    private static Manifest manifest(BlockStore store, Cid cid) throws IOException {
      Block block =
          store
              .get(cid)
              .orElseThrow(
                  () ->
                      new IOException(
                          "Cannot go on with the chain of "
                              + store.describe()
                              + ": manifest "
                              + cid
                              + " is missing; restore the store's segments from a copy"));
      try {
        if (Document.of(block) instanceof Manifest manifest) {
          return manifest;
        }
      } catch (DecodeException e) {
        throw new IOException("Cannot go on with the chain: " + e.getMessage(), e);
      }
      throw new IOException("Cannot go on with the chain: " + cid + " is not a manifest");
    }
  }
}
