package dev.cats.cli;

import dev.cats.connector.kafka.EventProducer;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Position;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * Events under way to a topic: how many were sent, how many the broker has, and where. Tells how it
 * is going, after two seconds and then every second in which something changed.
 */
final class Sending implements Closeable {
  private static final long FIRST_SECONDS = 2;
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final EventProducer producer;
  private final PrintWriter err;
  private final Thread teller = new Thread(this::tell, "cats-progress");
  private final long started = System.nanoTime();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final SortedMap<Integer, Offsets> offsets = new TreeMap<>(); // under its own lock
  private volatile long sent;
  private final AtomicLong acknowledged = new AtomicLong();
  private volatile long lastAnswer = started;
  private volatile boolean over;

  /** The offsets that events got in one partition; others may have written between them. */
  record Offsets(long first, long last) {
    Offsets and(long offset) {
      return new Offsets(Math.min(first, offset), Math.max(last, offset));
    }
  }

  Sending(EventProducer producer, PrintWriter err) {
    this.producer = producer;
    this.err = err;
    teller.setDaemon(true);
    teller.start();
  }

  /**
   * Sends an event, or throws what kept an earlier one from arriving.
   *
   * @throws IllegalArgumentException if it is no valid CloudEvent, or too large to be sent
   */
  void send(DataInitiativeEvent event) throws IOException {
    check();
    if (sent == acknowledged.get()) {
      lastAnswer = System.nanoTime(); // silence counts from the first question
    }
    CompletableFuture<Position.KafkaRecord> answer = producer.send(event);
    if (answer.isCompletedExceptionally()) {
      Throwable refused = answer.handle((position, thrown) -> thrown).join();
      if (refused.getCause() instanceof RecordTooLargeException) { // found before it was sent
        throw new IllegalArgumentException(
            refused.getMessage() + " Data of that size is better passed by reference (dataref).",
            refused);
      }
    }
    sent++;
    answer.whenComplete(this::done);
  }

  /** Called by the producer's thread, or by ours where the answer was there already. */
  private void done(Position.KafkaRecord position, Throwable thrown) {
    lastAnswer = System.nanoTime();
    if (thrown != null) {
      failure.compareAndSet(null, thrown);
      return;
    }
    acknowledged.incrementAndGet();
    synchronized (offsets) {
      Offsets one = new Offsets(position.offset(), position.offset());
      offsets.merge(position.partition(), one, (known, other) -> known.and(position.offset()));
    }
  }

  /** Waits until the broker has all that was sent. */
  void finish() throws IOException {
    producer.flush();
    check();
  }

  private void check() throws IOException {
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new IOException(
          thrown.getMessage() + "\nThe broker has " + acknowledged() + " of the events before it.",
          thrown);
    }
  }

  long acknowledged() {
    return acknowledged.get();
  }

  long unanswered() {
    return sent - acknowledged.get();
  }

  double seconds() {
    return (System.nanoTime() - started) / 1e9;
  }

  SortedMap<Integer, Offsets> offsets() {
    synchronized (offsets) {
      return new TreeMap<>(offsets);
    }
  }

  private void tell() {
    long waitSeconds = FIRST_SECONDS;
    long told = 0;
    boolean silent = false;
    while (true) {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(waitSeconds));
      if (over) {
        return;
      }
      waitSeconds = 1;
      long now = acknowledged.get();
      boolean waiting = sent > now && System.nanoTime() - lastAnswer > SILENCE_NANOS;
      if (waiting && !silent) {
        err.println("        the broker does not answer; waiting for it");
      } else if (silent && now > told) {
        err.println("        the broker answers again");
      }
      silent = waiting || silent && now == told;
      if (now > told) {
        err.printf(
            Locale.ROOT, "%4.0f s  %,d events sent, %,.0f/s%n", seconds(), now, now / seconds());
        told = now;
      }
      err.flush();
    }
  }

  /** Waits until the broker has what it can get. */
  @Override
  public void close() {
    over = true;
    LockSupport.unpark(teller);
    producer.close();
  }
}
