package dev.cats.bench;

import dev.cats.connector.kafka.EventProducer;
import dev.cats.connector.kafka.LocalBroker;
import dev.cats.event.DataInitiativeEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.util.FileUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * A topic of events on a Kafka broker of its own: a JVM on the loopback interface, which ends when
 * this is closed, and when this process ends.
 *
 * <p>The events are 200 bytes each as values of Kafka records, of 1,000 subjects in turn.
 */
final class EventTopic implements AutoCloseable {
  static final String NAME = "bench";
  static final int EVENT_BYTES = 200;
  private static final int SUBJECTS = 1000;
  private static final int PARTITIONS = 4;
  private static final long PATIENCE_SECONDS = 60;
  private static final int TOLD_EVERY = 250_000;
  private static final Instant EPOCH = Instant.ofEpochSecond(1_750_000_000L);

  private static final String NOTE = "borehole seismometer, battery good, clock on GPS";
  private static final int DATA_BYTES = 90;

  private final LocalBroker broker;
  private final Path folder;
  private final Process process;
  private final Thread atExit;

  private EventTopic(LocalBroker broker, Path folder, Process process) {
    this.folder = folder;
    this.broker = broker;
    this.process = process;
    this.atExit = new Thread(process::destroyForcibly, "end the Kafka broker");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Hears of the events that were sent so far. */
  interface Filling {
    void sent(long events);
  }

  /**
   * Starts a broker and fills its topic.
   *
   * @param jars the broker's
   * @param folder for its data, which go when the topic is closed
   */
  static EventTopic fill(Path jars, Path folder, long events, Filling filling)
      throws IOException, InterruptedException {
    LocalBroker.checkJars(jars);
    LocalBroker broker =
        LocalBroker.of(jars, folder, LocalBroker.freePort())
            .with(Map.of("log.retention.ms", "-1", "log.cleaner.enable", "false"));
    EventTopic topic = new EventTopic(broker, folder, broker.start(List.of()));
    try {
      broker.awaitAnswer(topic.process.toHandle(), Map.of(), PATIENCE_SECONDS);
      topic.create();
      topic.send(events, filling);
      return topic;
    } catch (IOException | InterruptedException | RuntimeException e) {
      topic.close();
      throw e;
    }
  }

  String bootstrap() {
    return broker.bootstrap();
  }

  /** CPU time of the broker so far, nanoseconds; 0 where the system does not say. */
  long cpuNanos() {
    return process.toHandle().info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
  }

  private void create() throws IOException, InterruptedException {
    Properties client = new Properties();
    client.put("bootstrap.servers", bootstrap());
    try (Admin admin = Admin.create(client)) {
      admin.createTopics(List.of(new NewTopic(NAME, PARTITIONS, (short) 1))).all().get();
    } catch (ExecutionException e) {
      throw new IOException("Cannot create topic " + NAME + ": " + e.getCause().getMessage(), e);
    }
  }

  private void send(long events, Filling filling) throws IOException {
    AtomicReference<Throwable> failed = new AtomicReference<>();
    try (EventProducer producer = EventProducer.to(bootstrap(), NAME)) {
      for (long sequence = 0; sequence < events && failed.get() == null; sequence++) {
        if (sequence > 0 && sequence % TOLD_EVERY == 0) {
          filling.sent(sequence);
        }
        var unused =
            producer
                .send(event(sequence))
                .whenComplete(
                    (position, failure) -> {
                      if (failure != null) {
                        failed.compareAndSet(null, failure);
                      }
                    });
      }
      producer.flush();
    }
    if (failed.get() != null) {
      throw new IOException("Cannot fill the topic: " + failed.get().getMessage(), failed.get());
    }
    filling.sent(events);
  }

  /** The event of a number: a millisecond later than the one before, subjects in turn. */
  static DataInitiativeEvent event(long sequence) {
    long subject = sequence % SUBJECTS;
    String station = padded("ST", subject, 5);
    StringBuilder data = new StringBuilder(DATA_BYTES);
    data.append("{\"station\":\"").append(station).append("\",\"sequence\":");
    data.append(padded("", sequence, 12)).append(",\"note\":\"");
    data.append(NOTE, 0, DATA_BYTES - 2 - data.length()).append("\"}");
    DataInitiativeEvent event = new DataInitiativeEvent();
    event.setSpecversion("1.0");
    event.setId(padded("", sequence, 12));
    event.setSource("/bench/stations");
    event.setType("dev.cats.sample");
    event.setSubject(station);
    event.setTime(EPOCH.plusMillis(sequence));
    event.setDatacontenttype("application/json");
    event.setInitiative("bench");
    event.setExtensions(new HashMap<>());
    event.setData(ByteBuffer.wrap(data.toString().getBytes(StandardCharsets.US_ASCII)));
    return event;
  }

  private static String padded(String prefix, long number, int digits) {
    String text = Long.toString(number);
    return prefix + "0".repeat(Math.max(0, digits - text.length())) + text;
  }

  /** Ends the broker, which has nothing to save, and removes its data. */
  @Override
  public void close() throws IOException, InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException(
          "Cannot end the Kafka broker: process %d stays".formatted(process.pid()));
    }
    Runtime.getRuntime().removeShutdownHook(atExit);
    FileUtils.deleteDirectory(folder.toFile());
  }
}
