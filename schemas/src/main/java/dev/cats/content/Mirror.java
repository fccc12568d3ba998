package dev.cats.content;

import java.io.Closeable;
import java.io.IOException;

/**
 * A second store that follows a first one: whatever is committed to the first comes to it a little
 * later, and its HEAD moves to a manifest when all that the first had committed by then has
 * arrived. What is on its way is the <i>backlog</i>; the first store keeps it, so a mirror holds
 * names only and can be away for a while.
 *
 * <p>A mirror finds out itself what its store lacks, also of what was committed before it was
 * there. It never fails a commit: it says in the log what keeps it, and tries again.
 *
 * <p>Called by one thread, that of the writer of the first store.
 */
public interface Mirror extends Closeable {

  /** The store that follows, as a person would name it. */
  String describe();

  /** Begins to follow; does not wait for anything. */
  void follow();

  /** A segment was committed to the first store. */
  void committed(String segment);

  /** HEAD of the first store was moved, after all segments that it needs were committed. */
  void moved(Cid head);

  /**
   * Waits until the backlog is within its limit.
   *
   * @throws java.io.InterruptedIOException if the thread is interrupted meanwhile
   */
  void awaitRoom() throws IOException;

  /**
   * Waits until everything has arrived.
   *
   * @throws UnmirroredException if nothing more gets through, for as long as {@link
   *     MirrorSettings#atEnd} allows
   */
  void drain() throws IOException;

  /** What is on its way now. */
  Backlog backlog();

  /**
   * What the first store has and the second one does not, as far as that is known.
   *
   * @param bytes of these segments, as archives
   * @param manifests that HEAD of the second store is behind
   */
  record Backlog(long segments, long bytes, long manifests) {}
}
