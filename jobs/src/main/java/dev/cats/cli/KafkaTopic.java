package dev.cats.cli;

import dev.cats.connector.kafka.KafkaEvents;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** A topic of a Kafka cluster that a command is to use, and what is said when it cannot. */
final class KafkaTopic {
  private static final int PATIENCE_MILLIS = 5_000;

  private final String name;
  private final String bootstrap;
  private final Properties client;
  private final AclOperation use;

  private KafkaTopic(String name, String bootstrap, Properties client, AclOperation use) {
    checkAddress(bootstrap);
    this.name = name;
    this.bootstrap = bootstrap;
    this.client = client;
    this.use = use;
  }

  /**
   * A topic that is to be read.
   *
   * @param client properties of Kafka's clients; never shown, there may be passwords among them
   */
  static KafkaTopic toRead(String name, String bootstrap, Properties client) {
    return new KafkaTopic(name, bootstrap, client, AclOperation.READ);
  }

  /** A topic that is to be written to. */
  static KafkaTopic toWrite(String name, String bootstrap, Properties client) {
    return new KafkaTopic(name, bootstrap, client, AclOperation.WRITE);
  }

  /** Refuses what is no address, before it is shown: there may be a password in it. */
  static void checkAddress(String bootstrap) {
    try {
      KafkaEvents.checkAddress(bootstrap);
    } catch (IllegalArgumentException e) {
      throw Failure.usage(e.getMessage(), "Expected one as: localhost:9092", e);
    }
  }

  /** What a file of client properties has. */
  static Properties properties(Path file) throws IOException {
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      properties.load(in);
    } catch (NoSuchFileException e) {
      throw Failure.usage(
          "Cannot read " + file + ": there is no such file",
          "Name a file of Kafka client properties with --config.",
          e);
    } catch (IllegalArgumentException e) {
      throw Failure.usage(
          "Cannot read " + file + ": " + e.getMessage(),
          "Expected lines as: security.protocol=SSL",
          e);
    }
    return properties;
  }

  /** How many partitions the topic has, if it is there. */
  OptionalInt partitions() {
    DescribeTopicsOptions options =
        new DescribeTopicsOptions().includeAuthorizedOperations(use == AclOperation.READ);
    try (Admin admin = admin()) {
      TopicDescription found =
          admin.describeTopics(List.of(name), options).allTopicNames().get().get(name);
      Set<AclOperation> may = found.authorizedOperations();
      if (use == AclOperation.READ
          && may != null
          && !may.isEmpty()
          && !may.contains(use)
          && !may.contains(AclOperation.ALL)) {
        throw cannot("use", new TopicAuthorizationException("No right to read it."));
      }
      return OptionalInt.of(found.partitions().size());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return OptionalInt.empty();
      }
      throw cannot("use", e.getCause());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Makes the topic, with as many replicas as the cluster gives by itself. */
  void create(int partitions) {
    try (Admin admin = admin()) {
      NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.empty());
      admin.createTopics(List.of(topic)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw cannot("create", e.getCause());
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private Admin admin() {
    Properties all = new Properties();
    all.putAll(client);
    all.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    all.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    all.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    try {
      return Admin.create(all);
    } catch (KafkaException e) {
      throw cannot("use", e.getCause() == null ? e : e.getCause());
    }
  }

  /** Words what Kafka's client threw. */
  Failure cannot(String what, Throwable cause) {
    String subject = "Cannot %s topic %s of Kafka at %s: ".formatted(what, name, bootstrap);
    if (cause instanceof TimeoutException) {
      return Failure.usage(
          subject + "no answer in " + PATIENCE_MILLIS / 1000 + " s",
          "Check that the broker runs there, and whether it wants TLS or a user (--config FILE).",
          cause);
    }
    if (cause instanceof AuthenticationException) {
      return Failure.usage(
          subject + cause.getMessage(),
          "Check the certificates or the user in --config FILE.",
          cause);
    }
    if (cause instanceof AuthorizationException) {
      return Failure.usage(
          subject + "it is not allowed: " + cause.getMessage(),
          "Have its principal%s granted %s and DESCRIBE%s."
              .formatted(
                  KafkaEvents.principal(client).map(who -> " " + who).orElse(""),
                  use,
                  use == AclOperation.WRITE ? ", or have it created" : ""),
          cause);
    }
    return Failure.usage(
        subject + cause.getMessage(), "Check --topic, --bootstrap and --config.", cause);
  }

  private static Failure interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return Failure.usage("Cannot go on: interrupted", "Start it again.", e);
  }
}
