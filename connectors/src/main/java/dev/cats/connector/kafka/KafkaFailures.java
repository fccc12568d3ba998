package dev.cats.connector.kafka;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What Kafka's clients throw, as messages for people: what cannot be done, why, and what to do
 * about it. Flink wraps what a client threw several times over; what Kafka said is the innermost.
 */
final class KafkaFailures {
  private final Brokers brokers;
  private final String doing;
  private final String what;
  private final String needs;

  private KafkaFailures(Brokers brokers, String doing, String what, String needs) {
    this.brokers = brokers;
    this.doing = doing;
    this.what = what;
    this.needs = needs;
  }

  static KafkaFailures reading(Brokers brokers, List<String> topics) {
    return new KafkaFailures(brokers, "read", topics(topics), "READ and DESCRIBE");
  }

  static KafkaFailures writing(Brokers brokers, String topic) {
    return new KafkaFailures(brokers, "write to", "topic " + topic, "WRITE and DESCRIBE");
  }

  private static String topics(List<String> topics) {
    return (topics.size() == 1 ? "topic " : "topics ") + String.join(", ", topics);
  }

  /** What Kafka said: the innermost of its exceptions, or what was thrown where it said nothing. */
  static Throwable kafkas(Throwable thrown) {
    Throwable innermost = thrown;
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      if (at instanceof KafkaException) {
        innermost = at;
      }
    }
    return innermost;
  }

  /** The same failure, with a message of ours if it is one of Kafka's. */
  Exception explained(Exception thrown) {
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      if (at instanceof KafkaInputException || at instanceof KafkaRightsException) {
        return thrown; // said already
      }
    }
    Throwable kafkas = kafkas(thrown);
    if (kafkas instanceof OffsetOutOfRangeException lost) {
      return new KafkaInputException(outOfRange(lost.offsetOutOfRangePartitions()), thrown);
    }
    if (kafkas instanceof UnknownTopicOrPartitionException) {
      return new KafkaInputException(missing("topic of this name"), thrown);
    }
    if (kafkas instanceof AuthorizationException) {
      return new KafkaRightsException(cannot(because(kafkas)), thrown);
    }
    return kafkas instanceof KafkaException
        ? new IOException(cannot(because(kafkas)), thrown)
        : thrown;
  }

  /** What was asked for is not there. */
  String missing(String what) {
    return cannot("Kafka at " + brokers + " has no " + what + "; check the name, or create it");
  }

  /** The client's principal lacks a right. */
  KafkaRightsException noRights(String what) {
    return new KafkaRightsException(cannot(right(what, needs)));
  }

  private String cannot(String because) {
    return "Cannot " + doing + " " + what + ": " + because;
  }

  private String because(Throwable kafkas) {
    String said = kafkas.getMessage();
    if (kafkas instanceof TopicAuthorizationException denied) {
      List<String> named = denied.unauthorizedTopics().stream().sorted().toList();
      return right(named.isEmpty() ? what : topics(named), needs);
    }
    if (kafkas instanceof GroupAuthorizationException denied) {
      return right("consumer group " + denied.groupId(), "READ (or name no group)");
    }
    if (kafkas instanceof TransactionalIdAuthorizationException) {
      return right("transactional ids with the prefix of this sink", "WRITE and DESCRIBE");
    }
    if (kafkas instanceof ClusterAuthorizationException) {
      return right("the cluster", "IDEMPOTENT_WRITE");
    }
    if (kafkas instanceof AuthenticationException) {
      return "Kafka at "
          + brokers
          + " and this client do not accept each other ("
          + said
          + "); check security.protocol and the ssl.* and sasl.* settings";
    }
    if (said != null && said.contains("transaction.max.timeout.ms")) {
      return "Kafka at "
          + brokers
          + " allows only shorter transactions; lower transaction.timeout.ms in the client's"
          + " settings, or raise transaction.max.timeout.ms of the brokers";
    }
    if (kafkas instanceof ConfigException || kafkas.getClass() == KafkaException.class) {
      return "the settings of the client for Kafka at " + brokers + " are wrong: " + said;
    }
    if (kafkas instanceof InvalidTopicException) {
      return "it is no name for a topic (" + said + ")";
    }
    if (kafkas instanceof RecordTooLargeException) {
      return said
          + "; raise max.request.size in the client's settings and max.message.bytes of the"
          + " topic, or pass the data by reference (dataref)";
    }
    if (kafkas instanceof TimeoutException) {
      return "Kafka at " + brokers + " did not answer in time (" + said + ")";
    }
    return "Kafka at " + brokers + " refused: " + said;
  }

  private String right(String what, String rights) {
    return "Kafka at "
        + brokers
        + " gives this client no right to "
        + what
        + "; grant its principal "
        + brokers.principal().map(who -> who + " ").orElse("")
        + rights
        + ", then start it again";
  }

  /** Which records were asked for, which there are, and how it came to be. */
  private String outOfRange(Map<TopicPartition, Long> asked) {
    Map<TopicPartition, String> each = new TreeMap<>(BY_NAME);
    Map<TopicPartition, long[]> offered = offered(asked);
    asked.forEach((partition, offset) -> each.put(partition, lost(offset, offered.get(partition))));
    return each.entrySet().stream()
        .map(
            lost ->
                "Cannot read topic "
                    + lost.getKey().topic()
                    + ", partition "
                    + lost.getKey().partition()
                    + ", "
                    + lost.getValue())
        .collect(Collectors.joining("\n"));
  }

  static final java.util.Comparator<TopicPartition> BY_NAME =
      java.util.Comparator.comparing(TopicPartition::topic)
          .thenComparingInt(TopicPartition::partition);

  private String lost(long asked, long[] range) {
    String from = "from offset " + asked + ": Kafka at " + brokers;
    if (range == null) {
      return from + " does not have that offset (and does not say which it has)";
    }
    String offers =
        range[0] == range[1]
            ? " has no records; the next one will be " + range[1]
            : " offers offsets " + range[0] + " to " + (range[1] - 1);
    String why =
        asked < range[0]
            ? "Offsets "
                + asked
                + " to "
                + (range[0] - 1)
                + " were deleted before they were read (retention). Nothing is skipped: bring them"
                + " back, or start a new run, without this one's checkpoints, from what is left"
            : "The topic was truncated, or deleted and created again. Start a new run, without this"
                + " one's checkpoints";
    return from + offers + ". " + why;
  }

  /** By partition the first offset that there is and the one after the last. */
  private Map<TopicPartition, long[]> offered(Map<TopicPartition, Long> asked) {
    Map<TopicPartition, long[]> offered = new TreeMap<>(BY_NAME);
    ListOffsetsOptions options =
        new ListOffsetsOptions().timeoutMs((int) BrokerWatch.PATIENCE.toMillis());
    try (Admin admin = brokers.admin()) {
      var first = admin.listOffsets(each(asked, OffsetSpec.earliest()), options);
      var next = admin.listOffsets(each(asked, OffsetSpec.latest()), options);
      for (TopicPartition partition : asked.keySet()) {
        offered.put(
            partition,
            new long[] {
              first.partitionResult(partition).get().offset(),
              next.partitionResult(partition).get().offset()
            });
      }
    } catch (ExecutionException | KafkaException e) {
      // The offset asked for is told without the range.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return offered;
  }

  private static Map<TopicPartition, OffsetSpec> each(
      Map<TopicPartition, Long> asked, OffsetSpec which) {
    return asked.keySet().stream().collect(Collectors.toMap(each -> each, each -> which));
  }
}
