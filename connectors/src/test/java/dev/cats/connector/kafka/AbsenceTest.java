package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;

/** When a topic that brokers do not know is taken for missing. */
class AbsenceTest {
  private final AtomicLong seconds = new AtomicLong();
  private final Absence absence =
      new Absence("kafka:9092", () -> TimeUnit.SECONDS.toNanos(seconds.get()));

  private boolean lastsAfter(long more) {
    seconds.addAndGet(more);
    return absence.lasts("topic t");
  }

  @Test
  void manyLooksAtOnceAreNoAbsence() {
    for (int i = 0; i < 100; i++) {
      assertThat(lastsAfter(0)).isFalse();
    }
    assertThat(lastsAfter(9)).isFalse();
    assertThat(lastsAfter(1)).isTrue();
  }

  @Test
  void twoLooksAreNoneHoweverFarApart() {
    assertThat(lastsAfter(0)).isFalse();
    assertThat(lastsAfter(3600)).isFalse();
    assertThat(lastsAfter(0)).isTrue();
  }

  @Test
  void itEndsWithTheFirstLookThatFinds() {
    assertThat(lastsAfter(0)).isFalse();
    assertThat(lastsAfter(9)).isFalse();
    absence.ended();
    assertThat(lastsAfter(9)).isFalse();
    assertThat(lastsAfter(9)).isFalse();
    assertThat(lastsAfter(9)).isTrue();
  }

  @Test
  void whoWaitsForAnAnswerAsksAgain() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (BrokerWatch watch = new BrokerWatch(new Brokers("kafka:9092", new Properties()))) {
      String answer =
          watch.wait(
              () -> {
                if (asked.incrementAndGet() < 4) {
                  throw new ExecutionException(new UnknownTopicOrPartitionException("no"));
                }
                return "yes";
              });
      assertThat(answer).isEqualTo("yes");
      assertThatThrownBy(
              () ->
                  watch.wait(
                      () -> {
                        throw new ExecutionException(new UnknownTopicOrPartitionException("no"));
                      }))
          .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
    }
  }
}
