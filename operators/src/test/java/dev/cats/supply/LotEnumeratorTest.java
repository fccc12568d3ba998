package dev.cats.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.MemoryBlockStore;
import dev.cats.replay.SampleChain;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.mocks.MockSplitEnumeratorContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a job that was restored goes on in the chain of another initiative. */
class LotEnumeratorTest {
  private final String name = "enumerated-" + UUID.randomUUID();
  private final SampleChain chain = new SampleChain();

  public record Line(String text) {}

  @BeforeEach
  void commit() throws IOException {
    chain.commitTo(MemoryBlockStore.named(name));
  }

  @AfterEach
  void forget() {
    MemoryBlockStore.forget(name);
  }

  private LotSource.From source() {
    return LotSource.from("memory:" + name);
  }

  /** What the one reader is given that asks once. */
  private static List<LotSplit> lots(LotSource.From from, LotProgress progress) throws Throwable {
    LotSource<Line> source = from.step("decode", Line.class);
    try (MockSplitEnumeratorContext<LotSplit> context = new MockSplitEnumeratorContext<>(1);
        LotEnumerator enumerator = new LotEnumerator(context, source, progress)) {
      context.registerReader(new ReaderInfo(0, "here"));
      enumerator.start();
      enumerator.handleSplitRequest(0, "here");
      context.runNextOneTimeCallable();
      while (!context.getOneTimeCallables().isEmpty()) {
        context.runNextOneTimeCallable();
      }
      return context.getSplitsAssignmentSequence().stream()
          .map(each -> each.assignment())
          .map(Map::values)
          .flatMap(each -> each.stream())
          .flatMap(List::stream)
          .toList();
    }
  }

  @Test
  void whatWasGivenOutIsNotGivenOutAgain() throws Throwable {
    assertThat(lots(source(), LotProgress.NONE))
        .containsExactly(new LotSplit(chain.decodeA.cid(), 0));
    assertThat(lots(source(), new LotProgress(Optional.of(chain.first.cid()), List.of())))
        .containsExactly(new LotSplit(chain.decodeB.cid(), 0));
    assertThat(lots(source(), new LotProgress(Optional.of(chain.second.cid()), List.of())))
        .isEmpty();
  }

  @Test
  void aChainThatIsOlderThanWhatWasReadIsRefused() {
    LotProgress further = new LotProgress(Optional.of(chain.second.cid()), List.of());
    assertThatThrownBy(() -> lots(source().at(chain.first.cid()), further))
        .rootCause()
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot go on reading lots behind manifest %s: it is not in the chain of %s. Was that given by an older name or HEAD?"
                .formatted(chain.second.cid(), chain.first.cid()));
  }

  @Test
  void aManifestThatIsNotInTheChainIsNoPlaceToBeginBehind() {
    assertThatThrownBy(
            () -> lots(source().at(chain.first.cid()).after(chain.second.cid()), LotProgress.NONE))
        .rootCause()
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot read lots after manifest %s: it is not in the chain of %s"
                .formatted(chain.second.cid(), chain.first.cid()));
  }
}
