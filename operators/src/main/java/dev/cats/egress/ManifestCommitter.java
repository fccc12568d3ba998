package dev.cats.egress;

import dev.cats.bom.Document;
import dev.cats.bom.LineageLog;
import dev.cats.bom.Manifest;
import dev.cats.bom.NodeKey;
import dev.cats.bom.Page;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.Mirror;
import dev.cats.content.MirroredStore;
import dev.cats.content.SegmentWriter;
import dev.cats.content.UnmirroredException;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import dev.cats.lineage.MissingBlockException;
import dev.cats.lot.Closing;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits checkpoints to the chain: makes the segments visible, writes one signed manifest that
 * links to the one before, moves HEAD to it, and tells the lineage log last.
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
  private final LineageLog log;
  private final Optional<Mirror> mirror;
  private boolean preludeStored;

  /**
   * Whether a commitment may be in the chain already: not if this execution starts from nothing.
   */
  private boolean mayRepeat;

  /**
   * @param mirror what follows the store, and is closed with it
   * @param restored whether this execution goes on from a checkpoint
   */
  ManifestCommitter(
      String initiative,
      BlockStore store,
      Optional<Mirror> mirror,
      NodeKey key,
      Prelude prelude,
      LineageLog log,
      boolean restored)
      throws IOException {
    this.initiative = initiative;
    this.mirror = mirror;
    this.store = mirror.isPresent() ? new MirroredStore(store, mirror.get()) : store;
    this.key = key;
    this.prelude = prelude;
    this.log = log;
    this.mayRepeat = restored;
    // The lock makes a store that is not there yet.
    this.lock = this.store.lock("run of initiative " + initiative);
    try {
      store.check();
      checkChain();
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private void checkChain() throws IOException {
    Optional<Manifest> head = head();
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

  private Optional<Manifest> head() throws IOException {
    try {
      return Chain.ofHead(new Documents(store)).next();
    } catch (MissingBlockException e) {
      throw new IOException(
          "Cannot go on with the chain of "
              + store.describe()
              + ": manifest "
              + e.cid()
              + " is missing; restore the store's segments from a copy",
          e);
    }
  }

  @Override
  public void commit(Collection<CommitRequest<Commitment>> requests) throws IOException {
    for (CommitRequest<Commitment> request : requests) {
      if (!commit(request.getCommittable())) {
        request.signalAlreadyCommitted();
      }
      if (mirror.isPresent()) {
        follow(mirror.get(), request.getCommittable().last());
      }
    }
  }

  /** Lets the mirror fall back only so far, and at the end not at all. */
  private static void follow(Mirror mirror, boolean last) throws IOException {
    mirror.awaitRoom();
    if (last) {
      try {
        mirror.drain();
      } catch (UnmirroredException e) {
        throw new MirrorAwayException(e);
      }
    }
  }

  /** To start the job again would not help: it has done all that it has to do. */
  @ThrowableAnnotation(ThrowableType.NonRecoverableError)
  private static final class MirrorAwayException extends IOException {
    private static final long serialVersionUID = 1;

    MirrorAwayException(UnmirroredException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** Returns false if the chain held the commitment already. */
  boolean commit(Commitment commitment) throws IOException {
    for (String segment : commitment.segments()) {
      store.commit(segment);
    }
    if (commitment.isEmpty()) {
      return true;
    }
    Optional<Cid> head = store.head();
    if (mayRepeat) {
      Optional<Manifest> known = find(store, commitment.run(), commitment.checkpoint());
      if (known.isPresent()) {
        LOG.info(
            "Checkpoint {} of run {} is in the chain already",
            commitment.checkpoint(),
            commitment.run());
        // The crash may have come between HEAD and the log.
        log.committed(known.get(), commitment.boms());
        return false;
      }
    }
    mayRepeat = true;
    String suffix = commitment.checkpoint() + "-" + UUID.randomUUID().toString().substring(0, 13);
    if (!preludeStored) {
      prelude.store(store, "prelude-" + suffix);
      preludeStored = true;
    }
    Manifest next = write(commitment, head, "manifest-" + suffix);
    store.moveHead(head, next.cid());
    log.committed(next, commitment.boms());
    LOG.info(
        "Committed checkpoint {}: {} BOMs in {} segments, HEAD {}",
        commitment.checkpoint(),
        commitment.boms().size(),
        commitment.segments().size(),
        next.cid());
    return true;
  }

  private Manifest write(Commitment commitment, Optional<Cid> previous, String name)
      throws IOException {
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
    return manifest;
  }

  @Override
  public void close() {
    Closing.quietly(log, lock, store);
  }

  /** The manifest of this checkpoint of this run; a run's checkpoints ascend in the chain. */
  private static Optional<Manifest> find(BlockStore store, String run, long checkpoint)
      throws IOException {
    Chain chain = Chain.ofHead(new Documents(store));
    Optional<Manifest> at = newest(chain, run);
    while (at.isPresent() && at.get().checkpoint() > checkpoint) {
      at = newest(chain, run);
    }
    return at.filter(manifest -> manifest.checkpoint() == checkpoint);
  }

  /** The newest manifest of this run in what is left of a chain. */
  static Optional<Manifest> newest(Chain chain, String run) throws IOException {
    Optional<Manifest> at = chain.next();
    while (at.isPresent() && !at.get().run().equals(run)) {
      at = chain.next();
    }
    return at;
  }
}
