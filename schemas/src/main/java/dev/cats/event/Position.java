package dev.cats.event;

import dev.cats.content.Cid;
import java.util.Objects;

/**
 * Where in the outside world one source record was read. Two records of one initiative never share
 * a position; that is how each input record is known to be in exactly one source lot.
 */
public sealed interface Position {

  /**
   * Record {@code index}, counted from 0 in reading order, of a file. The CID is of the file's
   * content, so the position stays true when the name is used again.
   */
  record FileRecord(String name, Cid file, long index) implements Position {
    public FileRecord {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(file, "file");
      if (index < 0) {
        throw new IllegalArgumentException(
            "Invalid position in file " + name + ": expected an index from 0, found " + index);
      }
    }
  }

  /** The record at {@code offset} of a partition of a Kafka topic. */
  record KafkaRecord(String topic, int partition, long offset) implements Position {
    public KafkaRecord {
      Objects.requireNonNull(topic, "topic");
      if (partition < 0 || offset < 0) {
        throw new IllegalArgumentException(
            "Invalid position in topic %s: expected a partition and an offset from 0, found %d and %d"
                .formatted(topic, partition, offset));
      }
    }
  }
}
