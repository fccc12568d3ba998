package dev.cats.connector.kafka;

import dev.cats.event.Arrival;
import dev.cats.event.DataInitiativeEvent;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;

/**
 * Flink's reader of partitions, whose failures say what to do about them. It emits through the
 * output that it is given, so each partition has watermarks of its own, may be idle, and may be
 * held back where it is ahead of the others.
 */
final class KafkaEventReader
    implements SourceReader<Arrival<DataInitiativeEvent>, KafkaPartitionSplit> {
  private final SourceReader<Arrival<DataInitiativeEvent>, KafkaPartitionSplit> flinks;
  private final KafkaFailures failures;
  private final Set<String> given = new HashSet<>();

  KafkaEventReader(
      SourceReader<Arrival<DataInitiativeEvent>, KafkaPartitionSplit> flinks,
      KafkaFailures failures) {
    this.flinks = flinks;
    this.failures = failures;
  }

  @Override
  public void start() {
    flinks.start();
  }

  @Override
  public InputStatus pollNext(ReaderOutput<Arrival<DataInitiativeEvent>> output) throws Exception {
    try {
      return flinks.pollNext(output);
    } catch (Exception e) {
      throw failures.explained(e);
    }
  }

  /**
   * A partition without a number to begin at is one that was found while the job ran: it is new,
   * and its first record is 0. Had retention deleted that by now, reading says so.
   */
  @Override
  public void addSplits(List<KafkaPartitionSplit> splits) {
    for (KafkaPartitionSplit split : splits) {
      if (!given.add(split.splitId())) {
        throw new IllegalStateException(
            "Cannot read partition " + split.splitId() + ": it was given to this reader before");
      }
    }
    flinks.addSplits(splits.stream().map(KafkaEventReader::exact).toList());
  }

  private static KafkaPartitionSplit exact(KafkaPartitionSplit split) {
    return split.getStartingOffset() == KafkaPartitionSplit.EARLIEST_OFFSET
        ? new KafkaPartitionSplit(
            split.getTopicPartition(),
            0,
            split.getStoppingOffset().orElse(KafkaPartitionSplit.NO_STOPPING_OFFSET))
        : split;
  }

  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
    return flinks.snapshotState(checkpointId);
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return flinks.isAvailable();
  }

  @Override
  public void notifyNoMoreSplits() {
    flinks.notifyNoMoreSplits();
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    flinks.handleSourceEvents(event);
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
  public void pauseOrResumeSplits(Collection<String> pause, Collection<String> resume) {
    flinks.pauseOrResumeSplits(pause, resume);
  }

  @Override
  public void close() throws Exception {
    flinks.close();
  }
}
