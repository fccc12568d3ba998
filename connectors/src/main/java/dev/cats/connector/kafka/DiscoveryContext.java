package dev.cats.connector.kafka;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;

/**
 * What Flink's enumerator of partitions works in, with one thing put right: what a look at the
 * topics found counts only when nothing is still being done about what an earlier one found.
 *
 * <p>Flink's enumerator looks again and again, and finds out where a new partition begins in a
 * second step. When the brokers are slow or were away, the next look comes before that step is
 * done:
 *
 * <pre>
 * look 1: found p0   look 2: found p0, which nobody has yet   begin p0 at 0   begin p0 at 0, again
 * </pre>
 *
 * <p>and the reader, given p0 a second time, reads its records a second time (FLINK-40615). Here
 * look 2 is dropped; look 3 will do.
 */
final class DiscoveryContext implements SplitEnumeratorContext<KafkaPartitionSplit> {
  private final SplitEnumeratorContext<KafkaPartitionSplit> flinks;

  /** Calls whose results have not been handled. Only the coordinator's thread knows it. */
  private int underWay;

  DiscoveryContext(SplitEnumeratorContext<KafkaPartitionSplit> flinks) {
    this.flinks = flinks;
  }

  @Override
  public <T> void callAsync(Callable<T> call, BiConsumer<T, Throwable> handler) {
    underWay++;
    flinks.<T>callAsync(
        call,
        (result, failure) -> {
          underWay--;
          handler.accept(result, failure);
        });
  }

  @Override
  public <T> void callAsync(
      Callable<T> call, BiConsumer<T, Throwable> handler, long delayMillis, long periodMillis) {
    flinks.<T>callAsync(
        call,
        (result, failure) -> {
          if (underWay == 0 || failure != null) {
            handler.accept(result, failure);
          }
        },
        delayMillis,
        periodMillis);
  }

  @Override
  public SplitEnumeratorMetricGroup metricGroup() {
    return flinks.metricGroup();
  }

  @Override
  public void sendEventToSourceReader(int subtask, SourceEvent event) {
    flinks.sendEventToSourceReader(subtask, event);
  }

  @Override
  public void sendEventToSourceReader(int subtask, int attempt, SourceEvent event) {
    flinks.sendEventToSourceReader(subtask, attempt, event);
  }

  @Override
  public int currentParallelism() {
    return flinks.currentParallelism();
  }

  @Override
  public Map<Integer, ReaderInfo> registeredReaders() {
    return flinks.registeredReaders();
  }

  @Override
  public Map<Integer, Map<Integer, ReaderInfo>> registeredReadersOfAttempts() {
    return flinks.registeredReadersOfAttempts();
  }

  @Override
  public void assignSplits(SplitsAssignment<KafkaPartitionSplit> assignment) {
    flinks.assignSplits(assignment);
  }

  @Override
  public void signalNoMoreSplits(int subtask) {
    flinks.signalNoMoreSplits(subtask);
  }

  @Override
  public void runInCoordinatorThread(Runnable runnable) {
    flinks.runInCoordinatorThread(runnable);
  }

  @Override
  public void setIsProcessingBacklog(boolean backlog) {
    flinks.setIsProcessingBacklog(backlog);
  }
}
