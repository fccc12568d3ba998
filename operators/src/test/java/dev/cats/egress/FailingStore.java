package dev.cats.egress;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import java.io.IOException;
import java.util.Optional;

/**
 * A store that fails at its n-th call, before or after it has done it: what a crash at that point
 * leaves behind.
 */
final class FailingStore implements BlockStore {
  private final BlockStore store;
  private final int failAt;
  private final boolean afterwards;
  private int calls;

  FailingStore(BlockStore store, int failAt, boolean afterwards) {
    this.store = store;
    this.failAt = failAt;
    this.afterwards = afterwards;
  }

  private interface Call<R> {
    R run() throws IOException;
  }

  private <R> R call(Call<R> call) throws IOException {
    boolean fails = ++calls == failAt;
    if (fails && !afterwards) {
      throw new IOException("crash before call " + calls);
    }
    R result = call.run();
    if (fails) {
      throw new IOException("crash after call " + calls);
    }
    return result;
  }

  private void act(Action action) throws IOException {
    call(
        () -> {
          action.run();
          return true;
        });
  }

  private interface Action {
    void run() throws IOException;
  }

  /** Whether the call that fails was reached. */
  boolean failed() {
    return calls >= failAt;
  }

  @Override
  public String describe() {
    return store.describe();
  }

  @Override
  public Optional<Block> get(Cid cid) throws IOException {
    return call(() -> store.get(cid));
  }

  @Override
  public boolean has(Cid cid) throws IOException {
    return call(() -> store.has(cid));
  }

  @Override
  public SegmentWriter newSegment(String name) throws IOException {
    SegmentWriter segment = call(() -> store.newSegment(name));
    return new SegmentWriter() {
      @Override
      public String name() {
        return segment.name();
      }

      @Override
      public void append(Cid cid, byte[] buffer, int offset, int length) throws IOException {
        act(() -> segment.append(cid, buffer, offset, length));
      }

      @Override
      public long bytes() {
        return segment.bytes();
      }

      @Override
      public int blocks() {
        return segment.blocks();
      }

      @Override
      public void seal() throws IOException {
        act(segment::seal);
      }

      @Override
      public void close() throws IOException {
        segment.close();
      }
    };
  }

  @Override
  public void commit(String segment) throws IOException {
    act(() -> store.commit(segment));
  }

  @Override
  public Optional<Cid> head() throws IOException {
    return call(store::head);
  }

  @Override
  public void moveHead(Optional<Cid> expected, Cid next) throws IOException {
    act(() -> store.moveHead(expected, next));
  }

  @Override
  public Lock lock(String holder) throws IOException {
    return store.lock(holder);
  }

  @Override
  public void check() {}

  @Override
  public void close() throws IOException {
    store.close();
  }
}
