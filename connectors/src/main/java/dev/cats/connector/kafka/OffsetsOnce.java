package dev.cats.connector.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/**
 * Turns {@link Offsets} into numbers, once, when a partition is first seen. From then on its
 * position is a number in the state: Flink's own "earliest" stays the word until the first record
 * was read, and a restart would quietly begin with what retention has left by then.
 *
 * <p>A partition that came to a topic while a job was down is new: it begins with its record 0,
 * wherever the job itself began. A topic that a restored job did not have before begins like any.
 */
final class OffsetsOnce implements OffsetsInitializer {
  private static final long serialVersionUID = 1L;

  private final Offsets offsets;
  private final transient BrokerWatch watch;
  private final Set<String> known;

  /**
   * @param known the topics of a restored job
   */
  OffsetsOnce(Offsets offsets, BrokerWatch watch, Set<String> known) {
    this.offsets = offsets;
    this.watch = watch;
    this.known = Set.copyOf(known);
  }

  @Override
  public Map<TopicPartition, Long> getPartitionOffsets(
      Collection<TopicPartition> partitions, PartitionOffsetsRetriever kafka) {
    Map<TopicPartition, Long> numbers = new HashMap<>();
    List<TopicPartition> others = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      if (known.contains(partition.topic())) {
        numbers.put(partition, 0L);
      } else {
        others.add(partition);
      }
    }
    if (others.isEmpty()) {
      return numbers;
    }
    try {
      numbers.putAll(watch.wait(() -> numbers(others, kafka)));
      return numbers;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Cannot find offsets: interrupted", e);
    }
  }

  private Map<TopicPartition, Long> numbers(
      Collection<TopicPartition> partitions, PartitionOffsetsRetriever kafka) {
    if (offsets instanceof Offsets.Earliest) {
      return kafka.beginningOffsets(partitions);
    }
    if (offsets instanceof Offsets.Latest) {
      return kafka.endOffsets(partitions);
    }
    if (offsets instanceof Offsets.Since since) {
      return OffsetsInitializer.timestamp(since.time().toEpochMilli())
          .getPartitionOffsets(partitions, kafka);
    }
    Map<TopicPartition, Long> named = ((Offsets.Exactly) offsets).offsets();
    Map<TopicPartition, Long> numbers = new HashMap<>();
    var others = partitions.stream().filter(each -> !named.containsKey(each)).toList();
    if (!others.isEmpty()) {
      numbers.putAll(kafka.beginningOffsets(others));
    }
    partitions.stream()
        .filter(named::containsKey)
        .forEach(each -> numbers.put(each, named.get(each)));
    return numbers;
  }

  /** An offset that is not there is an error, never somewhere else to begin. */
  @Override
  public OffsetResetStrategy getAutoOffsetResetStrategy() {
    return OffsetResetStrategy.NONE;
  }
}
