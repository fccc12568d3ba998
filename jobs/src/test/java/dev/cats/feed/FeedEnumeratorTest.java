package dev.cats.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.junit.jupiter.api.Test;

class FeedEnumeratorTest {
  private static final Cid FILE = Cid.sha256(Cid.RAW, Bytes.utf8("feed"));

  private final FeedContexts.Enumerator context = new FeedContexts.Enumerator();
  private final FeedEnumerator enumerator =
      new FeedEnumerator(context, new FeedProgress(FILE, Optional.of(new FeedSplit(FILE, 0, 0))));

  FeedEnumeratorTest() {
    context.readers.put(0, new ReaderInfo(0, "a"));
    context.readers.put(1, new ReaderInfo(1, "b"));
  }

  @Test
  void theFirstToAskReadsAndTheOthersAreDone() {
    enumerator.handleSplitRequest(1, "b");
    enumerator.handleSplitRequest(0, "a");
    assertThat(context.calls).containsExactly("1 gets 0", "1 no more", "0 no more");
    assertThat(enumerator.snapshotState(1)).isEqualTo(new FeedProgress(FILE, Optional.empty()));
  }

  @Test
  void aSplitThatComesBackIsGivenOutAgainAsItIs() {
    enumerator.handleSplitRequest(1, "b");
    FeedSplit back = new FeedSplit(FILE, 512, 3);
    enumerator.addSplitsBack(List.of(back), 1);
    assertThat(enumerator.snapshotState(1).waiting()).contains(back);
    enumerator.handleSplitRequest(1, "b");
    assertThat(context.calls).endsWith("1 gets 3", "1 no more");
  }

  @Test
  void aReaderThatFailedMeanwhileTakesNothing() {
    context.readers.remove(1);
    enumerator.handleSplitRequest(1, "b");
    enumerator.handleSplitRequest(0, "a");
    assertThat(context.calls).containsExactly("0 gets 0", "0 no more");
  }
}
