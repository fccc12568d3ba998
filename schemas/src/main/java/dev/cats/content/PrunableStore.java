package dev.cats.content;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/**
 * A store that can let go of whole segments, and remembers of which blocks.
 *
 * <p>What may go, others decide; whoever prunes holds the store's lock. The order: {@link
 * #keepFrom} first, {@link #drop} for each segment, {@link #tidy} last. A crash between any two of
 * these, or in the middle of one, leaves a store that is right: a segment is there with all of its
 * blocks, or all of them are pruned; all of it may be repeated.
 */
public interface PrunableStore extends BlockStore {

  /** The names of the committed segments. */
  Collection<String> segments() throws IOException;

  /** What a committed segment holds. */
  Segment segment(String name) throws IOException;

  /** Says that manifests older than this one are not kept from now on. */
  void keepFrom(Cid manifest) throws IOException;

  /**
   * Removes a committed segment. Its blocks that no other segment holds are pruned from then on.
   * Harmless to repeat.
   */
  void drop(String segment) throws IOException;

  /** Ends what an earlier drop could not end, and puts what is remembered in order. */
  void tidy() throws IOException;

  /**
   * A segment.
   *
   * @param bytes what it takes in the store, without its index
   */
  record Segment(String name, long bytes, List<Cid> blocks) {
    public Segment {
      blocks = List.copyOf(blocks);
    }
  }
}
