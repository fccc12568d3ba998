package dev.cats.connector.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the brokers answer. A broker that is away is no failure: it is said once that it is, and
 * once that it is back, however often it was asked in between, and by however many sources and
 * sinks of this process. When the last of them has ended, it is forgotten: who comes later sees for
 * itself.
 */
final class BrokerWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerWatch.class);

  /** How long one question waits for its answer. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final long PAUSE_MILLIS = 200;

  private static final Map<String, Shared> SHARED = new ConcurrentHashMap<>();

  private final String brokers;
  private final Shared shared;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** A question to the brokers, which fails as Kafka's futures do. */
  interface Question<T> {
    T ask() throws ExecutionException, InterruptedException;
  }

  BrokerWatch(Brokers brokers) {
    this.brokers = brokers.toString();
    this.shared =
        SHARED.compute(
            this.brokers,
            (address, known) -> {
              Shared one = known == null ? new Shared() : known;
              one.watches++;
              return one;
            });
  }

  /** What all watches of one address know. */
  private static final class Shared {
    private int watches; // within SHARED's own lock

    /** Since when there was no answer, in nanoseconds; null while there is one. */
    private final AtomicReference<Long> away = new AtomicReference<>();
  }

  /**
   * Asks until there is an answer, or a failure that asking again does not change. That there is no
   * such topic is one when it was said for a while.
   */
  <T> T wait(Question<T> question) throws ExecutionException, InterruptedException {
    return until(() -> Optional.of(question.ask()));
  }

  /** Asks until the answer is something. */
  <T> T until(Question<Optional<T>> question) throws ExecutionException, InterruptedException {
    Absence absence = new Absence(brokers);
    while (true) {
      Optional<T> answer = once(() -> known(question, absence)).flatMap(Function.identity());
      if (answer.isPresent()) {
        return answer.get();
      }
      if (closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new InterruptedException("Closed while waiting for Kafka at " + brokers);
      }
    }
  }

  private static <T> Optional<T> known(Question<Optional<T>> question, Absence absence)
      throws ExecutionException, InterruptedException {
    try {
      return question.ask();
    } catch (ExecutionException | RuntimeException e) {
      if (KafkaFailures.kafkas(e) instanceof UnknownTopicOrPartitionException
          && !absence.lasts("the topic")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Asks, and knows nothing when the brokers do not answer. */
  <T> Optional<T> once(Question<T> question) throws ExecutionException, InterruptedException {
    try {
      T answer = question.ask();
      answered();
      return Optional.of(answer);
    } catch (ExecutionException | RuntimeException e) {
      Throwable why = KafkaFailures.kafkas(e);
      if (isAway(why)) {
        missed(why);
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Nobody answered; whether asking again may help. */
  static boolean isAway(Throwable thrown) {
    return thrown instanceof RetriableException
        && !(thrown instanceof UnknownTopicOrPartitionException);
  }

  private void answered() {
    Long since = shared.away.getAndSet(null);
    if (since != null) {
      LOG.warn(
          "Kafka at {} is back after {} s",
          brokers,
          TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since));
    }
  }

  private void missed(Throwable why) {
    if (closed.getCount() > 0 && shared.away.compareAndSet(null, System.nanoTime())) {
      LOG.warn(
          "Kafka at {} does not answer ({}); waiting until it does", brokers, why.getMessage());
    }
  }

  @Override
  public void close() {
    SHARED.computeIfPresent(
        brokers,
        (address, known) -> {
          if (closed.getCount() == 0) {
            return known;
          }
          closed.countDown();
          return --known.watches == 0 ? null : known;
        });
  }
}
