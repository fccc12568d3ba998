package dev.cats.initiative;

import dev.cats.content.Node;
import dev.cats.event.Arrival;
import dev.cats.lot.LotOptions;
import dev.cats.lot.StageSpec;
import dev.cats.lot.Traced;
import dev.cats.stage.StageFunction;
import dev.cats.step.Side;
import dev.cats.step.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.annotation.Nullable;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.Function;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * One part of an initiative's plan. The plan is written down as the user calls methods, and turned
 * into Flink operators once it is complete: only then is it known which steps can share a lot.
 */
abstract sealed class PlanNode<T> {
  final String name;
  final Class<T> type;
  final List<PlanNode<?>> upstream;

  /** How many others read this node's main output, an egress included. */
  int consumers;

  /** Whether its lots are an output of the initiative. */
  boolean egressed;

  /** The names and types of its side streams, as far as somebody reads them. */
  final List<Side<?>> sides = new ArrayList<>();

  PlanNode(String name, Class<T> type, List<PlanNode<?>> upstream) {
    this.name = name;
    this.type = type;
    this.upstream = List.copyOf(upstream);
    upstream.forEach(node -> node.consumers++);
  }

  /** A function whose outputs go into lots. */
  abstract static sealed class Worker<T> extends PlanNode<T> {
    /** The user's own object, whose class the BOM names. */
    final Object function;

    final SortedMap<String, Node> params = new TreeMap<>();

    Worker(String name, Class<T> type, List<PlanNode<?>> upstream, Object function) {
      super(name, type, upstream);
      this.function = function;
    }
  }

  static final class Origin<T> extends Worker<T> {
    final Source<Arrival<T>, ?, ?> source;

    /** Null where the records get their event time later, or never. */
    @Nullable final TimestampAssigner<T> assigner;

    final WatermarkStrategy<T> watermarks;

    Origin(
        String name,
        Class<T> type,
        Source<Arrival<T>, ?, ?> source,
        @Nullable TimestampAssigner<T> assigner,
        WatermarkStrategy<T> watermarks) {
      super(name, type, List.of(), source);
      this.source = source;
      this.assigner = assigner;
      this.watermarks = watermarks;
    }
  }

  static final class Stepping<T> extends Worker<T> {
    final Step<Object, Object> step;

    @SuppressWarnings("unchecked")
    Stepping(String name, Class<T> type, PlanNode<?> from, Step<?, ?> step, Function user) {
      super(name, type, List.of(from), user);
      this.step = (Step<Object, Object>) step;
    }

    PlanNode<?> from() {
      return upstream.get(0);
    }
  }

  /** A window, an aggregate or a keyed step. */
  static final class Keyed<T> extends Worker<T> {
    /**
     * Adds the Flink operators, given the upstream records, a prefix for uids, and whether late
     * records leave by a side stream.
     */
    interface Wiring {
      DataStream<?> wire(DataStream<? extends Traced<?>> records, String uid, boolean lateAside);
    }

    final Wiring wiring;

    /** What the side stream of records that come too late for their window is called, if named. */
    @Nullable Side<?> late;

    /** Whether somebody has asked for that stream; if not, such records are refused. */
    boolean lateAside;

    Keyed(String name, Class<T> type, PlanNode<?> from, Object function, Wiring wiring) {
      super(name, type, List.of(from), function);
      this.wiring = wiring;
    }
  }

  /** A stage function, which runs outside the job's own processes. */
  static final class Staged<IN, T> extends Worker<T> {
    /** Adds the Flink operators, given the upstream records and a prefix for uids. */
    interface Wiring<IN, T> {
      DataStream<?> wire(
          DataStream<Traced<IN>> records, StageSpec<IN, T> spec, LotOptions lots, String uid);
    }

    final PlanNode<IN> from;
    final StageFunction stage;
    final Wiring<IN, T> wiring;

    Staged(
        String name, Class<T> type, PlanNode<IN> from, StageFunction stage, Wiring<IN, T> wiring) {
      super(name, type, List.of(from), stage);
      this.from = from;
      this.stage = stage;
      this.wiring = wiring;
    }
  }

  static final class Timed<T> extends PlanNode<T> {
    final TimestampAssigner<T> assigner;
    final WatermarkStrategy<T> watermarks;

    Timed(
        String name,
        PlanNode<T> from,
        TimestampAssigner<T> assigner,
        WatermarkStrategy<T> watermarks) {
      super(name, from.type, List.of(from));
      this.assigner = assigner;
      this.watermarks = watermarks;
    }
  }

  static final class Union<T> extends PlanNode<T> {
    Union(Class<T> type, List<PlanNode<?>> upstream) {
      super("union", type, upstream);
    }
  }

  /** A side stream, or the rejects, of a worker. */
  static final class Aside<T> extends PlanNode<T> {
    final Worker<?> worker;
    final String port;

    Aside(Worker<?> worker, String port, Class<T> type) {
      super(worker.name + "." + port, type, List.of());
      this.worker = worker;
      this.port = port;
    }
  }

  /** The records that came too late for a window: they are those of the lots before it. */
  static final class Late<T> extends PlanNode<T> {
    final Keyed<?> window;

    Late(Keyed<?> window, Side<T> side) {
      super(window.name + "." + side.name(), side.type(), List.of());
      this.window = window;
    }
  }

  /** Says that these records, of whatever step they are, are an output of the initiative. */
  void deliver() {
    egressed = true;
    if (!(this instanceof Worker<?>)) {
      upstream.forEach(PlanNode::deliver);
    }
  }

  /** The class that gave these records their event time, if any did. */
  @Nullable
  String eventTime() {
    if (this instanceof Timed<?> timed) {
      return timed.assigner.getClass().getName();
    }
    if (this instanceof Origin<?> origin) {
      return origin.assigner == null ? null : origin.assigner.getClass().getName();
    }
    if (this instanceof Aside<?> aside) {
      return aside.worker.eventTime();
    }
    return upstream.isEmpty() ? null : upstream.get(0).eventTime();
  }
}
