package dev.cats.content;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Where blocks are kept: found by CID, written in segments, with one HEAD that names the newest
 * document of the chain.
 *
 * <p>What every store promises, and {@code BlockStoreContract} tests:
 *
 * <ul>
 *   <li><b>Whatever is read is hashed and compared.</b> A block that comes back is the block that
 *       was asked for.
 *   <li><b>A segment is seen whole or not at all.</b> Its blocks appear when it is committed, which
 *       may be said more than once and by another process than the one that wrote it: a commit that
 *       was interrupted is simply repeated.
 *   <li><b>HEAD moves by compare and swap.</b> Of two that move it from the same place, one gets a
 *       {@link StaleHeadException}.
 *   <li><b>What was said to be done survives</b> the end of the process, as far as the store is one
 *       that can outlive it.
 * </ul>
 *
 * <p>The order of a checkpoint: {@link #newSegment}, append, {@link SegmentWriter#seal} before the
 * barrier passes; {@link #commit} for each of its segments once the checkpoint is complete; the
 * manifest in a segment of its own; {@link #moveHead} last. A crash between any two of these leaves
 * segments that nothing names, never a HEAD that names what is not there.
 *
 * <p>Stores are safe for use by several threads; a {@link SegmentWriter} belongs to one.
 */
public interface BlockStore extends Closeable {

  /** The store as a person would name it: {@code folder /data/cats-data}. */
  String describe();

  /**
   * The block of this CID if a committed segment holds it.
   *
   * @throws CorruptBlockException if one should hold it and the stored bytes are not the block
   */
  Optional<Block> get(Cid cid) throws IOException;

  /** Whether a committed segment claims to hold this block; its bytes are not read. */
  boolean has(Cid cid) throws IOException;

  /**
   * Starts a segment that nobody sees until it is sealed and committed.
   *
   * @param name as {@link SegmentWriter#checkedName} has it, never used before in this store
   */
  SegmentWriter newSegment(String name) throws IOException;

  /**
   * Makes a sealed segment visible. Harmless to repeat, at any point at which an earlier commit may
   * have stopped.
   */
  void commit(String segment) throws IOException;

  /** What HEAD names; empty in a store that nothing was committed to. */
  Optional<Cid> head() throws IOException;

  /**
   * Moves HEAD, durably, if it is where the caller last saw it.
   *
   * @throws StaleHeadException if it is not; HEAD then stays as it is
   */
  void moveHead(Optional<Cid> expected, Cid next) throws IOException;

  /**
   * Claims the store for one writer. Readers need no lock.
   *
   * @param holder who takes it, in words for the one who comes second: {@code run of
   *     usgs-seismology}
   * @throws StoreLockedException if another writer has it
   */
  Lock lock(String holder) throws IOException;

  /**
   * Whether the store could be read and written now; an IOException that says what to do, if not.
   * Changes nothing. A store that is yet to be made by its first {@link #lock} or {@link
   * #newSegment} is missing here.
   */
  void check() throws IOException;

  /** As {@link #check}, for those who only read. */
  default void checkReadable() throws IOException {
    check();
  }

  /**
   * Reads every committed block, whether anything links to it or not, and says what is damaged; an
   * empty list is good news. Costs a read of the whole store.
   */
  default List<CorruptBlockException> inspect() throws IOException {
    return List.of();
  }

  /**
   * Whether the store held this block and let go of it on purpose ({@link PrunableStore}), which is
   * not the same as missing it.
   */
  default boolean wasPruned(Cid cid) throws IOException {
    return false;
  }

  /**
   * The oldest manifest of which everything is kept, if the store was ever pruned: what only older
   * ones committed may be gone.
   */
  default Optional<Cid> keptFrom() throws IOException {
    return Optional.empty();
  }

  /** A claim on a store, given back by closing it or by the end of the process. */
  interface Lock extends Closeable {}
}
