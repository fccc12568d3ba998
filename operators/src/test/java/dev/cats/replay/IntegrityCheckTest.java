package dev.cats.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.bom.Bom;
import dev.cats.bom.Inputs;
import dev.cats.bom.Invoice;
import dev.cats.bom.Lineage;
import dev.cats.bom.Manifest;
import dev.cats.bom.Order;
import dev.cats.bom.Origin;
import dev.cats.bom.Run;
import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.MemoryBlockStore;
import dev.cats.replay.IntegrityReport.Problem;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IntegrityCheckTest {
  private static final String STORE = "integrity-check";

  private SampleChain chain = new SampleChain();

  @AfterEach
  void forgetTheStore() {
    MemoryBlockStore.forget(STORE);
  }

  @Test
  void aGoodChainIsFineAndEveryBlockIsCounted() throws IOException {
    IntegrityReport report = check(chain.head());
    assertThat(report.problems()).isEmpty();
    assertThat(report.ok()).isTrue();
    assertThat(report.blocks()).isEqualTo(chain.blocks().size());
    assertThat(report.bytes())
        .isEqualTo(chain.blocks().stream().mapToLong(block -> block.bytes().size()).sum());
    assertThat(report.manifests()).isEqualTo(2);
    assertThat(report.boms()).isEqualTo(6);
    // The lots of feed B and decode B are equal, and so are one block.
    assertThat(report.lots()).isEqualTo(5);
    assertThat(report.records()).isEqualTo(4 + 3 + 1 + 2 + 2);
  }

  @Test
  void aBomIsCheckedWithAllThatIsBehindIt() throws IOException {
    IntegrityReport report = check(chain.daily.cid());
    assertThat(report.problems()).isEmpty();
    assertThat(report.boms()).isEqualTo(5); // all but the rejects
    assertThat(report.manifests()).isZero();
  }

  @Test
  void everyBlockIsMissedWhenItIsNotThere() throws IOException {
    for (Block block : chain.blocks()) {
      MemoryBlockStore.forget(STORE);
      IntegrityReport report = check(chain.head(), block.cid());
      assertThat(report.problems())
          .as("without %s", block.cid())
          .first()
          .extracting(Problem::kind, Problem::cid)
          .containsExactly("missing", block.cid());
    }
  }

  @Test
  void aManifestThatWasChangedAfterItWasSignedIsFound() throws IOException {
    Manifest good = chain.second;
    chain.withHead(
        new Manifest(
            good.initiative(),
            good.run(),
            good.checkpoint(),
            good.previous(),
            good.boms(),
            good.pages(),
            good.artifacts(),
            good.rejected(),
            good.sealedAt() + 1,
            good.node(),
            good.signature()));
    assertOnly("signature", chain.head(), "Invalid signature of manifest " + chain.head());
  }

  @Test
  void aCheckpointThatDoesNotGrowIsFound() throws IOException {
    chain.withHead(chain.manifest("run-1", 2, Optional.of(chain.second.cid()), 0, List.of()));
    assertOnly("chain", chain.second.cid(), "expected a checkpoint of run run-1 below 2, found 2");
  }

  @Test
  void anotherRunMayBeginAtOneAndMakeTheSameBoms() throws IOException {
    chain.withHead(
        chain.manifest("run-2", 1, Optional.of(chain.second.cid()), 0, List.of(chain.feedA)));
    assertThat(check(chain.head()).problems()).isEmpty();
  }

  @Test
  void aBomThatARunCommitsTwiceIsFound() throws IOException {
    chain.withHead(
        chain.manifest("run-1", 3, Optional.of(chain.second.cid()), 0, List.of(chain.feedA)));
    assertOnly("chain", chain.feedA.cid(), "expected each BOM of a source once in run run-1");
  }

  @Test
  void anotherInitiativeInTheChainIsFound() throws IOException {
    chain.withHead(
        chain.manifest("numbers", "run-2", 1, Optional.of(chain.second.cid()), 0, List.of()));
    assertThat(check(chain.head()).problems())
        .first()
        .extracting(Problem::kind, Problem::cid)
        .containsExactly("chain", chain.second.cid());
  }

  @Test
  void aBomOfAnotherInitiativeIsFound() throws IOException {
    Bom foreign =
        chain.bom(
            chain.order("numbers", "decode", Optional.empty()),
            SampleChain.from(chain.feedA),
            new Lineage.Whole(),
            "one");
    next(foreign);
    assertOnly(
        "chain", foreign.cid(), "expected an order of initiative letters, found one of numbers");
  }

  @Test
  void anInvoiceThatDoesNotMatchItsLotIsFound() throws IOException {
    Block lot = SampleChain.lot("a", "b");
    chain.put(lot);
    Bom wrong =
        chain.put(
            new Bom(
                chain.decodeA.order(),
                SampleChain.from(chain.decodeA),
                new Lineage.Same(),
                new Invoice(lot.cid(), 3, lot.bytes().size()),
                Optional.empty()));
    next(wrong);
    assertOnly("invoice", wrong.cid(), "expected 2 records in " + lot.bytes().size() + " bytes");
  }

  @Test
  void anInputRecordThatWasNeverDeliveredIsFound() throws IOException {
    Inputs beyond =
        new Inputs(List.of(chain.decodeA.cid()), List.of(new Run(0, 2, 2)), List.of(), List.of());
    Bom wrong = chain.bom(order("more"), beyond, new Lineage.Same(), "c", "?");
    next(wrong);
    assertOnly(
        "lineage",
        wrong.cid(),
        "expected some of the 3 records of BOM " + chain.decodeA.cid() + ", found record 3");
  }

  @Test
  void anInputThatNoManifestCommitsIsFoundAndChecked() throws IOException {
    Bom between =
        chain.bom(order("between"), SampleChain.from(chain.decodeA), new Lineage.Whole(), "?");
    Bom last = chain.bom(order("last"), SampleChain.from(between), new Lineage.Same(), "!");
    next(last);
    assertThat(check(chain.head(), between.output().data()).problems())
        .extracting(Problem::kind)
        .containsExactlyInAnyOrder("chain", "missing");
  }

  @Test
  void aRecordInTwoSourceLotsOfARunIsFound() throws IOException {
    Bom again = chain.source(order("feed"), 3, "c", "d");
    next(again);
    IntegrityReport report = check(chain.head());
    assertThat(report.problems()).isNotEmpty().allMatch(problem -> problem.kind().equals("origin"));
    assertThat(report.problems().get(0).message()).contains("records in no other lot of run run-1");
  }

  @Test
  void lotsOfStepsChainedToASourceMayShareAnInput() throws IOException {
    Origin shared = new Origin.File("letters.txt", chain.file.cid(), 4, 1);
    Inputs inputs = new Inputs(List.of(), List.of(), List.of(shared), List.of());
    Order order = order("feed > split");
    Bom half = chain.bom(order, inputs, Lineage.Spread.of(2), "d1", "d2");
    Bom other = chain.bom(order, inputs, Lineage.Spread.of(1), "d3");
    next(half, other);
    assertThat(check(chain.head()).problems()).isEmpty();
  }

  @Test
  void aRawBlockThatIsNoLotIsFound() throws IOException {
    Block noLot = Block.of(Cid.RAW, Bytes.utf8("Obj? no"));
    chain.put(noLot);
    Bom wrong =
        chain.put(
            new Bom(
                chain.decodeA.order(),
                SampleChain.from(chain.decodeA),
                new Lineage.Same(),
                new Invoice(noLot.cid(), 3, noLot.bytes().size()),
                Optional.empty()));
    next(wrong);
    assertOnly("unreadable", noLot.cid(), "as lot");
  }

  @Test
  void aDocumentInTheWrongPlaceIsFound() throws IOException {
    Bom wrong =
        chain.put(
            new Bom(
                chain.structure.cid(),
                SampleChain.from(chain.decodeA),
                new Lineage.Same(),
                chain.decodeA.output(),
                Optional.empty()));
    next(wrong);
    assertOnly("unreadable", chain.structure.cid(), "expected a order, found cats/structure/1");
  }

  @Test
  void lotsThatAreOnlyHashedAreNotMissed() throws IOException {
    chain = new SampleChain(Map.of("cats.lot.store", "ends"));
    IntegrityReport report = check(chain.head(), chain.decodeA.output().data());
    assertThat(report.problems()).isEmpty();
    assertThat(report.unstored()).isEqualTo(1);
  }

  @Test
  void aRootThatIsNotThereIsMissing() throws IOException {
    Cid unknown = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("nothing"));
    assertThat(check(unknown).problems())
        .singleElement()
        .extracting(Problem::kind, Problem::cid, Problem::where)
        .containsExactly("missing", unknown, "block asked for");
  }

  private Order order(String step) {
    return chain.order(step, Optional.empty());
  }

  private void next(Bom... boms) {
    chain.withHead(chain.manifest("run-1", 3, Optional.of(chain.second.cid()), 0, List.of(boms)));
  }

  private IntegrityReport check(Cid root, Cid... left) throws IOException {
    MemoryBlockStore store = chain.commitTo(MemoryBlockStore.named(STORE), left);
    return IntegrityCheck.run(store, root, (blocks, bytes, problems) -> {});
  }

  private void assertOnly(String kind, Cid cid, String message) throws IOException {
    assertThat(check(chain.head()).problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.kind()).isEqualTo(kind);
              assertThat(problem.cid()).isEqualTo(cid);
              assertThat(problem.message()).contains(message);
            });
  }
}
