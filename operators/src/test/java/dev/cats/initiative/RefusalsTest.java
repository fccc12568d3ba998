package dev.cats.initiative;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.egress.EgressOptions;
import dev.cats.lot.LotOptions;
import dev.cats.sample.Reading;
import dev.cats.step.Output;
import dev.cats.step.Rule;
import dev.cats.step.Side;
import dev.cats.step.Step;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * What cannot be recorded is refused when the job is built, with a message that says what to do.
 */
class RefusalsTest {
  private static final String CLASS = RefusalsTest.class.getName();

  private final DataInitiative initiative = initiative(new Configuration());
  private final TracedStream<Reading> readings = readings(initiative);

  private static DataInitiative initiative(Configuration config) {
    config.set(EgressOptions.STORE, "memory:refusals");
    return DataInitiative.on(
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration()), "sample", config);
  }

  private static TracedStream<Reading> readings(DataInitiative initiative) {
    return initiative
        .source("lines", Readings.source(1), String.class)
        .flatMap("parse", new Readings.Parse());
  }

  private static void refuses(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @Test
  void aLambda() {
    String message =
        "Cannot add step double: its function is a lambda, which has no name that a BOM could give;"
            + " write it as a named class of its own";
    refuses(() -> readings.map("double", reading -> reading), message);
    refuses(() -> readings.map("double", reading -> reading, Reading.class), message);
    refuses(() -> readings.filter("double", reading -> true), message);
    refuses(
        () -> readings.keyBy(reading -> reading.getStation()),
        message.replace("double", "parse.key"));
  }

  @Test
  void anAnonymousLocalOrInnerClass() {
    MapFunction<Reading, Reading> anonymous =
        new MapFunction<>() {
          @Override
          public Reading map(Reading reading) {
            return reading;
          }
        };
    refuses(
        () -> readings.map("double", anonymous),
        "Cannot add step double: its function is an anonymous or local class, "
            + anonymous.getClass().getName()
            + ", whose name changes with the code around it; write it as a named class of its own");
    refuses(
        () -> readings.map("double", new Inner()),
        "Cannot add step double: its function is an inner class, "
            + CLASS
            + "$Inner, which drags its outer object along; make it static; write it as a named class"
            + " of its own");
  }

  @SuppressWarnings("ClassCanBeStatic") // that it is not is what is refused
  private final class Inner implements MapFunction<Reading, Reading> {
    @Override
    public Reading map(Reading reading) {
      return reading;
    }
  }

  private record NotSerializable(Object held) implements MapFunction<Reading, Reading> {
    @Override
    public Reading map(Reading reading) {
      return reading;
    }
  }

  @Test
  void aFunctionThatCannotBeShipped() {
    refuses(
        () -> readings.map("double", new NotSerializable(new Object())),
        "Cannot add step double: its function "
            + CLASS
            + "$NotSerializable cannot be sent to a cluster (java.io.NotSerializableException:"
            + " java.lang.Object); make its fields serializable, or transient and set in open()");
  }

  @Test
  void twoStepsOfOneName() {
    refuses(
        () -> readings.map("parse", new Readings.Doubled()),
        "Cannot add step parse: initiative sample has a step of that name already; give each step a"
            + " name of its own");
  }

  @Test
  void namesThatNoSegmentCouldHave() {
    for (String name : new String[] {"", "Upper", "a b", "-a", "a.b", "x".repeat(49)}) {
      refuses(
          () -> readings.map(name, new Readings.Doubled()),
          "Invalid step name: expected 1 to 48 of a-z, 0-9 and '-', found '" + name + "'");
    }
    readings.map("x".repeat(48), new Readings.Doubled());
    refuses(
        () ->
            DataInitiative.on(
                StreamExecutionEnvironment.getExecutionEnvironment(), "A", new Configuration()),
        "Invalid initiative name: expected 1 to 48 of a-z, 0-9 and '-', found 'A'");
    refuses(
        () -> Side.of("rejects", Reading.class),
        "Invalid side stream name: expected lower-case letters, digits and '-', and not 'rejects',"
            + " found 'rejects'");
  }

  @Test
  void batchModeUnchainedOperatorsAndAtLeastOnce() {
    Configuration batch = new Configuration();
    batch.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.BATCH);
    refuses(
        () -> initiative(batch),
        "Cannot run initiative sample in batch mode: its manifests follow checkpoints, which batch"
            + " mode has none of; set execution.runtime-mode: STREAMING (a bounded source is fine)");
    Configuration unchained = new Configuration();
    unchained.set(PipelineOptions.OPERATOR_CHAINING, false);
    refuses(
        () -> initiative(unchained),
        "Cannot run initiative sample without operator chaining: a function and the operator that"
            + " seals its lots are one chain; remove pipeline.operator-chaining.enabled");
    Configuration atLeastOnce = new Configuration();
    atLeastOnce.set(
        CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.AT_LEAST_ONCE);
    refuses(
        () -> initiative(atLeastOnce),
        "Cannot run initiative sample with at-least-once checkpoints: after a failure records would"
            + " be committed twice; set execution.checkpointing.mode: EXACTLY_ONCE");
  }

  record ToUuid() implements MapFunction<Reading, UUID> {
    @Override
    public UUID map(Reading reading) {
      return new UUID(0, 0);
    }
  }

  record ByUuid() implements KeySelector<Reading, UUID> {
    @Override
    public UUID getKey(Reading reading) {
      return new UUID(0, 0);
    }
  }

  /** A key with a UUID inside. */
  public static final class Holder {
    public UUID id;
    public TimeUnit unit;

    @Override
    public int hashCode() {
      return 0;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Holder;
    }
  }

  record ByHolder() implements KeySelector<Reading, Holder> {
    @Override
    public Holder getKey(Reading reading) {
      return new Holder();
    }
  }

  record ByUnit() implements KeySelector<Reading, TimeUnit> {
    @Override
    public TimeUnit getKey(Reading reading) {
      return TimeUnit.DAYS;
    }
  }

  record ByAnything<K>() implements KeySelector<Reading, K> {
    @Override
    public K getKey(Reading reading) {
      return null;
    }
  }

  record CountUuids() implements AggregateFunction<Reading, UUID, Long> {
    @Override
    public UUID createAccumulator() {
      return null;
    }

    @Override
    public UUID add(Reading reading, UUID to) {
      return to;
    }

    @Override
    public Long getResult(UUID of) {
      return 0L;
    }

    @Override
    public UUID merge(UUID a, UUID b) {
      return a;
    }
  }

  @Test
  void aTypeThatFlinkWouldHandToKryo() {
    refuses(
        () -> readings.map("ids", new ToUuid()),
        "Cannot add step ids: Cannot write down java.util.UUID: no Avro form for java.util.UUID; use"
            + " a Flink POJO, an Avro specific record, String, a primitive, Instant, LocalDate,"
            + " byte[], an enum, List or Map");
    String kryo = ": Flink would hand it to Kryo; use a String, a number or a Flink POJO";
    refuses(() -> readings.keyBy(new ByUuid()), "Cannot key by java.util.UUID" + kryo);
    refuses(() -> readings.keyBy(new ByHolder()), "Cannot key by java.util.UUID" + kryo);
    refuses(
        () ->
            readings
                .keyBy(new Readings.StationOf())
                .aggregate(
                    "ids", TumblingEventTimeWindows.of(Duration.ofDays(1)), new CountUuids()),
        "Cannot add step ids: Flink would hand java.util.UUID in its accumulator java.util.UUID to"
            + " Kryo; make it a Flink POJO or an Avro record");
  }

  @Test
  void aKeyWhoseHashCodeDiffersFromJvmToJvm() {
    refuses(
        () -> readings.keyBy(new ByUnit()),
        "Cannot key by java.util.concurrent.TimeUnit: the hash code of an enum differs from JVM to"
            + " JVM; use its name()");
  }

  record Anything<T>() implements Step<Reading, T> {
    @Override
    public void apply(Reading value, Output<T> out) {}
  }

  @Test
  void aTypeThatTheClassDoesNotTell() {
    refuses(
        () -> readings.flatMap("any", new Anything<String>()),
        "Cannot add step any: "
            + CLASS
            + "$Anything does not say which type it emits; name the types in its class declaration,"
            + " or give the class as an argument");
    readings.flatMap("any", new Anything<>(), String.class);
    refuses(
        () -> readings.keyBy(new ByAnything<String>()),
        "Cannot key by "
            + CLASS
            + "$ByAnything: it does not say which type of key it gives; name the types in its class"
            + " declaration");
  }

  @Test
  void aCheckWithoutRulesAndARuleWithoutAName() {
    refuses(() -> readings.check("sane"), "Cannot add step sane: it has no rule to check");
    Rule<Reading> anonymous =
        new Rule<>() {
          @Override
          public String name() {
            return "x";
          }

          @Override
          public Optional<String> broken(Reading reading) {
            return Optional.empty();
          }
        };
    assertThatThrownBy(() -> readings.check("sane", anonymous))
        .hasMessageStartingWith(
            "Cannot add step sane: its function is an anonymous or local class, ");
  }

  @Test
  void stepsAfterPlain() {
    readings.plain();
    assertThatThrownBy(() -> readings.map("later", new Readings.Doubled()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot add later to initiative sample: call plain() last");
    // The same stream may be read again.
    readings.plain();
  }

  @Test
  void plainOfAStepThatSharesItsLot() {
    Configuration exchange = new Configuration();
    exchange.set(LotOptions.SCOPE, LotOptions.Scope.EXCHANGE);
    TracedStream<Reading> parsed = readings(initiative(exchange));
    TracedStream<Reading> doubled = parsed.map("doubled", new Readings.Doubled());
    doubled.plain();
    assertThatThrownBy(parsed::plain)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Cannot read the records of step parse: it shares a lot with the step after it; call"
                + " plain() when the steps are all there, or set cats.lot.scope: step");
  }

  @Test
  void anInitiativeWithoutASourceAndASideOfNoStep() {
    assertThatThrownBy(() -> initiative(new Configuration()).execute())
        .hasMessage("Cannot run initiative sample: it has no source; add one with source(…)");
    assertThatThrownBy(() -> readings.union(readings).side(Readings.LOW))
        .hasMessage("Cannot take a side stream of union: ask the step itself for it");
  }

  @Test
  void optionsOutOfRange() {
    Configuration config = new Configuration();
    config.set(LotOptions.RECORDS, 0);
    refuses(() -> LotOptions.of(config), "Invalid cats.lot.records: expected 1 or more, found 0");
    Configuration large = new Configuration();
    large.setString("cats.lot.bytes", "2mb");
    refuses(
        () -> LotOptions.of(large),
        "Invalid cats.lot.bytes: expected 1 byte to 1 MiB, found 2097152 bytes");
  }
}
