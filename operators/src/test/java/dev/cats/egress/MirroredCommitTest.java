package dev.cats.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.cats.bom.NodeKey;
import dev.cats.content.Block;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.MemoryBlockStore;
import dev.cats.content.Mirror;
import dev.cats.content.Node;
import dev.cats.content.SegmentWriter;
import dev.cats.content.UnmirroredException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.runtime.throwable.ThrowableClassifier;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a committer tells the mirror of its store, and when. */
class MirroredCommitTest {
  private static final Prelude PRELUDE =
      new Prelude(List.of(Prelude.Document.of(DagCbor.block(Node.of("an order")))), List.of());

  private final String name = "mirrored-" + UUID.randomUUID();
  private final MemoryBlockStore store = MemoryBlockStore.named(name);
  private final RecordingMirror mirror = new RecordingMirror();

  @AfterEach
  void forget() {
    MemoryBlockStore.forget(name);
  }

  private ManifestCommitter committer() throws IOException {
    return new ManifestCommitter(
        "sample",
        store,
        Optional.of(mirror),
        NodeKey.generate(),
        PRELUDE,
        EgressSink.NO_LOG,
        false);
  }

  private Commitment commitment(boolean last) throws IOException {
    Block bom = DagCbor.block(Node.of("a bom"));
    try (SegmentWriter segment = store.newSegment("lots")) {
      segment.append(bom);
      segment.seal();
    }
    return new Commitment("run", 1, List.of("lots"), List.of(bom.cid()), 0, last);
  }

  private static void commit(ManifestCommitter committer, Commitment commitment)
      throws IOException {
    committer.commit(List.of(new Request(commitment)));
  }

  @Test
  void itHearsOfEverySegmentThenOfHeadAndMayHoldTheJobBack() throws Exception {
    try (ManifestCommitter committer = committer()) {
      commit(committer, commitment(false));
      assertThat(mirror.calls)
          .containsExactly(
              "follow",
              "committed lots",
              "committed prelude",
              "committed manifest",
              "moved " + store.head().orElseThrow(),
              "room");
    }
    assertThat(mirror.calls).endsWith("close");
  }

  @Test
  void theLastCommitmentWaitsForAllOfIt() throws Exception {
    try (ManifestCommitter committer = committer()) {
      commit(committer, commitment(true));
      assertThat(mirror.calls).endsWith("room", "drain");
      mirror.calls.clear();
      commit(committer, new Commitment("run", 2, List.of(), List.of(), 0, true));
      assertThat(mirror.calls).as("no manifest of nothing").containsExactly("room", "drain");
    }
  }

  @Test
  void aMirrorThatIsAwayAtTheEndFailsTheJobForGoodAndAllIsCommitted() throws Exception {
    mirror.away = true;
    try (ManifestCommitter committer = committer()) {
      Commitment last = commitment(true);
      assertThatIOException()
          .isThrownBy(() -> commit(committer, last))
          .withMessage("it is away")
          .satisfies(
              e ->
                  assertThat(ThrowableClassifier.getThrowableType(e))
                      .isEqualTo(ThrowableType.NonRecoverableError));
    }
    assertThat(store.head()).isPresent();
  }

  @Test
  void theWriterSaysWhichCommitmentIsTheLastEvenIfItIsEmpty() {
    EgressSink.Writer writer = new EgressSink.Writer("run");
    writer.flush(false);
    assertThat(writer.prepareCommit()).isEmpty();
    writer.flush(true);
    assertThat(writer.prepareCommit())
        .containsExactly(new Commitment("run", 0, List.of(), List.of(), 0, true));
  }

  /** What Flink asks the committer with. */
  private record Request(Commitment commitment) implements Committer.CommitRequest<Commitment> {
    @Override
    public Commitment getCommittable() {
      return commitment;
    }

    @Override
    public int getNumberOfRetries() {
      return 0;
    }

    @Override
    public void signalFailedWithKnownReason(Throwable t) {
      throw new AssertionError(t);
    }

    @Override
    public void signalFailedWithUnknownReason(Throwable t) {
      throw new AssertionError(t);
    }

    @Override
    public void retryLater() {
      throw new AssertionError("Nothing to retry");
    }

    @Override
    public void updateAndRetryLater(Commitment committable) {
      throw new AssertionError("Nothing to retry");
    }

    @Override
    public void signalAlreadyCommitted() {
      throw new AssertionError("Nothing was committed before");
    }
  }

  /** Writes down what it is told. */
  private static final class RecordingMirror implements Mirror {
    private final List<String> calls = new ArrayList<>();
    private boolean away;

    @Override
    public String describe() {
      return "recording";
    }

    @Override
    public void follow() {
      calls.add("follow");
    }

    @Override
    public void committed(String segment) {
      calls.add("committed " + segment.replaceFirst("-.*", ""));
    }

    @Override
    public void moved(Cid head) {
      calls.add("moved " + head);
    }

    @Override
    public void awaitRoom() {
      calls.add("room");
    }

    @Override
    public void drain() throws IOException {
      calls.add("drain");
      if (away) {
        throw new UnmirroredException("it is away");
      }
    }

    @Override
    public Backlog backlog() {
      return new Backlog(0, 0, 0);
    }

    @Override
    public void close() {
      calls.add("close");
    }
  }
}
