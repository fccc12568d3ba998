package dev.cats.connector.kafka;

import dev.cats.event.Arrival;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Described;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;
import org.apache.flink.streaming.api.lineage.SourceLineageVertex;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The events of Kafka topics, each with its topic, partition and offset, by Flink's own Kafka
 * source.
 *
 * <p><b>Every offset is read once.</b> Where reading begins is a number from the start on, and in
 * the state; a record that has to be next and is not there any more ends the job with a {@link
 * KafkaInputException} and is never skipped. Offsets may have holes all the same: where a
 * transaction ended, where one was given up, and what compaction removed.
 *
 * <p><b>Brokers that are away are waited for</b>, at the start too; the log has one line when they
 * go and one when they are back.
 *
 * <p>A record that cannot be read as an event is an {@link Arrival.Refused}, with its bytes.
 */
public final class KafkaEventSource
    implements Source<Arrival<DataInitiativeEvent>, KafkaPartitionSplit, KafkaReading>,
        LineageVertexProvider,
        Described {
  private static final long serialVersionUID = 1L;

  private static final Duration LOOK_EVERY = Duration.ofSeconds(10);
  private static final Duration READER_WAITS = Duration.ofHours(1);

  private final Brokers brokers;
  private final List<String> topics;
  private final Offsets from;
  @Nullable private final Offsets until;
  private final EventReader reader;
  @Nullable private final Duration ahead;

  private KafkaEventSource(Builder builder) {
    brokers = builder.brokers();
    topics = builder.topics;
    from = builder.from;
    until = builder.until;
    reader = EventReader.of(builder.schemas, builder.registry, builder.registryProperties);
    ahead = builder.ahead;
  }

  @Override
  public Boundedness getBoundedness() {
    return until == null ? Boundedness.CONTINUOUS_UNBOUNDED : Boundedness.BOUNDED;
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaReading> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) throws Exception {
    return enumerator(context, null);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaReading> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaReading reading) throws Exception {
    return enumerator(context, reading);
  }

  private KafkaEventEnumerator enumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, @Nullable KafkaReading reading)
      throws Exception {
    BrokerWatch watch = new BrokerWatch(brokers);
    boolean foundAll =
        until != null && reading != null && reading.partitions().initialDiscoveryFinished();
    TopicWatch watched =
        new TopicWatch(
            brokers,
            watch,
            topics,
            brokers.settings().getProperty(ConsumerConfig.GROUP_ID_CONFIG),
            foundAll ? reading.found() : named(),
            reading == null ? Map.of() : reading.topicIds());
    Set<String> known = reading == null ? Set.of() : reading.topics();
    KafkaSource<Arrival<DataInitiativeEvent>> flinks = flinks(watched, watch, known);
    DiscoveryContext discovery = new DiscoveryContext(context);
    try {
      return new KafkaEventEnumerator(
          reading == null
              ? flinks.createEnumerator(discovery)
              : flinks.restoreEnumerator(
                  discovery, foundAll ? reading.partitions() : reading.asking()),
          context,
          watched,
          KafkaFailures.reading(brokers, topics),
          foundAll,
          until == null ? 0 : LOOK_EVERY.toMillis());
    } catch (Exception e) {
      watch.close();
      throw e;
    }
  }

  /** The partitions that the end of reading names, or nothing where it does not name any. */
  private Set<TopicPartition> named() {
    return until instanceof Offsets.Exactly exactly ? exactly.offsets().keySet() : Set.of();
  }

  @Override
  public SourceReader<Arrival<DataInitiativeEvent>, KafkaPartitionSplit> createReader(
      SourceReaderContext context) throws Exception {
    KafkaFailures failures = KafkaFailures.reading(brokers, topics);
    try {
      return new KafkaEventReader(flinks(null, null, Set.of()).createReader(context), failures);
    } catch (Exception e) {
      throw failures.explained(e);
    }
  }

  /** Flink's source. Readers need neither to know which partitions there are nor where to begin. */
  private KafkaSource<Arrival<DataInitiativeEvent>> flinks(
      @Nullable KafkaSubscriber subscriber, @Nullable BrokerWatch watch, Set<String> known) {
    Properties settings = brokers.settings();
    settings.remove(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG); // OffsetsOnce says none
    KafkaSourceBuilder<Arrival<DataInitiativeEvent>> builder =
        KafkaSource.<Arrival<DataInitiativeEvent>>builder()
            .setDeserializer(new ArrivalSchema(reader, ahead))
            .setStartingOffsets(new OffsetsOnce(from, watch, known));
    if (until != null) {
      settings.remove(KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key());
      builder.setBounded(new OffsetsOnce(until, watch, Set.of()));
    }
    if (subscriber == null) {
      // A reader waits for brokers that are away, whatever it was about to ask them.
      settings.putIfAbsent(
          ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, String.valueOf(READER_WAITS.toMillis()));
      builder.setTopics(topics);
    } else {
      builder.setKafkaSubscriber(subscriber);
    }
    return builder.setProperties(settings).build();
  }

  @Override
  public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
    return new KafkaPartitionSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<KafkaReading> getEnumeratorCheckpointSerializer() {
    return new KafkaReading.Format();
  }

  /** What a BOM may say of this source: the topics and where reading begins and ends. */
  @Override
  public Map<String, String> params() {
    Map<String, String> params = new TreeMap<>();
    params.put("topics", String.join(",", topics));
    params.put("from", from.toString());
    if (until != null) {
      params.put("until", until.toString());
    }
    if (ahead != null) {
      params.put("ahead", ahead.toString());
    }
    return Map.copyOf(params);
  }

  /** The topics, for whoever asks Flink where a job's data comes from; without the settings. */
  @Override
  public SourceLineageVertex getLineageVertex() {
    return TopicVertex.source(brokers, topics, getBoundedness());
  }

  @Override
  public String toString() {
    return "events of " + String.join(", ", topics) + " at " + brokers;
  }

  /** What to read, and from where. */
  public static final class Builder {
    private final String bootstrap;
    private final List<String> topics;
    private Properties properties = new Properties();
    @Nullable private String group;
    private Offsets from = Offsets.earliest();
    @Nullable private Offsets until;
    private EventSchemas schemas = EventSchemas.builtIn();
    @Nullable private Duration ahead;
    @Nullable private String registry;
    private Map<String, String> registryProperties = Map.of();

    Builder(String bootstrap, String... topics) {
      this.bootstrap = bootstrap;
      this.topics = List.of(topics);
      if (topics.length == 0 || this.topics.stream().distinct().count() != topics.length) {
        throw new IllegalArgumentException(
            "Invalid topics: expected one or more, each once, found " + this.topics);
      }
    }

    /**
     * Settings of Kafka's consumer, for example those of TLS and SASL. They are handed on and never
     * shown. Those that decide what is read are ours: another value than ours is refused.
     */
    public Builder properties(Properties properties) {
      this.properties = Brokers.copy(properties);
      return this;
    }

    /**
     * The consumer group that progress is reported to, for tools that show it. Positions are in
     * Flink's checkpoints, so by default there is none.
     */
    public Builder groupId(String group) {
      this.group = Objects.requireNonNull(group, "group");
      return this;
    }

    /** Where a new run begins; by default at the earliest. A restored one goes on. */
    public Builder startingFrom(Offsets from) {
      this.from = Objects.requireNonNull(from, "from");
      return this;
    }

    /** Where reading ends; by default it does not. */
    public Builder until(Offsets until) {
      if (until instanceof Offsets.Earliest) {
        throw new IllegalArgumentException(
            "Invalid end of reading: nothing is before the earliest");
      }
      this.until = Objects.requireNonNull(until, "until");
      return this;
    }

    /**
     * Refuses, as {@code time-ahead}, an event that says it happened later than its Kafka record
     * was made, and by more than this. One such event would carry the watermark of its partition,
     * and with it those of all that are silent, beyond what is still to come. By default any time
     * is taken.
     */
    public Builder refuseAhead(Duration ahead) {
      if (ahead.isNegative()) {
        throw new IllegalArgumentException(
            "Invalid time ahead: expected 0 or more, found " + ahead);
      }
      this.ahead = ahead;
      return this;
    }

    /** The schemas that events may have been written with; by default ours alone. */
    public Builder schemas(EventSchemas schemas) {
      this.schemas = Objects.requireNonNull(schemas, "schemas");
      return this;
    }

    /**
     * The schema registry to ask about events in Confluent's format; null for none.
     *
     * @param properties of Confluent's client, for example those of TLS and of a user
     */
    public Builder registry(@Nullable String url, Map<String, String> properties) {
      this.registry = url;
      this.registryProperties = Map.copyOf(properties);
      return this;
    }

    public KafkaEventSource build() {
      return new KafkaEventSource(this);
    }

    private Brokers brokers() {
      Properties all = Brokers.copy(properties);
      if (group != null) {
        all.put(ConsumerConfig.GROUP_ID_CONFIG, group);
      }
      String bytes = ByteArrayDeserializer.class.getName();
      return new Brokers(bootstrap, all)
          .with(
              ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
              "none",
              "records that are gone would be skipped silently")
          .with(
              ConsumerConfig.ISOLATION_LEVEL_CONFIG,
              "read_committed",
              "records of transactions that were given up would be read")
          .with(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false", "positions are in checkpoints")
          .with(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, bytes, "events are bytes")
          .with(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, bytes, "events are bytes")
          .withDefault(
              KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(),
              String.valueOf(all.containsKey(ConsumerConfig.GROUP_ID_CONFIG)))
          .withDefault(
              KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(),
              String.valueOf(LOOK_EVERY.toMillis()))
          .withDefault(
              KafkaSourceOptions.CLIENT_ID_PREFIX.key(),
              "cats-%s-%06x"
                  .formatted(topics.get(0), ThreadLocalRandom.current().nextInt(1 << 24)));
    }
  }
}
