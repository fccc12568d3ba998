package dev.cats.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cats.bom.Bom;
import dev.cats.bom.Lineage;
import dev.cats.bom.Manifest;
import dev.cats.bom.Order;
import dev.cats.content.Block;
import dev.cats.content.Cid;
import dev.cats.content.MemoryBlockStore;
import dev.cats.content.SegmentWriter;
import dev.cats.lineage.Documents;
import dev.cats.lineage.History;
import dev.cats.lineage.MissingBlockException;
import dev.cats.lineage.Trace;
import dev.cats.replay.IntegrityCheck;
import dev.cats.replay.IntegrityReport;
import dev.cats.replay.SampleChain;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The sample chain with two checkpoints behind it that need nothing of it but its documents:
 *
 * <pre>
 * checkpoint-1, checkpoint-2   the sample
 * step-3, manifest-3           a source and a count of it
 * step-4, manifest-4           another source
 * </pre>
 */
class PruneTest {
  private static final String STORE = "prune";

  private final SampleChain chain = new SampleChain();
  private MemoryBlockStore store;
  private Bom third;
  private Bom count;
  private Bom fourth;
  private Manifest newest;

  @BeforeEach
  void commit() throws IOException {
    MemoryBlockStore.forget(STORE);
    store = chain.commitTo(MemoryBlockStore.named(STORE));
    Order feed = chain.order("letters", "feed", Optional.empty());
    Order counted = chain.order("letters", "count", Optional.empty());
    third = chain.source(feed, 10, "f", "g");
    count = chain.bom(counted, SampleChain.from(third), new Lineage.Whole(), "2");
    fourth = chain.source(feed, 12, "h");
    segment("prelude-3", blocks(counted.cid(), counted.steps().get(0).function()));
    segment(
        "step-3", blocks(third.cid(), third.output().data(), count.cid(), count.output().data()));
    Manifest before = commit(3, chain.second, third, count);
    segment("step-4", blocks(fourth.cid(), fourth.output().data()));
    newest = commit(4, before, fourth);
  }

  private Manifest commit(int checkpoint, Manifest previous, Bom... boms) throws IOException {
    Manifest manifest =
        chain.manifest("run-1", checkpoint, Optional.of(previous.cid()), 0, List.of(boms));
    segment("manifest-" + checkpoint, List.of(manifest.block()));
    store.moveHead(store.head(), manifest.cid());
    return manifest;
  }

  private List<Block> blocks(Cid... cids) {
    List<Cid> wanted = List.of(cids);
    return chain.blocks().stream().filter(block -> wanted.contains(block.cid())).toList();
  }

  private void segment(String name, List<Block> blocks) throws IOException {
    try (SegmentWriter writer = store.newSegment(name)) {
      for (Block block : blocks) {
        writer.append(block);
      }
      writer.seal();
    }
    store.commit(name);
  }

  private Prune.Report prune(Keep keep) throws IOException {
    return Prune.run(store, keep, false, Prune.Progress.NONE);
  }

  private IntegrityReport verify(Cid root) throws IOException {
    return IntegrityCheck.run(store, root, (blocks, bytes, problems) -> {});
  }

  @Test
  void theFiguresAreExact() throws IOException {
    long bytes = store.segment("prelude-3").bytes() + store.segment("step-3").bytes();
    Prune.Report report = prune(new Keep.Newest(1));
    // Of the sample, both segments hold manifests, and the first the structure and an order.
    assertThat(report.segments()).containsExactly("prelude-3", "step-3");
    assertThat(report.blocks()).isEqualTo(6);
    assertThat(report.bytes()).isEqualTo(bytes);
    assertThat(report.segmentsLeft()).isEqualTo(5);
    assertThat(report.kept()).isEqualTo(1);
    assertThat(report.older()).isEqualTo(3);
    assertThat(report.keptFrom()).isEqualTo(newest.cid());
    assertThat(store.keptFrom()).contains(newest.cid());
    assertThat(store.segments())
        .containsExactlyInAnyOrder(
            "checkpoint-1", "checkpoint-2", "manifest-3", "manifest-4", "step-4");
  }

  @Test
  void afterwardsWhatWasPrunedIsPrunedAndNotMissing() throws IOException {
    prune(new Keep.Newest(1));
    IntegrityReport report = verify(newest.cid());
    assertThat(report.problems()).isEmpty();
    assertThat(report.manifests()).isEqualTo(4);
    assertThat(report.boms()).isEqualTo(7);
    assertThat(report.pruned()).isEqualTo(2); // the BOMs: who named the rest is gone
    assertThatExceptionOfType(MissingBlockException.class)
        .isThrownBy(
            () -> new History(new Documents(store)).upstream(count.cid(), History.Bounds.DEFAULT))
        .withMessageContaining("it was pruned from memory prune")
        .matches(MissingBlockException::pruned);
    Trace down =
        new History(new Documents(store)).downstream(chain.feedA.cid(), History.Bounds.DEFAULT);
    assertThat(down.entries()).containsKey(chain.daily.cid());
  }

  @Test
  void whatIsKeptKeepsItsHistoryAndTraceSaysWhereItEnds() throws IOException {
    Bom late =
        chain.bom(
            chain.order("letters", "feed", Optional.empty()),
            SampleChain.from(fourth),
            new Lineage.Whole(),
            "late");
    segment("step-5", blocks(late.cid(), late.output().data()));
    newest = commit(5, newest, late);
    assertThat(prune(new Keep.Newest(1)).segments()).doesNotContain("step-4").contains("step-3");

    // Something behind what is there, gone all the same: not as a prune would do it.
    store.drop("step-4");
    Trace trace = new History(new Documents(store)).upstream(late.cid(), History.Bounds.DEFAULT);
    assertThat(trace.entry().pruned()).extracting(Trace.Link::bom).containsExactly(fourth.cid());
    IntegrityReport report = verify(newest.cid());
    assertThat(report.problems())
        .first()
        .satisfies(problem -> assertThat(problem.kind()).isEqualTo("missing"))
        .satisfies(problem -> assertThat(problem.cid()).isEqualTo(fourth.cid()))
        .satisfies(
            problem ->
                assertThat(problem.message()).contains("it was pruned", "what is kept needs it"));
    assertThatExceptionOfType(DamagedHistoryException.class)
        .isThrownBy(() -> prune(new Keep.Newest(1)))
        .withMessageContaining("block " + fourth.cid());
  }

  @Test
  void sinceATimeOrAManifest() throws IOException {
    Instant third = Instant.ofEpochMilli(1_750_000_000_003L);
    assertThat(prune(new Keep.Since(third)).kept()).isEqualTo(2);
    assertThat(prune(new Keep.Since(third.plusSeconds(1))).kept()).isEqualTo(1);
    commit();
    assertThat(prune(new Keep.From(chain.second.cid())).kept()).isEqualTo(3);
    assertThat(prune(new Keep.From(newest.cid())).kept()).isEqualTo(1);
    assertThatIOException()
        .isThrownBy(() -> prune(new Keep.From(chain.second.cid())))
        .withMessageContaining("is none of those that an earlier prune kept");
    assertThatIOException()
        .isThrownBy(() -> prune(new Keep.From(chain.daily.cid())))
        .withMessageContaining("Cannot prune memory prune: manifest " + chain.daily.cid());
    assertThatIllegalArgumentException().isThrownBy(() -> new Keep.Newest(0));
  }

  @Test
  void aWiderWishDoesNotBringBackWhatIsGone() throws IOException {
    prune(new Keep.Newest(1));
    Prune.Report again = prune(new Keep.Newest(4));
    assertThat(again.kept()).isEqualTo(1);
    assertThat(again.segments()).isEmpty();
    assertThat(store.keptFrom()).contains(newest.cid());
  }

  @Test
  void whatNoManifestNamedIsLeftAlone() throws IOException {
    Bom uncommitted =
        chain.source(chain.order("letters", "feed", Optional.empty()), 13, "not yet committed");
    segment("step-9", blocks(uncommitted.cid(), uncommitted.output().data()));
    // A segment of a checkpoint that is committed again after a crash, with a lot that is known.
    Bom again = chain.source(chain.order("letters", "feed", Optional.empty()), 14, "f", "g");
    segment("step-10", blocks(again.cid(), again.output().data()));
    assertThat(prune(new Keep.Newest(1)).segments()).containsExactly("prelude-3", "step-3");
    assertThat(store.has(uncommitted.cid())).isTrue();
    assertThat(store.has(again.cid())).isTrue();
  }

  @Test
  void whatWasBroughtInStaysWithAllThatItLinksTo() throws IOException {
    Bom brought =
        chain.bom(
            chain.order("others", "theirs", Optional.empty()),
            SampleChain.from(count),
            new Lineage.Same(),
            "theirs");
    segment("import-1", blocks(brought.cid(), brought.output().data()));
    assertThat(prune(new Keep.Newest(1)).segments()).isEmpty();
    assertThat(store.has(third.output().data())).isTrue();
  }

  @Test
  void aStoreWithoutAManifestIsRefused() {
    MemoryBlockStore.forget(STORE);
    store = MemoryBlockStore.named(STORE);
    assertThatIOException()
        .isThrownBy(() -> prune(new Keep.Newest(1)))
        .withMessage("Cannot prune memory prune: it has no manifest yet");
  }

  @Test
  void whenAnythingThatIsKeptIsMissingNothingIsDropped() throws IOException {
    MemoryBlockStore.forget(STORE);
    store = chain.commitTo(MemoryBlockStore.named(STORE), chain.feedA.cid());
    assertThatExceptionOfType(DamagedHistoryException.class)
        .isThrownBy(() -> prune(new Keep.Newest(1)))
        .withMessageContaining(
            "manifest %s is to be kept, and block %s (input BOM named by %s) is missing"
                .formatted(chain.second.cid(), chain.feedA.cid(), chain.decodeA.cid()));
    assertThat(store.segments()).hasSize(2);
    assertThat(store.keptFrom()).isEmpty();
  }
}
