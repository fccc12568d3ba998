package dev.cats.connector.kafka;

import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Departure;
import dev.cats.event.Described;
import dev.cats.event.Rejected;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import javax.annotation.Nullable;
import org.apache.avro.generic.IndexedRecord;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Records that leave the initiative for a Kafka topic, by Flink's own Kafka sink. Each says in its
 * headers which record of which lot it is, so that who reads it can ask for its history.
 *
 * <p><b>Exactly once</b>, for readers of committed records ({@code isolation.level}: {@code
 * read_committed}): what a checkpoint covers is one transaction per subtask, committed when the
 * checkpoint is complete. So records are seen that late. What a job had not committed when it went
 * down is given up by the brokers after {@code transaction.timeout.ms}; a job that comes back later
 * than that and finds records of a completed checkpoint given up fails and says so (see {@link
 * #LOST_TRANSACTIONS}).
 *
 * <p><b>Brokers that are away are waited for</b>, as long as a transaction may last.
 */
public final class KafkaEventSink<T>
    implements Sink<Departure<T>>,
        SupportsWriterState<Departure<T>, KafkaWriterState>,
        SupportsCommitter<KafkaCommittable>,
        SupportsPostCommitTopology<KafkaCommittable>,
        LineageVertexProvider,
        Described {
  private static final long serialVersionUID = 1L;

  /**
   * Among the settings: what to do about records that Kafka has given up because the job was down
   * for longer than a transaction may last, or of which it does not know that any more; {@code
   * fail} (the default) or {@code skip}, which loses nothing after a stop with a savepoint.
   */
  public static final String LOST_TRANSACTIONS = "cats.kafka.lost-transactions";

  private final Brokers brokers;
  private final String topic;
  @Nullable private final String transactionalIdPrefix;
  private final boolean skipLost;
  private final Form<T> form;
  private final String wire;

  private KafkaEventSink(Builder builder, Form<T> form, String wire) {
    this.brokers = builder.brokers();
    this.topic = builder.topic;
    this.transactionalIdPrefix = builder.transactionalIdPrefix;
    this.skipLost = builder.skipLost();
    this.form = form;
    this.wire = wire;
  }

  @Override
  public StatefulSinkWriter<Departure<T>, KafkaWriterState> createWriter(WriterInitContext context)
      throws IOException {
    return restoreWriter(context, List.of());
  }

  @Override
  public StatefulSinkWriter<Departure<T>, KafkaWriterState> restoreWriter(
      WriterInitContext context, Collection<KafkaWriterState> states) throws IOException {
    KafkaFailures failures = KafkaFailures.writing(brokers, topic);
    try (TopicCheck check = new TopicCheck(brokers, topic, failures)) {
      check.mayWrite();
      var writer = flinks().restoreWriter(context, states);
      boolean first = context.getTaskInfo().getIndexOfThisSubtask() == 0;
      return new KafkaEventWriter<>(writer, failures, first ? new BrokerGuard(brokers) : null);
    } catch (RuntimeException e) {
      if (failures.explained(e) instanceof IOException explained) {
        throw explained;
      }
      throw e;
    }
  }

  /** Flink's sink. */
  private KafkaSink<Departure<T>> flinks() {
    KafkaSinkBuilder<Departure<T>> builder =
        KafkaSink.<Departure<T>>builder()
            .setKafkaProducerConfig(brokers.settings())
            .setRecordSerializer(new DepartureSchema<>(topic, form))
            .setDeliveryGuarantee(
                transactionalIdPrefix == null
                    ? DeliveryGuarantee.AT_LEAST_ONCE
                    : DeliveryGuarantee.EXACTLY_ONCE);
    if (transactionalIdPrefix != null) {
      builder.setTransactionalIdPrefix(transactionalIdPrefix);
    }
    return builder.build();
  }

  @Override
  public SimpleVersionedSerializer<KafkaWriterState> getWriterStateSerializer() {
    return flinks().getWriterStateSerializer();
  }

  @Override
  public Committer<KafkaCommittable> createCommitter(CommitterInitContext context) {
    Committer<KafkaCommittable> flinks = flinks().createCommitter(context);
    return transactionalIdPrefix == null
        ? flinks
        : new KafkaEventCommitter(flinks, brokers, topic, skipLost);
  }

  @Override
  public SimpleVersionedSerializer<KafkaCommittable> getCommittableSerializer() {
    return flinks().getCommittableSerializer();
  }

  @Override
  public void addPostCommitTopology(DataStream<CommittableMessage<KafkaCommittable>> committed) {
    flinks().addPostCommitTopology(committed);
  }

  /** What a BOM may say of this sink. */
  @Override
  public Map<String, String> params() {
    return Map.of("topic", topic, "wire", wire);
  }

  /** The topic, for whoever asks Flink where a job's data goes; without the settings. */
  @Override
  public LineageVertex getLineageVertex() {
    return TopicVertex.of(brokers, List.of(topic));
  }

  @Override
  public String toString() {
    return "to " + topic + " at " + brokers;
  }

  /** Where to write, and how. */
  public static final class Builder {
    private static final Duration TRANSACTION = Duration.ofMinutes(15);

    private final String bootstrap;
    private final String topic;
    private Properties properties = new Properties();
    @Nullable private String transactionalIdPrefix;
    private boolean atLeastOnce;
    private EventWriter writer = EventWriter.of(WireFormat.SINGLE_OBJECT);
    private String initiative = "";
    @Nullable private String dataproduct;
    @Nullable private String source;

    Builder(String bootstrap, String topic) {
      this.bootstrap = bootstrap;
      this.topic = Objects.requireNonNull(topic, "topic");
    }

    /**
     * Settings of Kafka's producer, for example those of TLS and SASL. They are handed on and never
     * shown.
     */
    public Builder properties(Properties properties) {
      this.properties = Brokers.copy(properties);
      return this;
    }

    /**
     * Names the transactions. It has to be another one for each sink of all jobs at these brokers,
     * and stay the same when a job goes on from a checkpoint: {@code INITIATIVE-STEP-TOPIC}.
     */
    public Builder transactionalIdPrefix(String prefix) {
      this.transactionalIdPrefix = Objects.requireNonNull(prefix, "prefix");
      return this;
    }

    /** Without transactions: records are seen at once, and after a failure some of them twice. */
    public Builder atLeastOnce() {
      this.atLeastOnce = true;
      return this;
    }

    /** How events are written; by default as Avro single objects. */
    public Builder writer(EventWriter writer) {
      this.writer = Objects.requireNonNull(writer, "writer");
      return this;
    }

    /** How events are written, in a format that needs no registry. */
    public Builder wire(WireFormat wire) {
      return writer(EventWriter.of(wire));
    }

    /** The initiative that the events made here belong to. */
    public Builder initiative(String initiative) {
      this.initiative = Objects.requireNonNull(initiative, "initiative");
      return this;
    }

    /** The data product that the events made here belong to. */
    public Builder dataproduct(@Nullable String dataproduct) {
      this.dataproduct = dataproduct;
      return this;
    }

    /** The source (a URI reference) of the events made here; by default it names the initiative. */
    public Builder eventSource(String source) {
      this.source = Objects.requireNonNull(source, "source");
      return this;
    }

    /** A sink of events, which are written as they are. */
    public KafkaEventSink<DataInitiativeEvent> build() {
      return new KafkaEventSink<>(this, new Form.Event(writer), writer.format().toString());
    }

    /** A sink of Avro records, each of which becomes the data of an event. */
    public <T extends IndexedRecord> KafkaEventSink<T> build(EventOf<T> event) {
      String from =
          source != null ? source : "urn:cats:" + (initiative.isEmpty() ? topic : initiative);
      return new KafkaEventSink<>(
          this,
          new Form.Data<>(writer, event, initiative, dataproduct, from),
          writer.format().toString());
    }

    /** A sink of refused records: their bytes, and why they were refused in the headers. */
    public KafkaEventSink<Rejected> buildRejects() {
      return new KafkaEventSink<>(this, new Form.Refusal(), "original bytes");
    }

    private boolean skipLost() {
      String lost = properties.getProperty(LOST_TRANSACTIONS, "fail");
      if (!lost.equals("fail") && !lost.equals("skip")) {
        throw new IllegalArgumentException(
            "Invalid " + LOST_TRANSACTIONS + ": expected fail or skip, found " + lost);
      }
      return lost.equals("skip");
    }

    private Brokers brokers() {
      if (atLeastOnce == (transactionalIdPrefix != null)) {
        throw new IllegalArgumentException(
            "Cannot write to topic "
                + topic
                + (atLeastOnce
                    ? " at least once in transactions: leave out one of the two"
                    : " exactly once without a name for its transactions: give a"
                        + " transactionalIdPrefix that no other sink has, or say atLeastOnce"));
      }
      String transaction = String.valueOf(TRANSACTION.toMillis());
      return new Brokers(bootstrap, properties)
          .with(ProducerConfig.ACKS_CONFIG, "all", "records could be lost with a broker")
          .with(
              ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
              "true",
              "a repeated record could come twice")
          .withDefault(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, transaction)
          .withDefault(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, transaction)
          .withDefault(ProducerConfig.MAX_BLOCK_MS_CONFIG, transaction)
          .withDefault(ProducerConfig.LINGER_MS_CONFIG, "20")
          .withDefault(ProducerConfig.BATCH_SIZE_CONFIG, "131072")
          .withDefault(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    }
  }
}
