package dev.cats.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.bom.Manifest;
import dev.cats.bom.Origin;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.MemoryBlockStore;
import dev.cats.replay.SampleChain;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private static final String STORE = "history";

  private final SampleChain chain = new SampleChain();
  private Documents documents;
  private History history;

  @BeforeEach
  void commit() throws IOException {
    documents = new Documents(chain.commitTo(MemoryBlockStore.named(STORE)));
    history = new History(documents);
  }

  @AfterEach
  void forgetTheStore() {
    MemoryBlockStore.forget(STORE);
  }

  @Test
  void upstreamGoesDownToTheSources() throws IOException {
    Trace trace = history.upstream(chain.daily.cid(), History.Bounds.DEFAULT);
    assertThat(trace.entries().keySet())
        .containsExactly(
            chain.daily.cid(),
            chain.decodeA.cid(),
            chain.decodeB.cid(),
            chain.feedA.cid(),
            chain.feedB.cid());
    assertThat(trace.partial()).isFalse();
    assertThat(trace.entry().links())
        .containsExactly(
            new Trace.Link(chain.decodeA.cid(), 3), new Trace.Link(chain.decodeB.cid(), 2));
    Trace.Entry feed = trace.entry(chain.feedB.cid()).orElseThrow();
    assertThat(feed.distance()).isEqualTo(2);
    assertThat(feed.step()).isEqualTo("feed");
    assertThat(feed.origins())
        .containsExactly(new Origin.File("letters.txt", chain.file.cid(), 4, 2));
  }

  @Test
  void downstreamFindsAllThatWasMadeFromIt() throws IOException {
    Trace trace = history.downstream(chain.feedA.cid(), History.Bounds.DEFAULT);
    assertThat(trace.entries().keySet())
        .containsExactlyInAnyOrder(
            chain.feedA.cid(), chain.decodeA.cid(), chain.rejects.cid(), chain.daily.cid());
    assertThat(trace.entry(chain.rejects.cid()).orElseThrow().step()).isEqualTo("decode (rejects)");
  }

  @Test
  void aBoundMakesATracePartialAndSaysWhere() throws IOException {
    Trace near = history.upstream(chain.daily.cid(), History.Bounds.DEFAULT.depth(1));
    assertThat(near.partial()).isTrue();
    assertThat(near.entries()).hasSize(3);
    assertThat(near.entry().cut()).isFalse();
    assertThat(near.entry(chain.decodeA.cid()).orElseThrow().cut()).isTrue();
    assertThat(history.upstream(chain.daily.cid(), History.Bounds.DEFAULT.depth(2)).partial())
        .isFalse();

    assertThat(history.upstream(chain.daily.cid(), new History.Bounds(64, 4)).entries()).hasSize(4);
    assertThat(history.upstream(chain.daily.cid(), new History.Bounds(64, 4)).partial()).isTrue();
    assertThat(history.upstream(chain.daily.cid(), new History.Bounds(64, 5)).partial()).isFalse();
  }

  @Test
  void allBomsThatDeliveredALotAreFoundByIt() throws IOException {
    assertThat(history.delivering(chain.daily.output().data())).containsExactly(chain.daily.cid());
    // Equal records make equal lots, whichever step they came out of.
    assertThat(history.delivering(chain.feedB.output().data()))
        .containsExactly(chain.feedB.cid(), chain.decodeB.cid());
    assertThat(history.delivering(chain.file.cid())).isEmpty();
  }

  @Test
  void theChainIsWalkedNewestFirst() throws IOException {
    Chain manifests = Chain.ofHead(documents);
    List<Cid> seen = new ArrayList<>();
    for (Optional<Manifest> each = manifests.next(); each.isPresent(); each = manifests.next()) {
      seen.add(each.get().cid());
    }
    assertThat(seen).containsExactly(chain.second.cid(), chain.first.cid());
  }

  @Test
  void theRecordsBehindARecordAreThoseOfTheLineage() throws IOException {
    List<String> found = new ArrayList<>();
    boolean whole =
        new RecordTrace(documents)
            .walk(
                chain.daily.cid(),
                0,
                64,
                record -> {
                  found.add(record.distance() + " " + record.step() + " " + record.json().get());
                  return true;
                });
    assertThat(whole).isTrue();
    assertThat(found)
        .containsExactly(
            "0 daily {\"text\":\"acd\"}",
            "1 decode {\"text\":\"a\"}",
            "1 decode {\"text\":\"c\"}",
            "1 decode {\"text\":\"d\"}",
            "2 feed {\"text\":\"a\"}",
            "2 feed {\"text\":\"c\"}",
            "2 feed {\"text\":\"d\"}");
  }

  @Test
  void sourceRecordsSayWhereTheyCameFrom() throws IOException {
    List<Origin> origins = new ArrayList<>();
    new RecordTrace(documents)
        .walk(
            chain.daily.cid(),
            1,
            64,
            record -> {
              origins.addAll(record.origins());
              return true;
            });
    assertThat(origins)
        .containsExactly(
            new Origin.File("letters.txt", chain.file.cid(), 1, 1),
            new Origin.File("letters.txt", chain.file.cid(), 5, 1));
  }

  @Test
  void aRecordTraceThatWasCutShortSaysSo() throws IOException {
    RecordTrace records = new RecordTrace(documents);
    assertThat(records.walk(chain.daily.cid(), 0, 1, record -> true)).isFalse();
    assertThat(records.walk(chain.daily.cid(), 0, 2, record -> true)).isTrue();
    assertThat(records.walk(chain.daily.cid(), 0, 64, record -> false)).isFalse();
  }

  @Test
  void aRecordThatIsNotThereIsRefused() {
    assertThatThrownBy(
            () -> new RecordTrace(documents).walk(chain.daily.cid(), 2, 64, record -> true))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("its lot has 2 records, numbered from 0");
  }

  @Test
  void aBomThatIsNotThereIsNamedWithTheOneThatNamesIt() throws IOException {
    MemoryBlockStore.forget(STORE);
    MemoryBlockStore less = chain.commitTo(MemoryBlockStore.named(STORE), chain.decodeA.cid());
    assertThatThrownBy(
            () ->
                new History(new Documents(less))
                    .upstream(chain.daily.cid(), History.Bounds.DEFAULT))
        .isInstanceOf(MissingBlockException.class)
        .hasMessageContaining("Cannot find block " + chain.decodeA.cid())
        .hasMessageContaining("named by BOM " + chain.daily.cid());
  }

  @Test
  void aDocumentOfAnotherKindIsRefused() {
    assertThatThrownBy(() -> documents.bom(chain.structure.cid(), "the BOM asked for"))
        .isInstanceOf(UnreadableBlockException.class)
        .hasMessageContaining("expected a bom document, found cats/structure/1");
    Cid unknown = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("nothing"));
    assertThatThrownBy(() -> documents.bom(unknown, "the BOM asked for"))
        .isInstanceOf(MissingBlockException.class);
  }
}
