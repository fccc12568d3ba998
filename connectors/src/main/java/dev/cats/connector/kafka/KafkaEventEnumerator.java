package dev.cats.connector.kafka;

import java.io.IOException;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.common.KafkaException;

/**
 * Flink's enumerator of partitions, which remembers the topics' ids too, and notices when the
 * brokers are away even where it does not look for new partitions.
 *
 * <p>Where reading has an end, there are no more partitions than those that were found when it
 * began. Flink's enumerator forgets to say so after a restart, and the job would never end
 * (FLINK-31006).
 */
final class KafkaEventEnumerator implements SplitEnumerator<KafkaPartitionSplit, KafkaReading> {
  private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> flinks;
  private final SplitEnumeratorContext<KafkaPartitionSplit> context;
  private final TopicWatch topics;
  private final KafkaFailures failures;
  private final boolean foundAll;
  private final long lookEveryMillis;

  /**
   * @param foundAll there will be no more partitions than those in the restored state
   * @param lookEveryMillis how often to look at the topics besides Flink's looking for new
   *     partitions; not at all if 0
   */
  KafkaEventEnumerator(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> flinks,
      SplitEnumeratorContext<KafkaPartitionSplit> context,
      TopicWatch topics,
      KafkaFailures failures,
      boolean foundAll,
      long lookEveryMillis) {
    this.flinks = flinks;
    this.context = context;
    this.topics = topics;
    this.failures = failures;
    this.foundAll = foundAll;
    this.lookEveryMillis = lookEveryMillis;
  }

  @Override
  public void start() {
    try {
      flinks.start();
    } catch (KafkaException e) {
      throw new FlinkRuntimeException(failures.explained(e));
    }
    if (lookEveryMillis > 0) {
      context.callAsync(
          () -> {
            topics.look();
            return true;
          },
          (looked, failure) -> {
            if (failure != null) {
              throw new FlinkRuntimeException(failure);
            }
          },
          lookEveryMillis,
          lookEveryMillis);
    }
  }

  @Override
  public KafkaReading snapshotState(long checkpointId) throws Exception {
    return new KafkaReading(flinks.snapshotState(checkpointId), topics.ids());
  }

  @Override
  public void handleSplitRequest(int subtask, @Nullable String host) {
    flinks.handleSplitRequest(subtask, host);
  }

  @Override
  public void handleSourceEvent(int subtask, SourceEvent event) {
    flinks.handleSourceEvent(subtask, event);
  }

  @Override
  public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
    flinks.addSplitsBack(splits, subtask);
  }

  @Override
  public void addReader(int subtask) {
    flinks.addReader(subtask);
    if (foundAll) {
      context.signalNoMoreSplits(subtask);
    }
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    flinks.notifyCheckpointComplete(checkpointId);
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    flinks.notifyCheckpointAborted(checkpointId);
  }

  @Override
  public void close() throws IOException {
    topics.close();
    flinks.close();
  }
}
