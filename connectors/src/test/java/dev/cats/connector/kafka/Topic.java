package dev.cats.connector.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cats.event.DataInitiativeEvent;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A topic of a test, of a name that no other has. */
record Topic(KafkaBroker broker, String name) {
  private static final EventWriter WRITER = EventWriter.of(WireFormat.SINGLE_OBJECT);

  static Topic on(KafkaBroker broker, int partitions) throws IOException, InterruptedException {
    Topic topic = new Topic(broker, "t-" + UUID.randomUUID());
    broker.createTopic(topic.name, partitions);
    return topic;
  }

  TopicPartition partition(int number) {
    return new TopicPartition(name, number);
  }

  static DataInitiativeEvent event(int number) {
    return DataInitiativeEvent.newBuilder()
        .setId("e" + number)
        .setSource("urn:test")
        .setType("dev.cats.test")
        .setTime(Instant.ofEpochSecond(number))
        .build();
  }

  ProducerRecord<byte[], byte[]> record(int partition, DataInitiativeEvent event) {
    try {
      return record(partition, WRITER.record(name, event).value());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  ProducerRecord<byte[], byte[]> record(int partition, byte[] value) {
    return new ProducerRecord<>(name, partition, null, value);
  }

  KafkaProducer<byte[], byte[]> producer() {
    Properties client = broker.clientProperties();
    client.put("max.in.flight.requests.per.connection", "1"); // EventProducer says why
    return new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
  }

  KafkaProducer<byte[], byte[]> transactional() {
    Properties client = broker.clientProperties();
    client.put("transactional.id", "producer-of-" + name);
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
    return producer;
  }

  /** Events of these numbers, acknowledged. */
  Topic send(int partition, int from, int to) {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (int i = from; i < to; i++) {
        sent.add(producer.send(record(partition, event(i))));
      }
      for (Future<RecordMetadata> each : sent) {
        each.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("Cannot send to " + name, e);
    }
    return this;
  }

  /** What retention does. */
  void deleteBefore(int partition, long offset) throws Exception {
    try (Admin admin = broker.newAdmin()) {
      admin
          .deleteRecords(Map.of(partition(partition), RecordsToDelete.beforeOffset(offset)))
          .all()
          .get();
    }
  }

  void extendTo(int partitions) throws Exception {
    try (Admin admin = broker.newAdmin()) {
      admin.createPartitions(Map.of(name, NewPartitions.increaseTo(partitions))).all().get();
    }
  }

  void delete() throws Exception {
    try (Admin admin = broker.newAdmin()) {
      admin.deleteTopics(List.of(name)).all().get();
    }
  }

  /** What others see of it: the committed records of all partitions as they are now. */
  List<ConsumerRecord<byte[], byte[]>> committed() {
    Properties client = broker.clientProperties();
    client.put("isolation.level", "read_committed");
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> all =
          consumer.partitionsFor(name).stream()
              .map(each -> new TopicPartition(name, each.partition()))
              .toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (all.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException("Cannot read " + name + " to " + ends);
        }
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  static String header(ConsumerRecord<?, ?> record, String name) {
    var header = record.headers().lastHeader(name);
    return header == null ? null : new String(header.value(), UTF_8);
  }
}
