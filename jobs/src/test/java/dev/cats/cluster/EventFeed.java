package dev.cats.cluster;

import dev.cats.connector.kafka.EventProducer;
import dev.cats.connector.kafka.EventWriter;
import dev.cats.connector.kafka.WireFormat;
import dev.cats.event.Position;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A service that sends events all the time, whoever is killed meanwhile, and remembers which of
 * them a broker acknowledged, and where.
 */
final class EventFeed implements Closeable {
  private static final int PER_SECOND = 300;
  private static final int SUBJECTS = 40;

  /** Every so many events one is malformed. */
  private static final int MALFORMED = 50;

  private static final int TICKS_PER_SECOND = 50;
  private static final long PATIENCE_SECONDS = 60;

  private final Map<Position.KafkaRecord, String> acknowledged = new ConcurrentHashMap<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final EventProducer producer;
  private int sent;

  private EventFeed(EventProducer producer) {
    this.producer = producer;
  }

  static EventFeed to(String bootstrap, String topic) {
    Properties settings = new Properties();
    settings.put("linger.ms", "5");
    settings.put("reconnect.backoff.max.ms", "200");
    EventFeed feed =
        new EventFeed(
            EventProducer.to(bootstrap, topic, EventWriter.of(WireFormat.SINGLE_OBJECT), settings));
    feed.clock.scheduleAtFixedRate(
        feed::send, 0, TimeUnit.SECONDS.toMicros(1) / TICKS_PER_SECOND, TimeUnit.MICROSECONDS);
    return feed;
  }

  private void send() {
    for (int i = 0; i < PER_SECOND / TICKS_PER_SECOND; i++) {
      boolean malformed = sent % MALFORMED == MALFORMED - 1;
      String id = (malformed ? "bad-" : "e-") + sent;
      String subject = "s" + sent * 31 % SUBJECTS;
      String text = malformed ? "none" : Integer.toString(sent);
      sent++;
      try {
        producer
            .send(EventJob.event(id, "urn:test:feed", subject, text))
            .whenComplete(
                (position, failure) -> {
                  if (failure == null) {
                    acknowledged.put(position, id);
                  } else {
                    failures.add(failure);
                  }
                });
      } catch (IOException | RuntimeException e) {
        failures.add(e);
      }
    }
  }

  static boolean isMalformed(String id) {
    return id.startsWith("bad-");
  }

  /** The events that a broker has acknowledged so far. */
  Map<Position.KafkaRecord, String> acknowledged() {
    // Not Map.copyOf, which probes one slot after the other: the hash codes of positions are in a
    // row, and it would take minutes.
    return new HashMap<>(acknowledged);
  }

  int count() {
    return acknowledged.size();
  }

  /** Whatever could not be sent: the brokers are never away for that long. */
  Queue<Throwable> failures() {
    return failures;
  }

  /** Sends what is waiting, and no more. */
  void stop() throws InterruptedException {
    clock.shutdown();
    if (!clock.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("Cannot stop the feed: it still sends");
    }
    producer.flush();
  }

  @Override
  public void close() {
    clock.shutdownNow();
    producer.close();
  }
}
