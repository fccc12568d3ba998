package dev.cats.content;

import java.io.IOException;
import java.util.Optional;

/** A store that blocks are only fetched from: whatever would change it is refused. */
public interface ReadOnlyStore extends BlockStore {
  @Override
  default void check() throws IOException {
    throw readOnly("write to");
  }

  @Override
  void checkReadable() throws IOException;

  @Override
  default SegmentWriter newSegment(String segment) throws IOException {
    throw readOnly("start segment " + segment + " in");
  }

  @Override
  default void commit(String segment) throws IOException {
    throw readOnly("commit segment " + segment + " to");
  }

  @Override
  default void moveHead(Optional<Cid> expected, Cid next) throws IOException {
    throw readOnly("move HEAD of");
  }

  @Override
  default Lock lock(String holder) throws IOException {
    throw readOnly("lock");
  }

  private IOException readOnly(String what) {
    return new IOException(
        "Cannot %s %s: it is read-only. Name a folder or a node as the store"
            .formatted(what, describe()));
  }
}
