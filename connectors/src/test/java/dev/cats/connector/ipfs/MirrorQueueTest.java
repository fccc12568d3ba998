package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.connector.ipfs.MirrorQueue.Look;
import dev.cats.connector.ipfs.MirrorQueue.Move;
import dev.cats.connector.ipfs.MirrorQueue.Send;
import dev.cats.connector.ipfs.MirrorQueue.Task;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.Mirror.Backlog;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MirrorQueueTest {
  private static final Cid ONE = cid("one");
  private static final Cid TWO = cid("two");
  private static final Cid THREE = cid("three");

  private final MirrorQueue queue = new MirrorQueue(2);

  private static Cid cid(String text) {
    return Cid.sha256(Cid.DAG_CBOR, Bytes.utf8(text));
  }

  private Task take() throws InterruptedException {
    return queue.take().orElseThrow();
  }

  /** Looks, and finds these segments there and HEAD at this place. */
  private void look(Optional<Cid> at, String... there) throws InterruptedException {
    assertThat(take()).isEqualTo(new Look());
    queue.looked(Set.of(there), at);
  }

  @Test
  void headMovesWhenAllThatCameBeforeIsStoredAndToTheNewest() throws Exception {
    look(Optional.empty());
    queue.add("a", 1);
    queue.add(ONE);
    queue.add("b", 2);
    queue.add(TWO);
    queue.add("c", 4);
    queue.add(THREE);
    Send a = (Send) take();
    Send b = (Send) take();
    queue.sent(b);
    Send c = (Send) take();
    assertThat(List.of(a, b, c)).containsExactly(new Send("a"), new Send("b"), new Send("c"));
    assertThat(queue.backlog()).isEqualTo(new Backlog(2, 5, 3));
    queue.sent(a);
    Move move = (Move) take();
    assertThat(move).isEqualTo(new Move(Optional.empty(), TWO));
    queue.sent(c);
    queue.moved(move);
    assertThat(queue.backlog()).isEqualTo(new Backlog(0, 0, 1));
    assertThat(queue.isDone()).isFalse();
    Move last = (Move) take();
    assertThat(last).isEqualTo(new Move(Optional.of(TWO), THREE));
    queue.moved(last);
    assertThat(queue.isDone()).isTrue();
  }

  @Test
  void whatALookFindsMissingComesBeforeEveryMove() throws Exception {
    queue.add(TWO);
    queue.add("old", 1);
    queue.add("there", 1);
    look(Optional.of(ONE), "there");
    Send old = (Send) take();
    assertThat(old).isEqualTo(new Send("old"));
    assertThat(queue.backlog()).isEqualTo(new Backlog(1, 1, 1));
    queue.sent(old);
    assertThat(take()).isEqualTo(new Move(Optional.of(ONE), TWO));
  }

  @Test
  void targetsUpToWhereHeadIsAreReached() throws Exception {
    queue.add(ONE);
    queue.add(TWO);
    queue.add(THREE);
    look(Optional.of(TWO));
    assertThat(take()).isEqualTo(new Move(Optional.of(TWO), THREE));
  }

  @Test
  void afterAFailureNothingIsDoneBeforeANewLookAndNoLookWhileSomethingIsSent() throws Exception {
    look(Optional.empty());
    queue.add("a", 1);
    queue.add("b", 1);
    Send a = (Send) take();
    Send b = (Send) take();
    queue.failed(a, 0);
    CompletableFuture<Task> next = CompletableFuture.supplyAsync(this::taken);
    assertThat(next).isNotDone();
    queue.sent(b);
    assertThat(next.get(1, TimeUnit.MINUTES)).isEqualTo(new Look());
    queue.looked(Set.of("b"), Optional.empty());
    assertThat(take()).isEqualTo(new Send("a"));
    queue.failed(a, 0);
    assertThat(take()).isEqualTo(new Look());
    queue.failed(new Look(), 0);
    assertThat(take()).isEqualTo(new Look());
    assertThat(queue.backlog()).isEqualTo(new Backlog(1, 1, 0));
  }

  private Task taken() {
    try {
      return take();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aSegmentIsSentOnceHoweverOftenItIsCommitted() throws Exception {
    look(Optional.empty());
    queue.add("a", 7);
    queue.add("a", 7);
    assertThat(queue.backlog()).isEqualTo(new Backlog(1, 7, 0));
  }

  @Test
  void whoWaitsIsToldWhenItIsClosed() throws Exception {
    CompletableFuture<Optional<Task>> first =
        CompletableFuture.supplyAsync(() -> Optional.of(taken()));
    assertThat(first.get(1, TimeUnit.MINUTES)).contains(new Look());
    queue.close();
    assertThat(queue.take()).isEmpty();
  }
}
