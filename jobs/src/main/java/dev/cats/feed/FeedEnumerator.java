package dev.cats.feed;

import java.util.List;
import java.util.Optional;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;

/** Hands the feed's one split to the first reader that asks; there is nothing for the others. */
final class FeedEnumerator implements SplitEnumerator<FeedSplit, FeedProgress> {
  private final SplitEnumeratorContext<FeedSplit> context;
  private FeedProgress progress;

  FeedEnumerator(SplitEnumeratorContext<FeedSplit> context, FeedProgress progress) {
    this.context = context;
    this.progress = progress;
  }

  @Override
  public void start() {}

  @Override
  public void handleSplitRequest(int subtask, String host) {
    if (!context.registeredReaders().containsKey(subtask)) {
      return; // it failed meanwhile; its successor asks again
    }
    progress.waiting().ifPresent(split -> context.assignSplit(split, subtask));
    progress = new FeedProgress(progress.file(), Optional.empty());
    context.signalNoMoreSplits(subtask);
  }

  @Override
  public void addSplitsBack(List<FeedSplit> splits, int subtask) {
    for (FeedSplit split : splits) {
      progress = new FeedProgress(progress.file(), Optional.of(split));
    }
  }

  @Override
  public void addReader(int subtask) {}

  @Override
  public FeedProgress snapshotState(long checkpoint) {
    return progress;
  }

  @Override
  public void close() {}
}
