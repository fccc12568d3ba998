package dev.cats.connector.kafka;

import java.io.Serializable;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Where in its partitions the reading of a topic begins, or ends. As an end, an offset is the first
 * that is not read any more.
 */
public sealed interface Offsets extends Serializable {

  /** The first record that there still is. */
  static Offsets earliest() {
    return new Earliest();
  }

  /** Behind the last record that there is when the reading starts. */
  static Offsets latest() {
    return new Latest();
  }

  /**
   * These very offsets. Where reading starts, a partition that is not named starts with its first
   * record; where it ends, a partition that is not named is not read at all.
   */
  static Offsets at(Map<TopicPartition, Long> offsets) {
    return new Exactly(offsets);
  }

  /** The first record with this timestamp (the record's, not the event's) or a later one. */
  static Offsets since(Instant time) {
    return new Since(time);
  }

  /** See {@link #earliest()}. */
  record Earliest() implements Offsets {
    @Override
    public String toString() {
      return "earliest";
    }
  }

  /** See {@link #latest()}. */
  record Latest() implements Offsets {
    @Override
    public String toString() {
      return "latest";
    }
  }

  /** See {@link #at}. */
  record Exactly(Map<TopicPartition, Long> offsets) implements Offsets {
    public Exactly {
      offsets = Map.copyOf(offsets);
      if (offsets.isEmpty()) {
        throw new IllegalArgumentException("Invalid offsets: expected one partition or more");
      }
      offsets.forEach(
          (partition, offset) -> {
            if (offset < 0) {
              throw new IllegalArgumentException(
                  "Invalid offset in "
                      + partition
                      + ": expected 0 or more, found "
                      + offset
                      + "; for the first or the last there is, say earliest or latest");
            }
          });
    }

    @Override
    public String toString() {
      Map<TopicPartition, Long> sorted = new TreeMap<>(KafkaFailures.BY_NAME);
      sorted.putAll(offsets);
      return sorted.entrySet().stream().map(Object::toString).collect(Collectors.joining(","));
    }
  }

  /** See {@link #since}. */
  record Since(Instant time) implements Offsets {
    public Since {
      Objects.requireNonNull(time, "time");
    }

    @Override
    public String toString() {
      return time.toString();
    }
  }
}
