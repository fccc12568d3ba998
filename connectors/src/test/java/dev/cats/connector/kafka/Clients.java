package dev.cats.connector.kafka;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;

/** Kafka's clients and Flink's readers in this JVM, of which a test leaves none behind. */
final class Clients {
  private static final List<String> THREADS =
      List.of(
          "kafka-producer-network-thread",
          "kafka-admin-client-thread",
          "kafka-coordinator-heartbeat",
          "Source Data Fetcher",
          "ask whether Kafka is there");

  private Clients() {}

  static void awaitNone() {
    await().atMost(Duration.ofSeconds(30)).until(() -> left().isEmpty());
  }

  private static List<String> left() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> THREADS.stream().anyMatch(name::contains))
        .toList();
  }
}
