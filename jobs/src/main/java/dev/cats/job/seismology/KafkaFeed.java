package dev.cats.job.seismology;

import dev.cats.connector.kafka.EventOf;
import dev.cats.connector.kafka.EventSchemas;
import dev.cats.connector.kafka.KafkaEventSink;
import dev.cats.connector.kafka.KafkaEventSource;
import dev.cats.connector.kafka.KafkaEvents;
import dev.cats.connector.kafka.Offsets;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Departure;
import dev.cats.event.Rejected;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.avro.generic.IndexedRecord;
import org.apache.flink.api.connector.sink2.Sink;

/**
 * The feed as a Kafka topic of {@link DataInitiativeEvent}s, and the topics beside it that take the
 * results: {@code TOPIC.daily}, {@code TOPIC.b-value}, {@code TOPIC.others} and {@code
 * TOPIC.rejects}.
 *
 * @param owner a name that belongs to this chain of manifests alone: what it has under way to the
 *     topics is no other run's to end
 * @param client properties of Kafka's clients, such as for TLS, and of the schema registry's; they
 *     go into no BOM and no log
 * @param schemas what events may have been written with
 * @param registry the schema registry to ask about events in Confluent's format, if there is one
 * @param toEnd whether to read up to the end that the topic has when the run starts, and stop
 */
public record KafkaFeed(
    String bootstrap,
    String topic,
    String owner,
    Properties client,
    EventSchemas schemas,
    Optional<String> registry,
    boolean toEnd) {
  static final String DAILY = "daily";
  static final String B_VALUE = "b-value";
  static final String OTHERS = "others";
  static final String REJECTS = "rejects";
  static final String LINEAGE = "lineage";

  /** How far a network's clock may be ahead of that of whoever sends its events. */
  private static final Duration AHEAD = Duration.ofHours(1);

  public KafkaFeed {
    Objects.requireNonNull(bootstrap, "bootstrap");
    Objects.requireNonNull(topic, "topic");
    Objects.requireNonNull(owner, "owner");
    Properties copy = new Properties();
    copy.putAll(client);
    client = copy;
  }

  /** The topics that results are written to. */
  public List<String> outputs() {
    return List.of(name(DAILY), name(B_VALUE), name(OTHERS), name(REJECTS));
  }

  /** The topic that says what was committed; it is compacted. */
  public String lineage() {
    return name(LINEAGE);
  }

  private String name(String output) {
    return topic + "." + output;
  }

  KafkaEventSource source() {
    KafkaEventSource.Builder builder =
        KafkaEvents.source(bootstrap, topic)
            .properties(client)
            .groupId(SeismologyJob.NAME)
            .schemas(schemas)
            .refuseAhead(AHEAD);
    registry.ifPresent(url -> builder.registry(url, registryProperties()));
    return (toEnd ? builder.until(Offsets.latest()) : builder).build();
  }

  private Map<String, String> registryProperties() {
    return client.stringPropertyNames().stream()
        .collect(Collectors.toMap(name -> name, client::getProperty));
  }

  <T extends IndexedRecord> Sink<Departure<T>> sink(String output, EventOf<T> event) {
    return builder(output).build(event);
  }

  Sink<Departure<Rejected>> rejects() {
    return builder(REJECTS).buildRejects();
  }

  private KafkaEventSink.Builder builder(String output) {
    return KafkaEvents.sink(bootstrap, name(output))
        .properties(client)
        .transactionalIdPrefix(String.join("-", SeismologyJob.NAME, topic, output, owner))
        .initiative(SeismologyJob.NAME);
  }

  @Override
  public String toString() {
    return topic + " at " + bootstrap;
  }
}
