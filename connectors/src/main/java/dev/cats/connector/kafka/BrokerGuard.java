package dev.cats.connector.kafka;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the brokers from time to time whether they are there, on a thread of its own: for a sink,
 * which waits without a word for brokers that are away.
 */
final class BrokerGuard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerGuard.class);

  private final BrokerWatch watch;
  private final Admin admin;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          run -> {
            Thread made = new Thread(run, "ask whether Kafka is there");
            made.setDaemon(true);
            return made;
          });

  BrokerGuard(Brokers brokers) {
    this.watch = new BrokerWatch(brokers);
    this.admin = brokers.admin();
    long every = BrokerWatch.PATIENCE.toMillis();
    this.thread.scheduleWithFixedDelay(this::look, every, every, TimeUnit.MILLISECONDS);
  }

  private void look() {
    DescribeClusterOptions options =
        new DescribeClusterOptions().timeoutMs((int) BrokerWatch.PATIENCE.toMillis());
    try {
      watch.once(() -> admin.describeCluster(options).clusterId().get());
    } catch (ExecutionException | RuntimeException e) {
      LOG.debug("Cannot ask whether Kafka is there", e); // the sink itself will say it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    watch.close();
    admin.close(Duration.ZERO);
  }
}
