package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Events through a producer, a real broker and a reader. */
class EventProducerIT {
  private static final int PARTITIONS = 3;

  private static KafkaBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = KafkaBroker.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
  }

  private static DataInitiativeEvent event(int number, String subject) {
    return DataInitiativeEvent.newBuilder(Events.full())
        .setId(Integer.toString(number))
        .setSubject(subject)
        .build();
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(
      KafkaBroker from, String topic, int partitions, int count) {
    Properties properties = from.clientProperties();
    properties.put("auto.offset.reset", "earliest");
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties, bytes, bytes)) {
      consumer.assign(
          IntStream.range(0, partitions).mapToObj(i -> new TopicPartition(topic, i)).toList());
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (records.size() < count && System.nanoTime() < until) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
      consumer.poll(Duration.ofMillis(200)).forEach(records::add);
    }
    return records;
  }

  @Test
  void eventsArriveWhereTheFuturesSayAndTheirSubjectsInOrder() throws Exception {
    broker.createTopic("quakes", PARTITIONS);
    Map<Position.KafkaRecord, String> sent = new HashMap<>();
    List<CompletableFuture<Position.KafkaRecord>> futures = new ArrayList<>();
    int count = 3_000;
    try (EventProducer producer = EventProducer.to(broker.bootstrap(), "quakes")) {
      for (int i = 0; i < count; i++) {
        futures.add(producer.send(event(i, "station-" + i % 20)));
      }
      producer.flush();
      for (int i = 0; i < count; i++) {
        assertThat(futures.get(i)).isDone();
        sent.put(futures.get(i).get(), Integer.toString(i));
      }
    }
    assertThat(sent).hasSize(count);

    EventReader reader = EventReader.of(EventSchemas.builtIn(), null);
    Map<String, Integer> last = new HashMap<>();
    Set<Integer> partitions = new HashSet<>();
    List<ConsumerRecord<byte[], byte[]>> records = records(broker, "quakes", PARTITIONS, count);
    assertThat(records).hasSize(count);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      DataInitiativeEvent event = reader.read(record.value(), record.headers());
      assertThat(sent)
          .containsEntry(
              new Position.KafkaRecord("quakes", record.partition(), record.offset()),
              event.getId());
      int number = Integer.parseInt(event.getId());
      Integer before = last.put(event.getSubject(), number);
      assertThat(before == null || before < number).as(event.getSubject()).isTrue();
      partitions.add(record.partition());
    }
    assertThat(partitions).hasSize(PARTITIONS);
  }

  @Test
  void propertiesCannotMakeItUnsafe() throws Exception {
    broker.createTopic("safe", 1);
    Properties careless = new Properties();
    careless.put("acks", "0");
    careless.put("enable.idempotence", "false");
    EventWriter writer = EventWriter.of(WireFormat.CLOUDEVENTS_BINARY);
    try (EventProducer producer = EventProducer.to(broker.bootstrap(), "safe", writer, careless)) {
      // With acks=0 nobody would know the offset.
      assertThat(producer.send(event(1, "s")).get())
          .isEqualTo(new Position.KafkaRecord("safe", 0, 0));
    }
    ConsumerRecord<byte[], byte[]> record = records(broker, "safe", 1, 1).get(0);
    assertThat(EventReader.of(EventSchemas.builtIn(), null).read(record.value(), record.headers()))
        .isEqualTo(event(1, "s"));
  }

  @Test
  void anEventThatIsTooLargeIsNamedAndItsNeighboursArrive() throws Exception {
    broker.createTopic("large", 1);
    try (EventProducer producer = EventProducer.to(broker.bootstrap(), "large")) {
      DataInitiativeEvent large = event(7, "s");
      large.setData(ByteBuffer.allocate(2 << 20));
      CompletableFuture<Position.KafkaRecord> before = producer.send(event(6, "s"));
      assertThatThrownBy(() -> producer.send(large).get())
          .cause()
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("Cannot send event 7 to topic large: The message is ")
          .hasMessageContaining("max.request.size");
      assertThat(producer.send(event(8, "s")).get().offset()).isEqualTo(1);
      assertThat(before.get().offset()).isZero();
    }
  }

  @Test
  void anEventThatIsNoCloudEventIsRefusedBeforeItIsSent() {
    try (EventProducer producer = EventProducer.to(broker.bootstrap(), "none")) {
      DataInitiativeEvent nameless = event(1, "s");
      nameless.setId("");
      assertThatThrownBy(() -> producer.send(nameless))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("Cannot write event : Missing attribute id");
    }
  }

  @Test
  void itTalksTlsWithACertificateOfItsOwn() throws Exception {
    try (KafkaBroker tls = KafkaBroker.startTls()) {
      tls.createTopic("quakes", 1);
      Properties properties = tls.clientProperties();
      EventWriter writer = EventWriter.of(WireFormat.SINGLE_OBJECT);
      try (EventProducer producer =
          EventProducer.to(tls.bootstrap(), "quakes", writer, properties)) {
        assertThat(producer.send(event(1, "s")).get().offset()).isZero();
      }
      assertThat(records(tls, "quakes", 1, 1)).hasSize(1);
    }
  }

  @Test
  void aBrokerThatComesBackHasEverythingOnceAndInOrder() throws Exception {
    try (KafkaBroker own = KafkaBroker.start()) {
      own.createTopic("again", 1);
      List<CompletableFuture<Position.KafkaRecord>> futures = new ArrayList<>();
      try (EventProducer producer = EventProducer.to(own.bootstrap(), "again")) {
        CompletableFuture<Void> back = null;
        for (int i = 0; i < 2_000; i++) {
          futures.add(producer.send(event(i, "s")));
          if (i == 700) {
            own.kill();
            // By itself: a producer that has forgotten the topic meanwhile waits for the broker.
            back = CompletableFuture.runAsync(() -> restart(own));
          }
        }
        back.get();
      }
      for (int i = 0; i < 2_000; i++) {
        assertThat(futures.get(i).get().offset()).isEqualTo(i);
      }
      assertThat(records(own, "again", 1, 2_000)).hasSize(2_000);
    }
  }

  private static void restart(KafkaBroker broker) {
    try {
      broker.restart();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
