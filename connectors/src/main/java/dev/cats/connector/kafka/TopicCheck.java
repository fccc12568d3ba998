package dev.cats.connector.kafka;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.acl.AclOperation;

/**
 * Whether a topic can be written to, asked before anything is: a producer that finds no topic only
 * waits for it.
 */
final class TopicCheck implements AutoCloseable {
  private final String topic;
  private final KafkaFailures failures;
  private final BrokerWatch watch;
  private final Admin admin;

  TopicCheck(Brokers brokers, String topic, KafkaFailures failures) {
    this.topic = topic;
    this.failures = failures;
    this.watch = new BrokerWatch(brokers);
    this.admin = brokers.admin();
  }

  /** Waits for the brokers, and returns if they have the topic and take records for it. */
  void mayWrite() throws IOException {
    try {
      TopicDescription found = watch.wait(this::describe);
      Set<AclOperation> may = found.authorizedOperations();
      if (may != null
          && !may.isEmpty()
          && !may.contains(AclOperation.WRITE)
          && !may.contains(AclOperation.ALL)) {
        throw failures.noRights("topic " + topic);
      }
    } catch (ExecutionException e) {
      throw failures.explained(e) instanceof IOException explained
          ? explained
          : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot write to topic " + topic + ": interrupted", e);
    }
  }

  private TopicDescription describe() throws ExecutionException, InterruptedException {
    DescribeTopicsOptions options =
        new DescribeTopicsOptions()
            .timeoutMs((int) BrokerWatch.PATIENCE.toMillis())
            .includeAuthorizedOperations(true);
    return admin.describeTopics(List.of(topic), options).allTopicNames().get().get(topic);
  }

  @Override
  public void close() {
    watch.close();
    admin.close();
  }
}
