package dev.cats.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cats.bom.Bom;
import dev.cats.bom.Inputs;
import dev.cats.bom.Lineage;
import dev.cats.bom.Manifest;
import dev.cats.bom.Origin;
import dev.cats.bom.Page;
import dev.cats.bom.Run;
import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.MemoryBlockStore;
import dev.cats.content.Node;
import dev.cats.content.UnixFs;
import dev.cats.replay.SampleChain;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReachTest {
  private static final String STORE = "reach";

  private final SampleChain chain = new SampleChain();
  private final List<Cid> found = new ArrayList<>();
  private final List<Reach.Absence> absent = new ArrayList<>();

  @AfterEach
  void forgetTheStore() {
    MemoryBlockStore.forget(STORE);
    MemoryBlockStore.forget(STORE + "-other");
  }

  private Reach.Tally walk(Cid root, Reach.Scope scope, Cid... left) throws IOException {
    MemoryBlockStore.forget(STORE);
    return walk(chain.commitTo(MemoryBlockStore.named(STORE), left), root, scope);
  }

  private Reach.Tally walk(MemoryBlockStore store, Cid root, Reach.Scope scope) throws IOException {
    found.clear();
    absent.clear();
    try (Reach reach = new Reach(store, scope)) {
      return reach.walk(root, collect());
    }
  }

  private Reach.Visitor collect() {
    return new Reach.Visitor() {
      @Override
      public void block(Block block) {
        found.add(block.cid());
      }

      @Override
      public void absent(Reach.Absence absence) {
        absent.add(absence);
      }
    };
  }

  private List<Cid> allBlocks() {
    return chain.blocks().stream().map(Block::cid).toList();
  }

  @Test
  void fromHeadEveryBlockIsReachedOnceAndTheRootFirst() throws IOException {
    Reach.Tally tally = walk(chain.head(), Reach.Scope.WHOLE);
    assertThat(found).containsExactlyInAnyOrderElementsOf(allBlocks()).startsWith(chain.head());
    assertThat(absent).isEmpty();
    long bytes = chain.blocks().stream().mapToLong(block -> block.bytes().size()).sum();
    assertThat(tally).isEqualTo(new Reach.Tally(allBlocks().size(), bytes, 2, 6, 5, 0));
  }

  @Test
  void severalAtATimeReachTheSame() throws IOException {
    walk(chain.head(), Reach.Scope.WHOLE.inFlight(7));
    assertThat(found).containsExactlyInAnyOrderElementsOf(allBlocks()).startsWith(chain.head());
  }

  @Test
  void aStepBackIsFromABomToThoseItStandsOn() throws IOException {
    Reach.Tally tally = walk(chain.daily.cid(), Reach.Scope.WHOLE.depth(0));
    assertThat(found)
        .contains(chain.daily.cid(), chain.daily.output().data(), chain.daily.order())
        .contains(chain.structure.cid())
        .doesNotContain(chain.decodeA.cid(), chain.file.cid());
    assertThat(tally.boms()).isEqualTo(1);
    assertThat(tally.cut()).isEqualTo(2);

    tally = walk(chain.daily.cid(), Reach.Scope.WHOLE.depth(1));
    assertThat(found)
        .contains(chain.decodeA.cid(), chain.decodeB.cid(), chain.decodeA.output().data())
        .doesNotContain(chain.feedA.cid(), chain.file.cid());
    assertThat(tally.cut()).isEqualTo(2);

    tally = walk(chain.daily.cid(), Reach.Scope.WHOLE.depth(2));
    assertThat(found).contains(chain.feedA.cid(), chain.file.cid());
    assertThat(tally.boms()).isEqualTo(5);
    assertThat(tally.cut()).isZero();
    assertThat(absent).isEmpty();
  }

  @Test
  void aManifestWithoutHistoryIsWhatItCommits() throws IOException {
    Reach.Tally tally = walk(chain.head(), Reach.Scope.WHOLE.depth(0));
    assertThat(tally.manifests()).isEqualTo(1);
    assertThat(tally.boms()).isEqualTo(3);
    assertThat(found).doesNotContain(chain.first.cid(), chain.decodeA.cid());
    assertThat(tally.cut()).isEqualTo(2); // the manifest before, and decode A
  }

  @Test
  void withoutTheChainAManifestIsWhatItCommitsAndTheHistoryOfThat() throws IOException {
    Reach.Tally tally = walk(chain.head(), Reach.Scope.WHOLE.withoutChain());
    assertThat(tally.manifests()).isEqualTo(1);
    assertThat(tally.boms()).isEqualTo(5); // not the rejects of the first
    assertThat(found).doesNotContain(chain.first.cid(), chain.rejects.cid());
  }

  @Test
  void everyBlockIsMissedWhenItIsNotThere() throws IOException {
    for (Block block : chain.blocks()) {
      walk(chain.head(), Reach.Scope.WHOLE, block.cid());
      assertThat(absent)
          .as("without %s", block.cid())
          .first()
          .satisfies(first -> assertThat(first.cid()).isEqualTo(block.cid()))
          .satisfies(first -> assertThat(first.why()).isEqualTo(Reach.Why.MISSING));
    }
    walk(chain.head(), Reach.Scope.WHOLE, chain.first.cid());
    assertThat(absent).first().extracting(Reach.Absence::back).isEqualTo(true);
    assertThat(absent.get(0).where()).isEqualTo("manifest named by " + chain.second.cid());
    walk(chain.head(), Reach.Scope.WHOLE, chain.feedA.output().data());
    assertThat(absent).first().extracting(Reach.Absence::back).isEqualTo(false);
  }

  @Test
  void lotsThatAreOnlyHashedAreNotMissing() throws IOException {
    SampleChain ends = new SampleChain(Map.of("cats.lot.store", "ends"));
    MemoryBlockStore store =
        ends.commitTo(MemoryBlockStore.named(STORE), ends.decodeA.output().data());
    Reach.Tally tally = walk(store, ends.head(), Reach.Scope.WHOLE);
    assertThat(tally.lots()).isEqualTo(4);
    assertThat(absent).extracting(Reach.Absence::why).containsExactly(Reach.Why.UNSTORED);
  }

  @Test
  void citationsAreFollowedWhereTheyAreAtHand() throws IOException {
    SampleChain other = new SampleChain();
    Bom behind = other.source(other.order("digits", "feed", Optional.empty()), 0, "1", "2");
    Bom cited =
        other.bom(
            other.order("digits", "decode", Optional.empty()),
            SampleChain.from(behind),
            new Lineage.Same(),
            "one",
            "two");
    Bom citing = citing(cited.cid());
    Reach.Tally tally = walk(citing.cid(), Reach.Scope.WHOLE);
    assertThat(absent).extracting(Reach.Absence::why).containsExactly(Reach.Why.ELSEWHERE);
    assertThat(absent.get(0).cid()).isEqualTo(cited.cid());
    assertThat(tally.boms()).isEqualTo(1);

    MemoryBlockStore theirs = other.commitTo(MemoryBlockStore.named(STORE + "-other"));
    found.clear();
    absent.clear();
    try (Reach both =
        new Reach(List.of(MemoryBlockStore.named(STORE), theirs), Reach.Scope.WHOLE)) {
      assertThat(both.walk(citing.cid(), collect()).boms()).isEqualTo(3);
    }
    assertThat(absent).isEmpty();
    assertThat(found).contains(behind.cid(), behind.output().data());
  }

  @Test
  void aCitationOfWhatIsNoBomIsNotFollowed() throws IOException {
    Bom citing = citing(chain.structure.cid());
    walk(citing.cid(), Reach.Scope.WHOLE);
    // As the structure of its own order it is reached all the same.
    assertThat(absent).isEmpty();
    Bom wrong = citing(chain.first.cid());
    walk(wrong.cid(), Reach.Scope.WHOLE);
    assertThat(absent).extracting(Reach.Absence::why).containsExactly(Reach.Why.ELSEWHERE);
    assertThat(found).doesNotContain(chain.first.cid());
  }

  private Bom citing(Cid cited) {
    Inputs inputs =
        new Inputs(
            List.of(cited),
            List.of(new Run(0, 0, 1)),
            List.of(new Origin.Kafka("letters", 0, 7, 7, 1)),
            List.of());
    return chain.bom(chain.order("topic", Optional.empty()), inputs, new Lineage.Same(), "a");
  }

  @Test
  void pagesLeadOnAsWhatTheyAreAPageOf() throws IOException {
    Page page = chain.put(new Page(List.of(chain.feedA.cid()), List.of(), List.of()));
    Manifest paged =
        chain.put(
            Manifest.signed(
                chain.key,
                "letters",
                "run-1",
                3,
                Optional.of(chain.second.cid()),
                List.of(),
                List.of(page.cid()),
                List.of(),
                0,
                0));
    walk(paged.cid(), Reach.Scope.WHOLE.depth(0));
    assertThat(found).contains(page.cid(), chain.feedA.cid(), chain.file.cid());

    Inputs inputs =
        new Inputs(List.of(), List.of(new Run(0, 0, 4)), List.of(), List.of(page.cid()));
    Bom bom = chain.bom(chain.order("count", Optional.empty()), inputs, new Lineage.Whole(), "4");
    Reach.Tally tally = walk(bom.cid(), Reach.Scope.WHOLE.depth(0));
    assertThat(found).contains(page.cid()).doesNotContain(chain.feedA.cid());
    assertThat(tally.cut()).isEqualTo(1);

    // One page, of a manifest and of a BOM that it commits: what is committed is not left out.
    Manifest both =
        chain.put(
            Manifest.signed(
                chain.key,
                "letters",
                "run-1",
                4,
                Optional.empty(),
                List.of(bom.cid()),
                List.of(page.cid()),
                List.of(),
                0,
                0));
    walk(both.cid(), Reach.Scope.WHOLE.depth(0));
    assertThat(found).contains(bom.cid(), chain.feedA.cid()).doesNotHaveDuplicates();
  }

  @Test
  void filesFoldersAndForeignDocumentsAreReachedWhole() throws IOException {
    List<Block> file = new ArrayList<>();
    Cid large = UnixFs.file(Bytes.wrap(new byte[3 * Block.MAX_SIZE / 2]).asStream(), file::add);
    file.forEach(chain::put);
    Node foreign =
        Node.list(Node.link(large), Node.map().put("a", Node.link(chain.file.cid())).build());
    Block root = Block.of(Cid.DAG_CBOR, DagCbor.encode(foreign));
    chain.put(root);
    walk(root.cid(), Reach.Scope.WHOLE);
    assertThat(found).hasSize(file.size() + 2).contains(large, chain.file.cid());
    assertThat(absent).isEmpty();
  }

  @Test
  void aBlockThatIsNotOfItsCodecIsReportedAndGivenAllTheSame() throws IOException {
    Block broken = Block.of(Cid.DAG_CBOR, Bytes.of((byte) 0xff));
    chain.put(broken);
    walk(broken.cid(), Reach.Scope.WHOLE);
    assertThat(found).containsExactly(broken.cid());
    assertThat(absent).extracting(Reach.Absence::why).containsExactly(Reach.Why.UNREADABLE);
  }

  @Test
  void rawBlocksAreOnlyLookedForWhenTheirBytesAreNotWanted() throws IOException {
    MemoryBlockStore store = chain.commitTo(MemoryBlockStore.named(STORE));
    List<Cid> there = new ArrayList<>();
    try (Reach reach = new Reach(store, Reach.Scope.WHOLE)) {
      reach.walk(
          chain.head(),
          new Reach.Visitor() {
            @Override
            public void block(Block block) {
              assertThat(block.cid().codec()).isNotEqualTo(Cid.RAW);
            }

            @Override
            public boolean wants(Cid raw) {
              return false;
            }

            @Override
            public void there(Cid raw) {
              there.add(raw);
            }
          });
      assertThat(there).hasSize(6).contains(chain.file.cid());
      assertThat(reach.reached(chain.file.cid())).isTrue();
      assertThat(reach.reached(Cid.sha256(Cid.RAW, Bytes.utf8("other")))).isFalse();
    }
  }

  @Test
  void aScopeIsChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Reach.Scope.WHOLE.depth(-1))
        .withMessageContaining("found -1 and 1");
  }
}
