package dev.cats.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cats.connector.kafka.KafkaEvents;
import dev.cats.egress.EgressOptions;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.initiative.DataInitiative;
import dev.cats.initiative.TracedStream;
import dev.cats.lot.LotOptions;
import dev.cats.step.KeyedStep;
import dev.cats.step.Output;
import dev.cats.step.Step;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A job to be killed on a standalone cluster: events from one Kafka topic are counted by subject in
 * RocksDB and leave for another topic, exactly once; some of them are malformed and rejected.
 *
 * <p>The n-th well-formed event of a subject leaves with the number n. A subject's events are in
 * one partition, in order, so the numbers tell lost, old and doubled state.
 */
public final class EventJob {
  static final String SOURCE = "events";
  static final String COUNT = "count";

  private EventJob() {}

  /**
   * Runs until it is stopped.
   *
   * @param args bootstrap servers, topic of the events, topic of the counts, store
   */
  public static void main(String[] args) throws Exception {
    Configuration config = new Configuration();
    config.set(EgressOptions.STORE, args[3]);
    config.set(LotOptions.RECORDS, 64);
    config.set(LotOptions.MAX_AGE, Duration.ofMillis(200));
    config.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    config.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(400));
    config.set(CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS, Duration.ofMillis(50));
    config.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
    config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(200));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    DataInitiative initiative = DataInitiative.on(env, "events", config);
    TracedStream<Reading> readings =
        initiative
            .source(SOURCE, KafkaEvents.source(args[0], args[1]).build(), DataInitiativeEvent.class)
            .flatMap("parse", new Parse());
    readings.rejects().egress();
    readings
        .keyBy(new SubjectOf())
        .process(COUNT, new Count())
        .egress()
        .to(
            "to-kafka",
            KafkaEvents.sink(args[0], args[2]).transactionalIdPrefix("events-" + args[2]).build());
    initiative.execute();
  }

  /** What an event says: a number of its subject. */
  public record Reading(String id, String subject, long number) {}

  /** Events whose data is no number are malformed. */
  private record Parse() implements Step<DataInitiativeEvent, Reading> {
    @Override
    public void apply(DataInitiativeEvent event, Output<Reading> out) {
      String text = text(event);
      try {
        out.collect(
            new Reading(
                event.getId(), Objects.requireNonNull(event.getSubject()), Long.parseLong(text)));
      } catch (NumberFormatException e) {
        out.reject("malformed", "expected a number, found '" + text + "'");
      }
    }
  }

  private record SubjectOf() implements KeySelector<Reading, String> {
    @Override
    public String getKey(Reading reading) {
      return reading.subject();
    }
  }

  private static final class Count extends KeyedStep<String, Reading, DataInitiativeEvent> {
    private static final long serialVersionUID = 1L;
    private transient ValueState<Long> readings;

    @Override
    public void open(OpenContext context, RuntimeContext runtime) {
      readings = runtime.getState(new ValueStateDescriptor<>("readings", Types.LONG));
    }

    @Override
    public void apply(Reading reading, Context<String> context, Citing<DataInitiativeEvent> out)
        throws Exception {
      Long known = readings.value();
      long count = known == null ? 1 : known + 1;
      readings.update(count);
      out.collect(event(reading.id(), "urn:cats:events", context.key(), Long.toString(count)));
    }
  }

  static DataInitiativeEvent event(String id, String source, String subject, String text) {
    return DataInitiativeEvent.newBuilder()
        .setId(id)
        .setSource(source)
        .setType("dev.cats.test.reading")
        .setSubject(subject)
        .setData(ByteBuffer.wrap(text.getBytes(UTF_8)))
        .build();
  }

  static String text(DataInitiativeEvent event) {
    return UTF_8.decode(event.getData().duplicate()).toString();
  }
}
