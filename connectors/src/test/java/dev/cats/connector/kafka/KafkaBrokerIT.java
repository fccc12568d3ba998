package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.AppInfoParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker that the other tests stand on: that it is a real one, and that it ends. */
class KafkaBrokerIT {

  @Test
  void whatWasAcknowledgedOutlivesAKilledBroker() throws Exception {
    long pid;
    Path folder;
    try (KafkaBroker broker = KafkaBroker.start()) {
      broker.createTopic("letters", 2);
      send(broker.clientProperties(), "a");
      broker.kill();
      assertThat(broker.isRunning()).isFalse();
      String bootstrap = broker.bootstrap();
      broker.restart();
      assertThat(broker.bootstrap()).isEqualTo(bootstrap);
      send(broker.clientProperties(), "b");
      broker.stop();
      broker.restart();
      assertThat(received(broker.clientProperties(), 2)).containsExactly("a", "b");
      pid = broker.pid();
      folder = broker.folder();
      assertThat(ProcessHandle.of(pid)).isPresent();
    }
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(folder).doesNotExist();
  }

  @Test
  void aTopicThatNobodyMadeIsNotThere() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(Map.of("log.retention.check.interval.ms", "1000"));
        Admin admin = broker.newAdmin()) {
      Properties impatient = broker.clientProperties();
      impatient.put("max.block.ms", "5000");
      try (Producer<String, String> producer =
          new KafkaProducer<>(impatient, new StringSerializer(), new StringSerializer())) {
        assertThatThrownBy(() -> producer.send(new ProducerRecord<>("letters", 0, null, "a")).get())
            .hasMessageContaining("Topic letters not present");
      }
      assertThat(admin.listTopics().names().get()).isEmpty();
    }
  }

  @Test
  void tlsTakesKnownClientsOnly() throws Exception {
    try (KafkaBroker broker = KafkaBroker.startTls()) {
      broker.createTopic("letters", 1);
      send(broker.clientProperties(), "a");
      assertThat(received(broker.clientProperties(), 1)).containsExactly("a");

      Properties stranger = broker.clientProperties();
      stranger.keySet().removeIf(key -> key.toString().startsWith("ssl.keystore"));
      try (Admin admin = Admin.create(stranger)) {
        assertThatThrownBy(() -> admin.listTopics().names().get(90, TimeUnit.SECONDS))
            .hasRootCauseInstanceOf(javax.net.ssl.SSLException.class);
      }
    }
  }

  @Test
  void jarsAreThoseOfOneBrokerOfOurVersion(@TempDir Path jars) throws Exception {
    String version = AppInfoParser.getVersion();
    String start =
        "Cannot run a Kafka broker: expected the jars of version " + version + " in " + jars;
    assertThatThrownBy(() -> LocalBroker.checkJars(jars))
        .isInstanceOf(IOException.class)
        .hasMessage(
            start + ", found none\nFetch them: mvn -q -pl connectors/kafka-broker clean package");
    Files.createFile(jars.resolve("kafka_2.13-3.9.1.jar"));
    Files.createFile(jars.resolve("kafka-clients-3.9.1.jar"));
    assertThatThrownBy(() -> LocalBroker.checkJars(jars))
        .hasMessageStartingWith(start + ", found those of 3.9.1\n");
    Files.createFile(jars.resolve("kafka_2.13-" + version + ".jar"));
    assertThatThrownBy(() -> LocalBroker.checkJars(jars))
        .hasMessageStartingWith(start + ", found those of 3.9.1 and " + version);
    Files.delete(jars.resolve("kafka_2.13-3.9.1.jar"));
    LocalBroker.checkJars(jars);
  }

  /** In a transaction, so that the coordinator of transactions has to work as well. */
  private static void send(Properties client, String value) {
    client.put("transactional.id", "test");
    client.put("max.block.ms", "90000"); // the coordinator of transactions starts after the broker
    try (Producer<String, String> producer =
        new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("letters", 0, null, value)).get();
      producer.commitTransaction();
    } catch (Exception e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private static List<String> received(Properties client, int expected) {
    client.put("isolation.level", "read_committed");
    client.put("auto.offset.reset", "earliest");
    List<String> values = new ArrayList<>();
    try (Consumer<String, String> consumer =
        new KafkaConsumer<>(client, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(new TopicPartition("letters", 0)));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
      while (values.size() < expected && System.nanoTime() - end < 0) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
      }
    }
    return values;
  }
}
