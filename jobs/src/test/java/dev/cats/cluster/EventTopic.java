package dev.cats.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cats.cluster.CommittedEvents.Counted;
import dev.cats.connector.kafka.EventReader;
import dev.cats.connector.kafka.EventSchemas;
import dev.cats.connector.kafka.KafkaBroker;
import dev.cats.connector.kafka.UndecodableException;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.event.Citation;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Position;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What others find in a topic of events, from its first record to its end. */
record EventTopic(KafkaBroker broker, String name) {
  private static final EventReader READER = EventReader.of(EventSchemas.builtIn(), null);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The events and where they are. */
  Map<Position.KafkaRecord, String> ids() throws IOException {
    Map<Position.KafkaRecord, String> ids = new TreeMap<>(EventTopic::compare);
    for (ConsumerRecord<byte[], byte[]> each : read("read_uncommitted")) {
      ids.put(new Position.KafkaRecord(name, each.partition(), each.offset()), event(each).getId());
    }
    return ids;
  }

  private static int compare(Position.KafkaRecord one, Position.KafkaRecord other) {
    int partitions = Integer.compare(one.partition(), other.partition());
    return partitions != 0 ? partitions : Long.compare(one.offset(), other.offset());
  }

  /** The counts that readers of committed records see. */
  List<Counted> counts() throws IOException {
    List<Counted> counts = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> each : read("read_committed")) {
      DataInitiativeEvent event = event(each);
      counts.add(
          new Counted(
              new Citation(bom(each), Integer.parseInt(header(each, "cats-index"))),
              event.getId(),
              event.getSubject(),
              Long.parseLong(EventJob.text(event))));
    }
    return counts;
  }

  /** How many records there are, committed or not. */
  int written() throws IOException {
    return read("read_uncommitted").size();
  }

  private List<ConsumerRecord<byte[], byte[]>> read(String isolation) throws IOException {
    Properties settings = broker.clientProperties();
    settings.put("isolation.level", isolation);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> all =
          consumer.partitionsFor(name).stream()
              .map(each -> new TopicPartition(name, each.partition()))
              .toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (all.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        if (System.nanoTime() - deadline > 0) {
          throw new IOException("Cannot read " + name + " to " + ends);
        }
        consumer.poll(POLL).forEach(records::add);
      }
    }
    return records;
  }

  private static DataInitiativeEvent event(ConsumerRecord<byte[], byte[]> record)
      throws IOException {
    try {
      return READER.read(record.value(), record.headers());
    } catch (UndecodableException e) {
      throw new IOException("Cannot read " + record, e);
    }
  }

  private static Cid bom(ConsumerRecord<?, ?> record) throws IOException {
    try {
      return Cid.parse(header(record, "cats-bom"));
    } catch (DecodeException e) {
      throw new IOException("Cannot read " + record, e);
    }
  }

  private static String header(ConsumerRecord<?, ?> record, String name) {
    return new String(Objects.requireNonNull(record.headers().lastHeader(name)).value(), UTF_8);
  }
}
