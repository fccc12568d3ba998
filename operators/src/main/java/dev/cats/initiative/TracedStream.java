package dev.cats.initiative;

import dev.cats.content.Node;
import dev.cats.event.Departure;
import dev.cats.event.Rejected;
import dev.cats.lot.Codec;
import dev.cats.lot.LotStreams;
import dev.cats.lot.Port;
import dev.cats.stage.StageFunction;
import dev.cats.step.Rule;
import dev.cats.step.Side;
import dev.cats.step.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FilterFunction;
import org.apache.flink.api.common.functions.Function;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * A stream of records whose provenance is kept: every record is in a lot, and every lot has a BOM.
 *
 * <p>Each step has a name of its own, which its BOMs carry, and a function that is a named class.
 */
public final class TracedStream<T> {
  private final DataInitiative initiative;
  final PlanNode<T> node;

  TracedStream(DataInitiative initiative, PlanNode<T> node) {
    this.initiative = initiative;
    this.node = node;
  }

  /** One output for each record. */
  public <OUT> TracedStream<OUT> map(String name, MapFunction<T, OUT> function) {
    return map(name, function, initiative.outputType(name, MapFunction.class, function, 1));
  }

  /** One output for each record, of a type that the function's class does not tell. */
  public <OUT> TracedStream<OUT> map(String name, MapFunction<T, OUT> function, Class<OUT> type) {
    return step(name, new Steps.Mapping<>(function), function, type);
  }

  /** Any number of outputs for each record; it may use side streams and reject. */
  public <OUT> TracedStream<OUT> flatMap(String name, Step<T, OUT> step) {
    return flatMap(name, step, initiative.outputType(name, Step.class, step, 1));
  }

  public <OUT> TracedStream<OUT> flatMap(String name, Step<T, OUT> step, Class<OUT> type) {
    return step(name, step, step, type);
  }

  /** The records for which the function says true. */
  public TracedStream<T> filter(String name, FilterFunction<T> function) {
    return step(name, new Steps.Filtering<>(function, null), function, node.type);
  }

  /** The records for which the function says true; the others leave by a side stream. */
  public TracedStream<T> filter(String name, FilterFunction<T> function, Side<T> others) {
    TracedStream<T> kept = step(name, new Steps.Filtering<>(function, others), function, node.type);
    ((PlanNode.Worker<T>) kept.node).params.put("others", Node.of(others.name()));
    return kept;
  }

  /** Verifies data before it is processed: a record that breaks a rule is rejected by its name. */
  @SafeVarargs
  public final TracedStream<T> check(String name, Rule<T>... rules) {
    if (rules.length == 0) {
      throw new IllegalArgumentException("Cannot add step " + name + ": it has no rule to check");
    }
    List<Node> names = new ArrayList<>();
    for (Rule<T> rule : rules) {
      NamedClass.check(name, rule);
      names.add(Node.of(rule.getClass().getName()));
    }
    Steps.Checking<T> checking = new Steps.Checking<>(Arrays.asList(rules));
    TracedStream<T> checked = step(name, checking, checking, node.type);
    ((PlanNode.Worker<T>) checked.node).params.put("rules", Node.list(names));
    return checked;
  }

  private <OUT> TracedStream<OUT> step(
      String name, Step<?, ?> step, Function user, Class<OUT> type) {
    NamedClass.check(name, user);
    checkType(name, type);
    initiative.claim(name);
    return new TracedStream<>(
        initiative, initiative.add(new PlanNode.Stepping<>(name, type, node, step, user)));
  }

  static void checkType(String name, Class<?> type) {
    try {
      Codec.of(type);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("Cannot add step " + name + ": " + e.getMessage(), e);
    }
  }

  /**
   * Gives the records their event time.
   *
   * @param assigner a named class that reads the time, milliseconds since the epoch, from a record
   * @param watermarks how late a record may be; its own timestamp assigner is not used
   */
  public TracedStream<T> timestamps(
      TimestampAssigner<T> assigner, WatermarkStrategy<T> watermarks) {
    NamedClass.check(node.name + ".time", assigner);
    String name = initiative.uid(node.name + ".time");
    return new TracedStream<>(
        initiative, initiative.add(new PlanNode.Timed<>(name, node, assigner, watermarks)));
  }

  /**
   * A function that runs on a Ray cluster, on a lot of records at a time. Its outputs are one lot,
   * and each cites every record of the batch, or, of a function that is rowwise, its own.
   */
  public <OUT> TracedStream<OUT> onRay(String name, StageFunction function, Class<OUT> type) {
    boolean oneUpstreamLot = !Translation.comesTogether(node);
    return initiative.stage(
        name,
        function,
        node,
        type,
        (records, spec, lots, uid) -> LotStreams.stage(records, spec, oneUpstreamLot, lots, uid));
  }

  /** Records of one key go to one subtask, in order. */
  public <K> KeyedTracedStream<K, T> keyBy(KeySelector<T, K> selector) {
    return new KeyedTracedStream<>(initiative, node, selector);
  }

  /** A side stream of the step that made this stream. */
  public <S> TracedStream<S> side(Side<S> side) {
    checkType(side.name(), side.type());
    PlanNode.Worker<?> worker = worker();
    if (worker instanceof PlanNode.Keyed<?> window
        && window.late != null
        && window.late.name().equals(side.name())) {
      window.lateAside = true;
      return new TracedStream<>(initiative, initiative.add(new PlanNode.Late<>(window, side)));
    }
    if (worker.sides.stream().noneMatch(known -> known.name().equals(side.name()))) {
      worker.sides.add(side);
    }
    return new TracedStream<>(
        initiative, initiative.add(new PlanNode.Aside<>(worker, side.name(), side.type())));
  }

  /**
   * The records that the step that made this stream refused; with lots per exchange, those of all
   * the steps that share its lot. Each names the step that refused it.
   */
  public TracedStream<Rejected> rejects() {
    return new TracedStream<>(
        initiative, initiative.add(new PlanNode.Aside<>(worker(), Port.REJECTS, Rejected.class)));
  }

  private PlanNode.Worker<?> worker() {
    PlanNode<?> at = node;
    while (at instanceof PlanNode.Timed<?> timed) {
      at = timed.upstream.get(0);
    }
    if (at instanceof PlanNode.Worker<?> worker) {
      return worker;
    }
    throw new IllegalStateException(
        "Cannot take a side stream of " + at.name + ": ask the step itself for it");
  }

  /** This stream and others of its type as one. */
  @SafeVarargs
  public final TracedStream<T> union(TracedStream<T>... others) {
    List<PlanNode<?>> all = new ArrayList<>(List.of(node));
    for (TracedStream<T> other : others) {
      all.add(other.node);
    }
    return new TracedStream<>(initiative, initiative.add(new PlanNode.Union<>(node.type, all)));
  }

  /** Names this stream as an output of the initiative. */
  public TracedStream<T> egress() {
    node.consumers++;
    initiative.egress(node);
    return this;
  }

  /**
   * Writes this stream to an outside system as well, each record with the BOM and index that it has
   * here, such as to a Kafka topic.
   *
   * @param name of the sink, which no step has
   */
  public TracedStream<T> to(String name, Sink<Departure<T>> sink) {
    node.consumers++;
    initiative.deliver(name, node, sink);
    return this;
  }

  /** Leaves provenance and goes on in ordinary Flink. Call it when the steps are all there. */
  public DataStream<T> plain() {
    node.consumers++;
    return initiative.plain(node);
  }
}
