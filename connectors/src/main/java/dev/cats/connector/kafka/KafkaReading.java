package dev.cats.connector.kafka;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumStateSerializer;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.kafka.common.TopicPartition;

/**
 * What the enumerator of a {@link KafkaEventSource} remembers: which partitions were found and
 * given out, as Flink's Kafka source keeps it, and the ids of the topics that their offsets are of.
 */
public final class KafkaReading {
  private final KafkaSourceEnumState partitions;
  private final Map<String, String> topicIds;

  KafkaReading(KafkaSourceEnumState partitions, Map<String, String> topicIds) {
    this.partitions = Objects.requireNonNull(partitions, "partitions");
    this.topicIds = Map.copyOf(topicIds);
  }

  KafkaSourceEnumState partitions() {
    return partitions;
  }

  /**
   * The same partitions, for an enumerator that is to ask where those begin that are not among
   * them.
   */
  KafkaSourceEnumState asking() {
    return new KafkaSourceEnumState(
        partitions.assignedSplits(), partitions.unassignedSplits(), false);
  }

  /** All partitions that were found, whoever reads them or has read them. */
  Set<TopicPartition> found() {
    return partitions.splits().stream()
        .map(each -> each.split().getTopicPartition())
        .collect(Collectors.toSet());
  }

  Set<String> topics() {
    return found().stream().map(TopicPartition::topic).collect(Collectors.toSet());
  }

  Map<String, String> topicIds() {
    return topicIds;
  }

  /**
   * Version 1: the version and the length of Flink's own state, four bytes each, most significant
   * first, and that state; the number of topics, four bytes, and for each in the order of their
   * names its name and its id (two bytes of length, then UTF-8).
   */
  static final class Format implements SimpleVersionedSerializer<KafkaReading> {
    private static final int VERSION = 1;

    private final KafkaSourceEnumStateSerializer flinks = new KafkaSourceEnumStateSerializer();

    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(KafkaReading reading) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
      DataOutputStream out = new DataOutputStream(bytes);
      byte[] partitions = flinks.serialize(reading.partitions);
      out.writeInt(flinks.getVersion());
      out.writeInt(partitions.length);
      out.write(partitions);
      out.writeInt(reading.topicIds.size());
      for (Map.Entry<String, String> topic : new TreeMap<>(reading.topicIds).entrySet()) {
        out.writeUTF(topic.getKey());
        out.writeUTF(topic.getValue());
      }
      return bytes.toByteArray();
    }

    @Override
    public KafkaReading deserialize(int version, byte[] bytes) throws IOException {
      if (version != VERSION) {
        throw new IOException(
            "Cannot restore the Kafka source: expected state of version "
                + VERSION
                + ", found "
                + version);
      }
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      int flinksVersion = in.readInt();
      byte[] partitions = new byte[in.readInt()];
      in.readFully(partitions);
      Map<String, String> topicIds = new TreeMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        topicIds.put(in.readUTF(), in.readUTF());
      }
      return new KafkaReading(flinks.deserialize(flinksVersion, partitions), topicIds);
    }
  }
}
