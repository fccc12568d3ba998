package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;

/** What is said of brokers that are away, by however many watch them, and when it is forgotten. */
class BrokerWatchTest {
  private static final Brokers BROKERS = new Brokers("watched:9092", new Properties());

  private static void missed(BrokerWatch watch) throws Exception {
    assertThat(
            watch.once(
                () -> {
                  throw new ExecutionException(new TimeoutException("nobody there"));
                }))
        .isEmpty();
  }

  private static void answered(BrokerWatch watch) throws Exception {
    assertThat(watch.once(() -> "yes")).contains("yes");
  }

  @Test
  void itIsSaidOnceForAllWhoWatch() throws Exception {
    try (Said said = new Said(Level.WARN);
        BrokerWatch first = new BrokerWatch(BROKERS);
        BrokerWatch second = new BrokerWatch(BROKERS)) {
      missed(first);
      missed(second);
      missed(first);
      first.close();
      first.close();
      missed(second);
      answered(second);
      answered(second);
      assertThat(said.about("watched:9092"))
          .satisfiesExactly(
              away -> assertThat(away).contains("does not answer (nobody there); waiting until"),
              back -> assertThat(back).contains("is back after 0 s"));
    }
  }

  @Test
  void whoComesLaterSeesForItself() throws Exception {
    try (Said said = new Said(Level.WARN)) {
      try (BrokerWatch earlier = new BrokerWatch(BROKERS)) {
        missed(earlier);
        assertThat(said.about("watched:9092")).hasSize(1);
      }
      try (BrokerWatch later = new BrokerWatch(BROKERS)) {
        answered(later);
        assertThat(said.about("watched:9092")).hasSize(1);
        missed(later);
        assertThat(said.about("does not answer")).hasSize(2);
      }
    }
  }
}
