package dev.cats.feed;

import dev.cats.event.Arrival;
import dev.cats.event.Position;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;

/**
 * Reads the feed in the task's own thread, one feature per call: reading ahead in another thread
 * would gain nothing where a feature costs a microsecond to find.
 */
final class FeedReader implements SourceReader<Arrival<String>, FeedSplit> {
  private final SourceReaderContext context;
  private final FeedFile file;
  private FeedSplit split; // where reading has got to; null when there is nothing (more) to read
  private FeatureReader features; // opened at the first record
  private boolean noMoreSplits;
  private CompletableFuture<Void> news = new CompletableFuture<>();

  FeedReader(SourceReaderContext context, FeedFile file) {
    this.context = context;
    this.file = file;
  }

  @Override
  public void start() {
    context.sendSplitRequest();
  }

  @Override
  public InputStatus pollNext(ReaderOutput<Arrival<String>> output) throws IOException {
    if (split == null) {
      return nothingToRead();
    }
    if (features == null) {
      features = file.open(split.offset(), split.index());
    }
    long index = features.index();
    Optional<String> feature = features.next();
    if (feature.isEmpty()) {
      finish();
      return nothingToRead();
    }
    split = new FeedSplit(split.file(), features.offset(), features.index());
    context.metricGroup().getIOMetricGroup().getNumRecordsInCounter().inc();
    output.collect(
        Arrival.of(new Position.FileRecord(file.name(), file.content(), index), feature.get()));
    return InputStatus.MORE_AVAILABLE;
  }

  private InputStatus nothingToRead() {
    if (noMoreSplits) {
      return InputStatus.END_OF_INPUT;
    }
    if (news.isDone()) {
      news = new CompletableFuture<>();
    }
    return InputStatus.NOTHING_AVAILABLE;
  }

  private void finish() throws IOException {
    file.checkUnchanged();
    close();
    split = null;
  }

  @Override
  public List<FeedSplit> snapshotState(long checkpoint) {
    return split == null ? List.of() : List.of(split);
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return split != null || noMoreSplits ? CompletableFuture.completedFuture(null) : news;
  }

  @Override
  public void addSplits(List<FeedSplit> splits) {
    for (FeedSplit added : splits) {
      if (split != null) {
        throw new IllegalStateException("Cannot read " + added + ": still reading " + split);
      }
      split = added;
    }
    news.complete(null);
  }

  @Override
  public void notifyNoMoreSplits() {
    noMoreSplits = true;
    news.complete(null);
  }

  @Override
  public void close() throws IOException {
    if (features != null) {
      features.close();
      features = null;
    }
  }
}
