package dev.cats.content;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A store that tells its mirror of everything that is committed to it. What is asked for, the store
 * itself answers; the mirror is closed with it.
 */
public final class MirroredStore implements BlockStore {
  private final BlockStore store;
  private final Mirror mirror;

  public MirroredStore(BlockStore store, Mirror mirror) {
    this.store = store;
    this.mirror = mirror;
  }

  @Override
  public String describe() {
    return store.describe();
  }

  @Override
  public Optional<Block> get(Cid cid) throws IOException {
    return store.get(cid);
  }

  @Override
  public boolean has(Cid cid) throws IOException {
    return store.has(cid);
  }

  @Override
  public SegmentWriter newSegment(String name) throws IOException {
    return store.newSegment(name);
  }

  @Override
  public void commit(String segment) throws IOException {
    store.commit(segment);
    mirror.committed(segment);
  }

  @Override
  public Optional<Cid> head() throws IOException {
    return store.head();
  }

  @Override
  public void moveHead(Optional<Cid> expected, Cid next) throws IOException {
    store.moveHead(expected, next);
    mirror.moved(next);
  }

  /**
   * The mirror begins to follow when somebody writes to the store, and ends before the next one
   * can.
   */
  @Override
  public Lock lock(String holder) throws IOException {
    Lock lock = store.lock(holder);
    mirror.follow();
    return () -> {
      try (lock) {
        mirror.close();
      }
    };
  }

  @Override
  public void check() throws IOException {
    store.check();
  }

  @Override
  public void checkReadable() throws IOException {
    store.checkReadable();
  }

  @Override
  public List<CorruptBlockException> inspect() throws IOException {
    return store.inspect();
  }

  @Override
  public boolean wasPruned(Cid cid) throws IOException {
    return store.wasPruned(cid);
  }

  @Override
  public Optional<Cid> keptFrom() throws IOException {
    return store.keptFrom();
  }

  @Override
  public void close() throws IOException {
    try (store) {
      mirror.close();
    }
  }
}
