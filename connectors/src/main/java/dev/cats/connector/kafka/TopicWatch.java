package dev.cats.connector.kafka;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import javax.annotation.Nullable;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Looks at the topics from time to time: which partitions they have, whether they are still the
 * same topics, and whether the brokers answer at all.
 *
 * <p>Offsets are positions in one topic, not in one name: a topic that was deleted and created
 * again has a new id, and its offset 7 is another record. So the ids are remembered (in the
 * enumerator's state), and another id ends the reading.
 */
final class TopicWatch implements KafkaSubscriber, AutoCloseable {
  private static final long serialVersionUID = 1L;

  private final List<String> topics;
  @Nullable private final String group;
  private final Set<TopicPartition> only;
  private final transient Brokers brokers;
  private final transient BrokerWatch watch;
  private final transient KafkaFailures failures;
  private final transient Absence absence;

  // Written by the enumerator's worker thread, read when it takes a snapshot.
  private transient volatile Map<String, String> ids;

  private transient AdminClient admin;
  private transient Set<TopicPartition> known;

  /**
   * @param group whose rights are checked, if there is one
   * @param only the only partitions to be read, if there are any; else all of the topics
   * @param ids of the topics, as far as they are known from a checkpoint
   */
  TopicWatch(
      Brokers brokers,
      BrokerWatch watch,
      List<String> topics,
      @Nullable String group,
      Set<TopicPartition> only,
      Map<String, String> ids) {
    this.brokers = brokers;
    this.watch = watch;
    this.topics = List.copyOf(topics);
    this.group = group;
    this.only = Set.copyOf(only);
    this.failures = KafkaFailures.reading(brokers, topics);
    this.absence = new Absence(brokers.toString());
    this.ids = Map.copyOf(ids);
  }

  /** The topics' ids, by name. */
  Map<String, String> ids() {
    return ids;
  }

  /**
   * The partitions to read: as they are, or, when the brokers do not answer, as they were. The
   * first time it waits for an answer.
   */
  @Override
  public Set<TopicPartition> getSubscribedTopicPartitions(AdminClient asked) {
    admin = asked;
    try {
      if (known == null) {
        if (group != null) {
          watch.wait(this::groupOffsets);
        }
        known = partitions(watch.until(() -> Optional.of(describe()).filter(this::isSettled)));
      } else {
        if (group != null) {
          watch.once(this::groupOffsets);
        }
        Optional<Map<String, TopicDescription>> found =
            watch.once(this::describe).filter(this::isSettled);
        if (found.isPresent()) {
          known = partitions(found.get());
        }
      }
      return known;
    } catch (ExecutionException e) {
      throw new IllegalStateException(failures.explained(e));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Cannot look at topics: interrupted", e);
    }
  }

  /** Looks without having to know: for who reads to an end and is not asked for new partitions. */
  void look() {
    if (admin != null) {
      getSubscribedTopicPartitions(admin);
    }
  }

  /** The topics that there are. */
  private Map<String, TopicDescription> describe() throws ExecutionException, InterruptedException {
    DescribeTopicsOptions options =
        new DescribeTopicsOptions()
            .timeoutMs((int) BrokerWatch.PATIENCE.toMillis())
            .includeAuthorizedOperations(true);
    Map<String, TopicDescription> found = new TreeMap<>();
    for (var each : admin.describeTopics(topics, options).topicNameValues().entrySet()) {
      try {
        found.put(each.getKey(), each.getValue().get());
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
      }
    }
    return found;
  }

  /** Whether these are the topics: a broker may not know all of them yet. */
  private boolean isSettled(Map<String, TopicDescription> found) {
    for (String topic : topics) {
      if (!found.containsKey(topic)) {
        return absence.lasts("topic " + topic);
      }
    }
    absence.ended();
    return true;
  }

  /** Asks for nothing that is used: who may not ask may not commit either. */
  private Object groupOffsets() throws ExecutionException, InterruptedException {
    ListConsumerGroupOffsetsOptions options =
        new ListConsumerGroupOffsetsOptions().timeoutMs((int) BrokerWatch.PATIENCE.toMillis());
    return admin.listConsumerGroupOffsets(group, options).partitionsToOffsetAndMetadata().get();
  }

  private Set<TopicPartition> partitions(Map<String, TopicDescription> found) throws IOException {
    Set<TopicPartition> partitions = new HashSet<>();
    Map<String, String> seen = new TreeMap<>(ids);
    for (String topic : topics) {
      TopicDescription description = found.get(topic);
      if (description == null) {
        throw new KafkaInputException(failures.missing("topic " + topic));
      }
      checkRights(description);
      checkId(description, seen);
      description
          .partitions()
          .forEach(each -> partitions.add(new TopicPartition(topic, each.partition())));
    }
    ids = Map.copyOf(seen);
    for (TopicPartition each : only) {
      if (!partitions.contains(each)) {
        throw new KafkaInputException(failures.missing("partition " + each));
      }
    }
    return only.isEmpty() ? partitions : only;
  }

  private void checkRights(TopicDescription topic) throws IOException {
    Set<AclOperation> may = topic.authorizedOperations();
    if (may != null
        && !may.isEmpty()
        && !may.contains(AclOperation.READ)
        && !may.contains(AclOperation.ALL)) {
      throw failures.noRights("topic " + topic.name());
    }
  }

  private void checkId(TopicDescription topic, Map<String, String> seen)
      throws KafkaInputException {
    if (topic.topicId() == null || topic.topicId().equals(Uuid.ZERO_UUID)) {
      return; // a broker of before topics had ids
    }
    String before = seen.put(topic.name(), topic.topicId().toString());
    if (before != null && !before.equals(topic.topicId().toString())) {
      throw new KafkaInputException(
          "Cannot go on reading topic "
              + topic.name()
              + ": Kafka at "
              + brokers
              + " has another one of this name now (expected topic id "
              + before
              + ", found "
              + topic.topicId()
              + "), so its offsets mean other records. Start a new run, without this one's"
              + " checkpoints");
    }
  }

  @Override
  public void close() {
    watch.close();
  }
}
