package dev.cats.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.bom.Document;
import dev.cats.bom.Manifest;
import dev.cats.bom.NodeKey;
import dev.cats.bom.Page;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.MemoryBlockStore;
import dev.cats.content.Node;
import dev.cats.content.SegmentWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.flink.api.connector.sink2.Committer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ManifestCommitterTest {
  private static final String RUN = "run-a";
  private static final NodeKey KEY = NodeKey.generate();
  private static final Prelude PRELUDE =
      new Prelude(List.of(Prelude.Document.of(DagCbor.block(Node.of("an order")))), List.of());

  private final List<String> names = new ArrayList<>();

  @AfterEach
  void forget() {
    names.forEach(MemoryBlockStore::forget);
  }

  private MemoryBlockStore store() {
    String name = "committer-" + UUID.randomUUID();
    names.add(name);
    return MemoryBlockStore.named(name);
  }

  private static ManifestCommitter committer(BlockStore store, boolean restored)
      throws IOException {
    return new ManifestCommitter(
        "sample", store, Optional.empty(), KEY, PRELUDE, EgressSink.NO_LOG, restored);
  }

  /** A commitment of one sealed segment with one BOM of sorts. */
  private static Commitment commitment(BlockStore store, String run, long checkpoint)
      throws IOException {
    String name = "lots-" + UUID.randomUUID();
    Block bom = DagCbor.block(Node.of("bom " + run + " " + checkpoint));
    try (SegmentWriter segment = store.newSegment(name)) {
      segment.append(bom);
      segment.seal();
    }
    return new Commitment(run, checkpoint, List.of(name), List.of(bom.cid()), checkpoint, false);
  }

  /** The chain, oldest first; checks signatures and that every named BOM can be fetched. */
  private static List<Manifest> chain(BlockStore store) throws Exception {
    List<Manifest> all = new ArrayList<>();
    Optional<Cid> at = store.head();
    while (at.isPresent()) {
      Manifest manifest = (Manifest) Document.of(store.get(at.get()).orElseThrow());
      assertThat(manifest.signatureValid()).isTrue();
      for (Cid bom : manifest.boms()) {
        assertThat(store.has(bom)).isTrue();
      }
      all.add(manifest);
      at = manifest.previous();
    }
    Collections.reverse(all);
    return all;
  }

  private static List<String> names(List<Manifest> chain) {
    return chain.stream().map(each -> each.run() + "/" + each.checkpoint()).toList();
  }

  @Test
  void oneSignedManifestPerCommitmentEachLinkedToTheOneBefore() throws Exception {
    MemoryBlockStore store = store();
    try (ManifestCommitter committer = committer(store, false)) {
      for (int checkpoint = 1; checkpoint <= 3; checkpoint++) {
        assertThat(committer.commit(commitment(store, RUN, checkpoint))).isTrue();
      }
    }
    List<Manifest> chain = chain(store);
    assertThat(names(chain)).containsExactly("run-a/1", "run-a/2", "run-a/3");
    assertThat(chain.get(0).previous()).isEmpty();
    assertThat(chain).extracting(Manifest::initiative).containsOnly("sample");
    assertThat(chain).extracting(Manifest::rejected).containsExactly(1L, 2L, 3L);
    assertThat(chain).extracting(Manifest::node).containsOnly(KEY.did());
    assertThat(store.segments()).filteredOn(name -> name.startsWith("prelude-")).hasSize(1);
  }

  @Test
  void aCrashAtAnyCallIsMadeGoodByCommittingAgain() throws Exception {
    for (boolean afterwards : new boolean[] {false, true}) {
      int crashes = 0;
      for (int failAt = 1; ; failAt++) {
        MemoryBlockStore store = store();
        try (ManifestCommitter committer = committer(store, false)) {
          committer.commit(commitment(store, RUN, 1));
        }
        Commitment second = commitment(store, RUN, 2);
        FailingStore failing = new FailingStore(store, failAt, afterwards);
        boolean crashed = false;
        try (ManifestCommitter committer = committer(failing, true)) {
          committer.commit(second);
        } catch (IOException e) {
          assertThat(e).hasMessageStartingWith("crash ");
          crashed = true;
        }
        try (ManifestCommitter again = committer(store, true)) {
          again.commit(second);
          assertThat(again.commit(second)).isFalse();
          assertThat(again.commit(commitment(store, RUN, 3))).isTrue();
        }
        assertThat(names(chain(store)))
            .describedAs("crash %s call %d", afterwards ? "after" : "before", failAt)
            .containsExactly("run-a/1", "run-a/2", "run-a/3");
        if (!crashed) {
          break;
        }
        crashes++;
      }
      assertThat(crashes).isGreaterThan(8);
    }
  }

  @Test
  void whatTheChainHoldsAlreadyIsSignalled() throws Exception {
    MemoryBlockStore store = store();
    Commitment first = commitment(store, RUN, 1);
    Request request = new Request(first);
    try (ManifestCommitter committer = committer(store, false)) {
      committer.commit(List.of(request));
      assertThat(request.already).isFalse();
    }
    try (ManifestCommitter committer = committer(store, true)) {
      committer.commit(List.of(request));
      assertThat(request.already).isTrue();
    }
    assertThat(chain(store)).hasSize(1);
  }

  @Test
  void aCommitmentFromBeforeAnotherRunIsRecognised() throws Exception {
    MemoryBlockStore store = store();
    Commitment first = commitment(store, RUN, 1);
    Commitment second = commitment(store, RUN, 2);
    try (ManifestCommitter committer = committer(store, false)) {
      committer.commit(first);
      committer.commit(second);
    }
    try (ManifestCommitter other = committer(store, false)) {
      other.commit(commitment(store, "run-b", 1));
    }
    try (ManifestCommitter committer = committer(store, true)) {
      assertThat(committer.commit(second)).isFalse();
      assertThat(committer.commit(first)).isFalse();
      assertThat(committer.commit(commitment(store, RUN, 3))).isTrue();
    }
    assertThat(names(chain(store))).containsExactly("run-a/1", "run-a/2", "run-b/1", "run-a/3");
  }

  @Test
  void aRestoredRunThatIsOlderThanItsChainIsRefused() throws Exception {
    MemoryBlockStore store = store();
    try (ManifestCommitter committer = committer(store, false)) {
      committer.commit(commitment(store, RUN, 4));
      committer.commit(commitment(store, RUN, 5));
      committer.commit(commitment(store, "run-b", 1));
    }
    String name = names.get(names.size() - 1);
    EgressSink sink = new EgressSink("sample", "memory:" + name, null, null, null, PRELUDE);
    sink.refuseFork(RUN, OptionalLong.of(5));
    sink.refuseFork(RUN, OptionalLong.empty());
    sink.refuseFork("run-c", OptionalLong.of(1));
    assertThatThrownBy(() -> sink.refuseFork(RUN, OptionalLong.of(4)))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot go on from checkpoint 4: the chain of memory "
                + name
                + " already holds checkpoint 5 of this run, and what came between would be committed"
                + " twice; restore from checkpoint 5 or later, or start over with a new store");
  }

  @Test
  void aChainOfAnotherInitiativeIsRefusedAndTheLockGivenBack() throws Exception {
    MemoryBlockStore store = store();
    try (ManifestCommitter committer = committer(store, false)) {
      committer.commit(commitment(store, RUN, 1));
    }
    assertThatThrownBy(
            () ->
                new ManifestCommitter(
                    "other", store, Optional.empty(), KEY, PRELUDE, EgressSink.NO_LOG, false))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot run initiative other on "
                + store.describe()
                + ": it holds the chain of initiative sample; use a store of its own");
    committer(store, true).close();
  }

  @Test
  void aChainHasOneWriter() throws Exception {
    MemoryBlockStore store = store();
    try (ManifestCommitter committer = committer(store, false)) {
      assertThatThrownBy(() -> committer(store, false))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("run of initiative sample");
      assertThat(committer.commit(commitment(store, RUN, 1))).isTrue();
    }
  }

  @Test
  void aMissingManifestIsNamed() throws Exception {
    MemoryBlockStore store = store();
    Cid gone = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("gone"));
    store.moveHead(Optional.empty(), gone);
    assertThatThrownBy(() -> committer(store, false))
        .hasMessage(
            "Cannot go on with the chain of "
                + store.describe()
                + ": manifest "
                + gone
                + " is missing; restore the store's segments from a copy");
  }

  @Test
  void manyBomsArePaged() throws Exception {
    MemoryBlockStore store = store();
    for (int count : new int[] {10_000, 10_001, 45_000}) {
      List<Cid> boms =
          IntStream.range(0, count)
              .mapToObj(i -> Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("bom " + i)))
              .toList();
      try (ManifestCommitter committer = committer(store, true)) {
        committer.commit(new Commitment(RUN, count, List.of(), boms, 0, false));
      }
      Manifest head = (Manifest) Document.of(store.get(store.head().orElseThrow()).orElseThrow());
      List<Cid> named = new ArrayList<>();
      for (Cid page : head.pages()) {
        named.addAll(((Page) Document.of(store.get(page).orElseThrow())).boms());
      }
      named.addAll(head.boms());
      assertThat(named).isEqualTo(boms);
      assertThat(head.pages().isEmpty()).isEqualTo(count <= 10_000);
    }
  }

  @Test
  void theWriterNamesEachBomOnce() {
    Cid one = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("1"));
    Cid two = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("2"));
    EgressSink.Writer writer = new EgressSink.Writer(RUN);
    assertThat(writer.prepareCommit()).isEmpty();
    writer.write(receipt("s1", one, two), null);
    writer.write(receipt("s2", one), null);

    Commitment commitment = writer.prepareCommit().iterator().next();
    Set<Cid> both = new HashSet<>(List.of(one, two));
    assertThat(commitment.boms()).isSorted().hasSize(2).containsExactlyInAnyOrderElementsOf(both);
    assertThat(commitment.segments()).containsExactly("s1", "s2");
    assertThat(commitment.rejected()).isEqualTo(2);
    assertThat(commitment.at(9).checkpoint()).isEqualTo(9);
    assertThat(writer.prepareCommit()).isEmpty();
    assertThat(writer.snapshotState(1)).containsExactly(RUN);
  }

  private static dev.cats.lot.Receipt receipt(String segment, Cid... boms) {
    byte[] digests = new byte[32 * boms.length];
    for (int i = 0; i < boms.length; i++) {
      System.arraycopy(boms[i].digest().toArray(), 0, digests, 32 * i, 32);
    }
    return new dev.cats.lot.Receipt(segment, digests, 1);
  }

  /** What Flink asks the committer with. */
  private static final class Request implements Committer.CommitRequest<Commitment> {
    private final Commitment commitment;
    private boolean already;

    Request(Commitment commitment) {
      this.commitment = commitment;
    }

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
      already = true;
    }
  }
}
