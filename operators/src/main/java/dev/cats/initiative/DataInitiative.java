package dev.cats.initiative;

import dev.cats.content.Cid;
import dev.cats.egress.EgressOptions;
import dev.cats.egress.Prelude;
import dev.cats.event.Arrival;
import dev.cats.event.Departure;
import dev.cats.event.Rejected;
import dev.cats.lot.Codec;
import dev.cats.lot.LotStreams;
import dev.cats.lot.Port;
import dev.cats.lot.Traced;
import dev.cats.stage.StageFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.java.typeutils.TypeExtractionUtils;
import org.apache.flink.api.java.typeutils.TypeExtractor;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A data initiative's pipeline: sources, steps and outputs, each step wrapped in a provenance
 * operator that seals what it makes into lots and writes a BOM for each.
 *
 * <pre>{@code
 * DataInitiative initiative = DataInitiative.on(env, "usgs-seismology", configuration);
 * initiative.source("feed", source, String.class)
 *     .flatMap("decode", new DecodeQuake())
 *     .keyBy(new NetworkOf())
 *     .window("daily", TumblingEventTimeWindows.of(Duration.ofDays(1)), new DailyMagnitudes())
 *     .egress();
 * initiative.execute();
 * }</pre>
 *
 * <p>What is not configured otherwise is set so that the promises hold: RocksDB state, exactly-once
 * checkpoints, Kryo off.
 */
public final class DataInitiative {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,47}");
  private static final long DEFAULT_INTERVAL_MILLIS = 10_000;

  private final StreamExecutionEnvironment env;
  private final String name;
  private final Configuration configuration;
  private final List<PlanNode<?>> plan = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Map<String, Integer> uids = new HashMap<>();
  private final Set<PlanNode<?>> outputs = new LinkedHashSet<>();
  private final List<Delivery<?>> deliveries = new ArrayList<>();
  private final Map<URI, Prelude.Artifact> artifacts = new LinkedHashMap<>();
  private Translation translation;

  private DataInitiative(StreamExecutionEnvironment env, String name, Configuration configuration) {
    this.env = env;
    this.name = name;
    this.configuration = configuration;
  }

  /**
   * Starts an initiative's pipeline.
   *
   * @param configuration Flink and {@code cats.*} options; it wins over the environment's own
   */
  public static DataInitiative on(
      StreamExecutionEnvironment env, String name, Configuration configuration) {
    checkName("initiative", name);
    Configuration all = Configuration.fromMap(env.getConfiguration().toMap());
    all.addAll(configuration);
    if (all.get(ExecutionOptions.RUNTIME_MODE) != RuntimeExecutionMode.STREAMING) {
      throw new IllegalArgumentException(
          "Cannot run initiative "
              + name
              + " in batch mode: its manifests follow checkpoints, which batch mode has none of;"
              + " set "
              + ExecutionOptions.RUNTIME_MODE.key()
              + ": STREAMING (a bounded source is fine)");
    }
    if (!all.get(PipelineOptions.OPERATOR_CHAINING)) {
      throw new IllegalArgumentException(
          "Cannot run initiative "
              + name
              + " without operator chaining: a function and the operator that seals its lots are"
              + " one chain; remove "
              + PipelineOptions.OPERATOR_CHAINING.key());
    }
    if (all.get(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE)
        != CheckpointingMode.EXACTLY_ONCE) {
      throw new IllegalArgumentException(
          "Cannot run initiative "
              + name
              + " with at-least-once checkpoints: after a failure records would be committed twice;"
              + " set "
              + CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE.key()
              + ": EXACTLY_ONCE");
    }
    all.set(PipelineOptions.GENERIC_TYPES, false);
    if (!all.contains(StateBackendOptions.STATE_BACKEND)) {
      all.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    }
    if (!all.contains(CheckpointingOptions.CHECKPOINTING_INTERVAL)) {
      all.set(
          CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(DEFAULT_INTERVAL_MILLIS));
    }
    env.configure(all, DataInitiative.class.getClassLoader());
    return new DataInitiative(env, name, all);
  }

  /**
   * Takes records in.
   *
   * @param source a Flink source that says where each record came from
   */
  public <T> TracedStream<T> source(
      String stepName, Source<Arrival<T>, ?, ?> source, Class<T> type) {
    return source(
        new PlanNode.Origin<>(stepName, type, source, null, WatermarkStrategy.noWatermarks()));
  }

  /**
   * Takes records in and gives them their event time where they are read: a source of several
   * partitions then has watermarks by partition, and one that is ahead of the others makes no
   * record late.
   *
   * @param assigner a named class that reads the time, milliseconds since the epoch, from a record
   * @param watermarks how late a record may be, and when a partition counts as idle; its own
   *     timestamp assigner is not used
   */
  public <T> TracedStream<T> source(
      String stepName,
      Source<Arrival<T>, ?, ?> source,
      Class<T> type,
      TimestampAssigner<T> assigner,
      WatermarkStrategy<T> watermarks) {
    NamedClass.check(stepName + ".time", assigner);
    return source(new PlanNode.Origin<>(stepName, type, source, assigner, watermarks));
  }

  private <T> TracedStream<T> source(PlanNode.Origin<T> origin) {
    NamedClass.check(origin.name, origin.source);
    TracedStream.checkType(origin.name, origin.type);
    claim(origin.name);
    return new TracedStream<>(this, add(origin));
  }

  /**
   * A file, or a folder of this machine, that BOMs name by its CID, such as the file that a source
   * reads: it is stored with the first manifest, so that the name can be followed.
   */
  public void artifact(URI file) throws IOException {
    artifacts.put(file, Prelude.Artifact.of(file));
  }

  /** The records that any step refuses, as one stream. */
  public TracedStream<Rejected> rejects() {
    List<PlanNode<?>> all = new ArrayList<>();
    for (PlanNode<?> node : List.copyOf(plan)) {
      if (node instanceof PlanNode.Worker<?> worker) {
        all.add(add(new PlanNode.Aside<>(worker, Port.REJECTS, Rejected.class)));
      }
    }
    return new TracedStream<>(this, add(new PlanNode.Union<>(Rejected.class, all)));
  }

  public String name() {
    return name;
  }

  /**
   * The orders that the job's lots are made by, in the order of the plan, each with whether its
   * lots are an output of the initiative: whether {@code egress} was called on their stream. Known
   * once the pipeline was started.
   */
  public Map<Cid, Boolean> orders() {
    return translation().orders(outputs);
  }

  /** Runs the pipeline to its end. */
  public JobExecutionResult execute() throws Exception {
    complete();
    return env.execute(name);
  }

  /** Starts the pipeline. */
  public JobClient executeAsync() throws Exception {
    complete();
    return env.executeAsync(name);
  }

  private void complete() throws IOException {
    if (plan.isEmpty()) {
      throw new IllegalStateException(
          "Cannot run initiative " + name + ": it has no source; add one with source(…)");
    }
    deliveries.forEach(delivery -> delivery.attach(translation()));
    translation().complete(artifacts.values());
  }

  private Translation translation() {
    if (translation == null) {
      try {
        translation = new Translation(env, name, configuration, plan, store());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return translation;
  }

  /** The store's URI; a path is taken from the folder that the job is submitted in. */
  private URI store() {
    return storeUri(configuration.get(EgressOptions.STORE));
  }

  /** The URI that a store setting means: a path of this machine, or a URI as it is. */
  public static URI storeUri(String setting) {
    return Pattern.matches("[a-zA-Z][a-zA-Z0-9+.-]+:.*", setting)
        ? URI.create(setting)
        : Path.of(setting).toAbsolutePath().normalize().toUri();
  }

  <T> PlanNode<T> add(PlanNode<T> node) {
    if (translation != null) {
      throw new IllegalStateException(
          "Cannot add " + node.name + " to initiative " + name + ": call plain() last");
    }
    plan.add(node);
    return node;
  }

  void claim(String stepName) {
    checkName("step", stepName);
    if (!names.add(stepName)) {
      throw new IllegalArgumentException(
          "Cannot add step "
              + stepName
              + ": initiative "
              + name
              + " has a step of that name already; give each step a name of its own");
    }
  }

  <IN, OUT> TracedStream<OUT> stage(
      String stepName,
      StageFunction function,
      PlanNode<IN> from,
      Class<OUT> type,
      PlanNode.Staged.Wiring<IN, OUT> wiring) {
    NamedClass.check(stepName, function);
    TracedStream.checkType(stepName, type);
    try {
      function.check(Codec.of(from.type).schema(), Codec.of(type).schema());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("Cannot add step " + stepName + ": " + e.getMessage(), e);
    }
    claim(stepName);
    return new TracedStream<>(
        this, add(new PlanNode.Staged<>(stepName, type, from, function, wiring)));
  }

  /** A uid for what has no name of its own; the second of one name is {@code name-2}. */
  String uid(String wanted) {
    int count = uids.merge(wanted, 1, Integer::sum);
    return count == 1 ? wanted : wanted + "-" + count;
  }

  <T> void deliver(String sinkName, PlanNode<T> node, Sink<Departure<T>> sink) {
    claim(sinkName);
    deliveries.add(new Delivery<>(sinkName, node, sink));
  }

  /** Records that go to an outside system as well. */
  private record Delivery<T>(String name, PlanNode<T> node, Sink<Departure<T>> sink) {
    void attach(Translation translation) {
      LotStreams.depart(translation.stream(node), name + ".depart")
          .sinkTo(sink)
          .name(name)
          .uid(name);
    }
  }

  void egress(PlanNode<?> node) {
    node.deliver();
    outputs.add(node);
  }

  <T> DataStream<T> plain(PlanNode<T> node) {
    DataStream<Traced<T>> records = translation().stream(node);
    return LotStreams.plain(records, node.type, uid(node.name + ".plain"));
  }

  private static void checkName(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "Invalid " + what + " name: expected 1 to 48 of a-z, 0-9 and '-', found '" + name + "'");
    }
  }

  /** The class of a type parameter that a function's class fixes. */
  @SuppressWarnings("unchecked")
  <X> Class<X> outputType(String step, Class<?> base, Object function, int parameter) {
    NamedClass.check(step, function);
    Type type;
    try {
      type = TypeExtractor.getParameterType(base, function.getClass(), parameter);
    } catch (RuntimeException e) {
      type = null;
    }
    if (type != null && TypeExtractionUtils.isClassType(type)) {
      return (Class<X>) TypeExtractionUtils.typeToClass(type);
    }
    throw new IllegalArgumentException(
        "Cannot add step "
            + step
            + ": "
            + function.getClass().getName()
            + " does not say which type it emits; name the types in its class declaration, or"
            + " give the class as an argument");
  }
}
