package dev.cats.feed;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.util.UserCodeClassLoader;

/** What Flink is to a source's reader and enumerator, as far as the feed source uses it. */
final class FeedContexts {
  private FeedContexts() {}

  static final class Reader implements SourceReaderContext {
    int requests;

    @Override
    public SourceReaderMetricGroup metricGroup() {
      return UnregisteredMetricsGroup.createSourceReaderMetricGroup();
    }

    @Override
    public Configuration getConfiguration() {
      return new Configuration();
    }

    @Override
    public String getLocalHostName() {
      return "localhost";
    }

    @Override
    public int getIndexOfSubtask() {
      return 0;
    }

    @Override
    public void sendSplitRequest() {
      requests++;
    }

    @Override
    public void sendSourceEventToCoordinator(SourceEvent event) {
      throw new AssertionError("the reader sends no events");
    }

    @Override
    public UserCodeClassLoader getUserCodeClassLoader() {
      throw new AssertionError("the reader loads no classes");
    }
  }

  static final class Enumerator implements SplitEnumeratorContext<FeedSplit> {
    final Map<Integer, ReaderInfo> readers = new HashMap<>();
    final List<String> calls = new ArrayList<>();

    @Override
    public SplitEnumeratorMetricGroup metricGroup() {
      return UnregisteredMetricsGroup.createSplitEnumeratorMetricGroup();
    }

    @Override
    public void sendEventToSourceReader(int subtask, SourceEvent event) {
      throw new AssertionError("the enumerator sends no events");
    }

    @Override
    public int currentParallelism() {
      return readers.size();
    }

    @Override
    public Map<Integer, ReaderInfo> registeredReaders() {
      return readers;
    }

    @Override
    public void assignSplits(SplitsAssignment<FeedSplit> assignment) {
      assignment
          .assignment()
          .forEach(
              (to, splits) -> splits.forEach(split -> calls.add(to + " gets " + split.index())));
    }

    @Override
    public void signalNoMoreSplits(int subtask) {
      calls.add(subtask + " no more");
    }

    @Override
    public <T> void callAsync(Callable<T> callable, BiConsumer<T, Throwable> handler) {
      throw new AssertionError("the enumerator calls nothing");
    }

    @Override
    public <T> void callAsync(
        Callable<T> callable, BiConsumer<T, Throwable> handler, long delay, long period) {
      throw new AssertionError("the enumerator calls nothing");
    }

    @Override
    public void runInCoordinatorThread(Runnable runnable) {
      throw new AssertionError("the enumerator runs nothing");
    }
  }

  static final class Collected<T> implements ReaderOutput<T> {
    final List<T> records = new ArrayList<>();

    @Override
    public void collect(T record) {
      records.add(record);
    }

    @Override
    public void collect(T record, long timestamp) {
      throw new AssertionError("the feed source knows no times");
    }

    @Override
    public void emitWatermark(Watermark watermark) {
      throw new AssertionError("the feed source makes no watermarks");
    }

    @Override
    public void markIdle() {}

    @Override
    public void markActive() {}

    @Override
    public SourceOutput<T> createOutputForSplit(String split) {
      return this;
    }

    @Override
    public void releaseOutputForSplit(String split) {}
  }
}
