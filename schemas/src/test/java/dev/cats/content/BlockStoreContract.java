package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What every block store promises. The test of a store extends this class and says how to open one;
 * two stores opened in one test are the same store seen by two users. Those that only read keep the
 * half of it in {@link BlockReadContract}.
 */
public abstract class BlockStoreContract extends BlockReadContract {
  private int given;

  @Override
  protected void given(List<Block> blocks) throws IOException {
    String name = "given-" + given++;
    write(name, blocks);
    store.commit(name);
  }

  @Test
  void aNewStoreIsEmptyAndUsable() throws IOException {
    Block block = Block.of(Cid.RAW, Bytes.utf8("never stored"));

    assertThat(store.head()).isEmpty();
    assertThat(store.has(block.cid())).isFalse();
    assertThat(store.get(block.cid())).isEmpty();
    assertThat(store.describe()).isNotBlank();
    store.lock("the first user").close();
    store.check();
    store.checkReadable();
    assertThat(store.inspect()).isEmpty();
  }

  @Test
  void theCallersBufferMayBeUsedAgain() throws IOException {
    byte[] buffer = new byte[300];
    List<Block> blocks = blocks(2, 5);
    try (SegmentWriter writer = store.newSegment("buffer")) {
      for (Block block : blocks) {
        byte[] bytes = block.bytes().toArray();
        System.arraycopy(bytes, 0, buffer, 7, bytes.length);
        writer.append(block.cid(), buffer, 7, bytes.length);
        java.util.Arrays.fill(buffer, (byte) 0xee);
      }
      writer.seal();
    }
    store.commit("buffer");

    for (Block block : blocks) {
      assertThat(store.get(block.cid()).orElseThrow().bytes()).isEqualTo(block.bytes());
    }
  }

  @Test
  void theWriterCountsWhatItWrote() throws IOException {
    try (SegmentWriter writer = store.newSegment("counted")) {
      assertThat(writer.name()).isEqualTo("counted");
      assertThat(writer.blocks()).isZero();
      long before = writer.bytes();
      writer.append(Block.of(Cid.RAW, Bytes.wrap(new byte[1000])));
      assertThat(writer.blocks()).isEqualTo(1);
      assertThat(writer.bytes() - before).isBetween(1000L, 1100L);
    }
  }

  @Test
  void nothingIsSeenBeforeTheCommit() throws IOException {
    Block block = Block.of(Cid.RAW, Bytes.utf8("not yet"));
    SegmentWriter writer = store.newSegment("staged");
    writer.append(block);
    assertThat(store.has(block.cid())).isFalse();
    writer.seal();
    writer.close();
    assertThat(store.has(block.cid())).isFalse();
    assertThat(store.get(block.cid())).isEmpty();

    store.commit("staged");
    assertThat(store.has(block.cid())).isTrue();
  }

  @Test
  void anotherUserCommitsWhatThisOneSealed() throws IOException {
    Block block = Block.of(Cid.RAW, Bytes.utf8("handed over"));
    write("handed-over", List.of(block));

    open().commit("handed-over");

    assertThat(store.get(block.cid())).contains(block);
  }

  @Test
  void aCommitMayBeRepeated() throws IOException {
    Block block = Block.of(Cid.RAW, Bytes.utf8("twice"));
    write("twice", List.of(block));
    store.commit("twice");
    store.commit("twice");
    open().commit("twice");

    assertThat(store.get(block.cid())).contains(block);
  }

  @Test
  void anEmptySegmentCanBeCommitted() throws IOException {
    write("empty", List.of());
    store.commit("empty");
    store.commit("empty");
    assertThat(store.has(Block.of(Cid.RAW, Bytes.EMPTY).cid())).isFalse();
  }

  @Test
  void theSameBlockInTwoSegmentsIsOneBlock() throws IOException {
    Block block = Block.of(Cid.RAW, Bytes.utf8("shared"));
    write("first", List.of(block, block));
    write("second", List.of(block));
    store.commit("first");
    store.commit("second");

    assertThat(store.get(block.cid())).contains(block);
  }

  @Test
  void anUnknownSegmentCannotBeCommitted() {
    assertThatIOException()
        .isThrownBy(() -> store.commit("nobody"))
        .withMessageStartingWith("Cannot commit segment nobody: ")
        .withMessageContaining("none of this name");
  }

  @Test
  void aSegmentThatIsNotSealedCannotBeCommitted() throws IOException {
    try (SegmentWriter writer = store.newSegment("open")) {
      writer.append(Block.of(Cid.RAW, Bytes.utf8("unsealed")));
      assertThatIOException()
          .isThrownBy(() -> store.commit("open"))
          .withMessage("Cannot commit segment open: it is not sealed");
      writer.seal();
    }
    store.commit("open");
  }

  @Test
  void closingWithoutSealingThrowsTheSegmentAway() throws IOException {
    Block block = Block.of(Cid.RAW, Bytes.utf8("dropped"));
    try (SegmentWriter writer = store.newSegment("dropped")) {
      writer.append(block);
    }

    assertThatIOException().isThrownBy(() -> store.commit("dropped"));
    assertThat(store.has(block.cid())).isFalse();
    write("dropped", List.of(block));
    store.commit("dropped");
    assertThat(store.has(block.cid())).isTrue();
  }

  @Test
  void aNameIsUsedOnce() throws IOException {
    write("name", blocks(3, 1));
    assertThatIOException()
        .isThrownBy(() -> store.newSegment("name"))
        .withMessageStartingWith("Cannot start segment name: ");
    store.commit("name");
    assertThatIOException()
        .isThrownBy(() -> store.newSegment("name"))
        .withMessageStartingWith("Cannot start segment name: ");
  }

  @Test
  void namesThatAreNoFileNamesAreRefused() throws IOException {
    for (String bad : List.of("", "A", "a/b", "..", "a.b", "a b", "ä", "a".repeat(121))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.newSegment(bad))
          .withMessage(
              "Invalid segment name: expected 1 to 120 of a-z, 0-9 and '-', found \"" + bad + "\"");
    }
    store.newSegment("a".repeat(120)).close();
  }

  @Test
  void aSealedWriterTakesNothingMore() throws IOException {
    SegmentWriter writer = store.newSegment("sealed");
    writer.seal();
    Block block = Block.of(Cid.RAW, Bytes.utf8("late"));
    assertThatThrownBy(() -> writer.append(block))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot append to segment sealed: it is sealed");
    assertThatThrownBy(writer::seal).isInstanceOf(IllegalStateException.class);
    writer.close();
    writer.close();
  }

  @Test
  void headMovesFromWhereItIs() throws IOException {
    Cid first = Block.of(Cid.DAG_CBOR, Bytes.fromHex("01")).cid();
    Cid second = Block.of(Cid.DAG_CBOR, Bytes.fromHex("02")).cid();

    store.moveHead(Optional.empty(), first);
    assertThat(store.head()).contains(first);
    assertThat(open().head()).contains(first);
    store.moveHead(Optional.of(first), second);
    assertThat(open().head()).contains(second);
  }

  @Test
  void aStaleHeadIsRefusedAndSaysBothSides() throws IOException {
    Cid first = Block.of(Cid.DAG_CBOR, Bytes.fromHex("01")).cid();
    Cid second = Block.of(Cid.DAG_CBOR, Bytes.fromHex("02")).cid();
    store.moveHead(Optional.empty(), first);

    assertThatThrownBy(() -> store.moveHead(Optional.empty(), second))
        .asInstanceOf(throwable(StaleHeadException.class))
        .hasMessageContaining("expected  no HEAD\n")
        .hasMessageContaining("found     " + first)
        .satisfies(
            stale -> {
              assertThat(stale.expected()).isEmpty();
              assertThat(stale.found()).contains(first);
            });
    assertThat(store.head()).contains(first);
  }

  @Test
  void ofManyWhoMoveHeadFromOnePlaceOneWins() throws Exception {
    Cid start = Block.of(Cid.DAG_CBOR, Bytes.fromHex("00")).cid();
    store.moveHead(Optional.empty(), start);
    List<Callable<Boolean>> movers = new ArrayList<>();
    CountDownLatch go = new CountDownLatch(1);
    for (int i = 1; i <= 8; i++) {
      Cid next = Block.of(Cid.RAW, Bytes.of((byte) i)).cid();
      BlockStore mine = open();
      movers.add(
          () -> {
            go.await();
            try {
              mine.moveHead(Optional.of(start), next);
              return true;
            } catch (StaleHeadException e) {
              return false;
            }
          });
    }

    assertThat(inParallel(movers, go)).containsOnlyOnce(true);
    assertThat(store.head()).isPresent().isNotEqualTo(Optional.of(start));
  }

  @Test
  void oneWriterHoldsTheLockAndTheMessageNamesIt() throws IOException {
    BlockStore second = open();
    try (BlockStore.Lock held = store.lock("run of usgs-seismology")) {
      assertThat(held).isNotNull();
      for (BlockStore other : List.of(second, store)) {
        assertThatThrownBy(() -> other.lock("another run"))
            .asInstanceOf(throwable(StoreLockedException.class))
            .hasMessageContaining(store.describe())
            .hasMessageContaining("run of usgs-seismology")
            .satisfies(locked -> assertThat(locked.holder()).contains("run of usgs-seismology"));
      }
      assertThatCode(second::check).doesNotThrowAnyException();
    }
    BlockStore.Lock again = second.lock("another run");
    again.close();
    again.close();
    store.lock("a third").close();
  }

  @Test
  void closingALockTwiceDoesNotFreeTheNextOne() throws IOException {
    BlockStore.Lock first = store.lock("first");
    first.close();
    try (BlockStore.Lock second = store.lock("second")) {
      assertThat(second).isNotNull();
      first.close();
      assertThatThrownBy(() -> store.lock("third")).isInstanceOf(StoreLockedException.class);
    }
  }

  @Test
  void severalSegmentsAreWrittenAndReadAtOnce() throws Exception {
    int writers = 4;
    List<List<Block>> all = new ArrayList<>();
    List<Callable<Boolean>> tasks = new ArrayList<>();
    CountDownLatch go = new CountDownLatch(1);
    BlockStore reader = open();
    for (int w = 0; w < writers; w++) {
      List<Block> blocks = blocks(100 + w, 50);
      String name = "parallel-" + w;
      all.add(blocks);
      tasks.add(
          () -> {
            go.await();
            write(name, blocks);
            store.commit(name);
            for (Block block : blocks) {
              if (!reader.get(block.cid()).orElseThrow().bytes().equals(block.bytes())) {
                return false;
              }
            }
            return true;
          });
    }

    assertThat(inParallel(tasks, go)).hasSize(writers).containsOnly(true);
    for (List<Block> blocks : all) {
      for (Block block : blocks) {
        assertThat(store.get(block.cid())).contains(block);
      }
    }
  }

  /** Writes and seals a segment. */
  protected final void write(String name, List<Block> blocks) throws IOException {
    try (SegmentWriter writer = store.newSegment(name)) {
      for (Block block : blocks) {
        writer.append(block);
      }
      writer.seal();
    }
  }

  private static <T> List<T> inParallel(List<Callable<T>> tasks, CountDownLatch go)
      throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(tasks.size());
    try {
      List<Future<T>> futures = tasks.stream().map(pool::submit).toList();
      go.countDown();
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get(60, TimeUnit.SECONDS));
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }
}
