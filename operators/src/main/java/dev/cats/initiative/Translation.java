package dev.cats.initiative;

import dev.cats.bom.Function;
import dev.cats.bom.Order;
import dev.cats.content.Cid;
import dev.cats.content.MirrorSettings;
import dev.cats.egress.EgressOptions;
import dev.cats.egress.EgressSink;
import dev.cats.egress.Prelude;
import dev.cats.event.Arrival;
import dev.cats.event.Rejected;
import dev.cats.lineage.LineageState;
import dev.cats.lot.HandOver;
import dev.cats.lot.Link;
import dev.cats.lot.LotOptions;
import dev.cats.lot.LotSpec;
import dev.cats.lot.LotStreams;
import dev.cats.lot.Port;
import dev.cats.lot.Receipt;
import dev.cats.lot.RecordType;
import dev.cats.lot.Stage;
import dev.cats.lot.StageOptions;
import dev.cats.lot.StageSpec;
import dev.cats.lot.Traced;
import dev.cats.memo.Remembering;
import dev.cats.stage.StageFunction;
import dev.cats.step.Side;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.annotation.Nullable;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.OutputTag;

/**
 * Turns a plan into Flink operators: decides which steps share a lot, writes the orders down, and
 * connects every lot operator to the lineage state and the egress.
 *
 * <p>With lots per step each worker is a lot operator of its own. With lots per exchange a step is
 * fused with the worker before it, if nobody else reads that one and they have no side streams of
 * one name.
 */
final class Translation {
  /** In place of the names of all steps. */
  private static final String ALL = "all";

  private final StreamExecutionEnvironment env;
  private final String initiative;
  private final LotOptions options;
  private final StageOptions stageOptions;
  private final List<String> memo;
  private final URI store;
  @Nullable private final String nodeKey;
  @Nullable private final String lineageLog;
  @Nullable private final MirrorSettings mirror;
  private final OrderBook orderBook;
  private final Set<PlanNode<?>> fused = new HashSet<>();
  private final Map<PlanNode<?>, DataStream<?>> streams = new HashMap<>();

  /** The lot operator that a worker is part of. */
  private final Map<PlanNode.Worker<?>, SingleOutputStreamOperator<?>> operators = new HashMap<>();

  /** What Flink makes of keyed workers, before the lot operator. */
  private final Map<PlanNode.Keyed<?>, DataStream<?>> windows = new HashMap<>();

  private final Map<PlanNode.Worker<?>, PlanNode.Worker<?>> tails = new HashMap<>();
  private final List<PlanNode<?>> plan;

  /** The orders of the job, in the order of the plan, and the ports they are of. */
  private final Map<Cid, PortOf> orders = new LinkedHashMap<>();

  private record PortOf(PlanNode.Worker<?> tail, String port) {}

  private final List<DataStream<Receipt>> receipts = new ArrayList<>();
  private final List<DataStream<Link>> links = new ArrayList<>();

  Translation(
      StreamExecutionEnvironment env,
      String initiative,
      Configuration configuration,
      List<PlanNode<?>> plan,
      URI store)
      throws IOException {
    this.env = env;
    this.initiative = initiative;
    this.options = LotOptions.of(configuration);
    this.stageOptions = StageOptions.of(configuration);
    this.memo = configuration.getOptional(StageOptions.MEMO).orElse(List.of());
    this.store = store;
    this.nodeKey = nodeKey(configuration, store);
    this.lineageLog = configuration.get(EgressOptions.LINEAGE_LOG);
    this.mirror = EgressOptions.mirror(configuration).orElse(null);
    this.plan = plan;
    this.orderBook = new OrderBook(initiative, EffectiveStructure.of(env, configuration));
    if (options.perExchange()) {
      for (PlanNode<?> node : plan) {
        if (node instanceof PlanNode.Stepping<?> step
            && step.from() instanceof PlanNode.Worker<?> before
            && before.consumers == 1
            && Collections.disjoint(sidesOf(chainTo(before)), sidesOf(List.of(step)))) {
          fused.add(before);
        }
      }
    }
    for (PlanNode<?> node : plan) {
      if (node instanceof PlanNode.Worker<?> worker && !fused.contains(worker)) {
        chainTo(worker).forEach(part -> tails.put(part, worker));
      }
    }
  }

  private static Set<String> sidesOf(Collection<PlanNode.Worker<?>> workers) {
    Set<String> names = new HashSet<>();
    workers.forEach(worker -> worker.sides.forEach(side -> names.add(side.name())));
    return names;
  }

  @Nullable
  private static String nodeKey(Configuration configuration, URI store) {
    String set = configuration.get(EgressOptions.NODE_KEY);
    if (set != null || !"file".equals(store.getScheme())) {
      return set;
    }
    return Path.of(store).resolve("node.key").toString();
  }

  /** Translates all that is left, and adds lineage state and egress. */
  void complete(Collection<Prelude.Artifact> artifacts) {
    checkMemo(memo, plan);
    for (PlanNode<?> node : plan) {
      if (node instanceof PlanNode.Worker<?> worker) {
        operator(worker);
      } else if (node.consumers > 0) {
        stream(node);
      }
    }
    LineageState.attach(LotStreams.union(links));
    orderBook.addAll(artifacts);
    new EgressSink(initiative, store.toString(), nodeKey, lineageLog, mirror, orderBook.prelude())
        .attach(LotStreams.union(receipts));
  }

  @SuppressWarnings("unchecked")
  <T> DataStream<Traced<T>> stream(PlanNode<T> node) {
    if (fused.contains(node)) {
      throw new IllegalStateException(
          "Cannot read the records of step "
              + node.name
              + ": it shares a lot with the step after it; call plain() when the steps are all"
              + " there, or set "
              + LotOptions.SCOPE.key()
              + ": step");
    }
    DataStream<?> known = streams.get(node);
    if (known == null) {
      known = translate(node);
      streams.put(node, known);
    }
    return (DataStream<Traced<T>>) known;
  }

  private DataStream<?> translate(PlanNode<?> node) {
    if (node instanceof PlanNode.Worker<?> worker) {
      return operator(worker);
    }
    if (node instanceof PlanNode.Timed<?> timed) {
      return timed(timed);
    }
    if (node instanceof PlanNode.Union<?> union) {
      return union(union);
    }
    if (node instanceof PlanNode.Late<?> late) {
      operator(late.window);
      return LotStreams.late(windows.get(late.window), late.type);
    }
    PlanNode.Aside<?> aside = (PlanNode.Aside<?>) node;
    return operator(aside.worker).getSideOutput(tag(aside.port, aside.type));
  }

  @SuppressWarnings("unchecked")
  private <T> DataStream<Traced<T>> union(PlanNode.Union<T> union) {
    List<DataStream<Traced<T>>> all = new ArrayList<>();
    Set<DataStream<?>> seen = new HashSet<>();
    for (PlanNode<?> from : union.upstream) {
      // Steps that share a lot share their rejects as well.
      DataStream<Traced<T>> one = stream((PlanNode<T>) from);
      if (!(from instanceof PlanNode.Aside<?> aside) || seen.add(operator(aside.worker))) {
        all.add(one);
      }
    }
    return LotStreams.union(all);
  }

  private <T> DataStream<Traced<T>> timed(PlanNode.Timed<T> node) {
    @SuppressWarnings("unchecked")
    DataStream<Traced<T>> from = stream((PlanNode<T>) node.upstream.get(0));
    return from.assignTimestampsAndWatermarks(EventTime.ofTraced(node.assigner, node.watermarks))
        .name(node.name)
        .uid(node.name);
  }

  private SingleOutputStreamOperator<?> operator(PlanNode.Worker<?> worker) {
    PlanNode.Worker<?> tail = tails.get(worker);
    SingleOutputStreamOperator<?> known = operators.get(tail);
    if (known == null) {
      known = lots(tail, chainTo(tail));
      operators.put(tail, known);
      receipts.add(LotStreams.receipts(known));
      links.add(LotStreams.links(known));
    }
    return known;
  }

  /** The workers that share a lot and of which this is the last, first to last. */
  private Deque<PlanNode.Worker<?>> chainTo(PlanNode.Worker<?> tail) {
    Deque<PlanNode.Worker<?>> chain = new ArrayDeque<>();
    PlanNode.Worker<?> at = tail;
    chain.addFirst(at);
    while (at instanceof PlanNode.Stepping<?> step && fused.contains(step.from())) {
      at = (PlanNode.Worker<?>) step.from();
      chain.addFirst(at);
    }
    return chain;
  }

  private <T> SingleOutputStreamOperator<Traced<T>> lots(
      PlanNode.Worker<T> tail, Deque<PlanNode.Worker<?>> chain) {
    PlanNode.Worker<?> head = chain.getFirst();
    DataStream<?> input;
    LotSpec.Form form;
    boolean oneUpstreamLot = false;
    if (head instanceof PlanNode.Origin<?> origin) {
      input = source(origin);
      form = LotSpec.Form.ARRIVAL;
    } else if (head instanceof PlanNode.Keyed<?> keyed) {
      input = keyed.wiring.wire(stream(keyed.upstream.get(0)), keyed.name, keyed.lateAside);
      windows.put(keyed, input);
      form = LotSpec.Form.CITED;
    } else if (head instanceof PlanNode.Staged<?, ?> staged) {
      input = staged(staged);
      form = LotSpec.Form.CITED;
    } else {
      PlanNode<?> from = ((PlanNode.Stepping<?>) head).from();
      input = stream(from);
      form = LotSpec.Form.TRACED;
      oneUpstreamLot = !comesTogether(from);
    }
    List<Stage> stages = new ArrayList<>();
    for (PlanNode.Worker<?> worker : chain) {
      if (worker instanceof PlanNode.Stepping<?> step) {
        stages.add(
            new Stage(
                step.name,
                step.step,
                (org.apache.flink.api.common.functions.Function) step.function,
                step.from().type,
                sidesOf(List.of(step))));
      }
    }
    LotSpec spec =
        new LotSpec(
            tail.name,
            head.name,
            form == LotSpec.Form.CITED ? sidesOf(List.of(head)) : Set.of(),
            stages,
            form,
            oneUpstreamLot,
            ports(tail, chain),
            options,
            store.toString());
    return LotStreams.lots(input, spec, tail.type);
  }

  private <IN, OUT> DataStream<?> staged(PlanNode.Staged<IN, OUT> node) {
    Function document = orderBook.function(node);
    StageFunction function = node.stage;
    if (memo.contains(node.name) || memo.contains(ALL)) {
      checkThatLotsAreTheStagesOwn(node);
      function = Remembering.of(node.name, node.stage, store);
    }
    StageSpec<IN, OUT> spec =
        StageSpec.of(
            node.name, function, document.block(), node.from.type, node.type, stageOptions);
    return node.wiring.wire(stream(node.from), spec, options, node.name);
  }

  /** What is to be taken from the store has to be there, and not what later steps made of it. */
  private void checkThatLotsAreTheStagesOwn(PlanNode.Staged<?, ?> node) {
    if (tails.get(node) != node || !stored(node, true)) {
      throw new IllegalArgumentException(
          "Cannot take results of step %s from the store: %s; or leave the step out of %s"
              .formatted(
                  node.name,
                  tails.get(node) != node
                      ? "it shares its lots with the steps behind it; set %s: step"
                          .formatted(LotOptions.SCOPE.key())
                      : "its lots are not stored; set %s: all".formatted(LotOptions.STORE.key()),
                  StageOptions.MEMO.key()));
    }
  }

  /** Names in the option are steps on Ray. */
  private static void checkMemo(List<String> memo, List<PlanNode<?>> plan) {
    List<String> stages =
        plan.stream()
            .filter(node -> node instanceof PlanNode.Staged<?, ?>)
            .map(node -> node.name)
            .toList();
    for (String name : memo) {
      if (!name.equals(ALL) && !stages.contains(name)) {
        throw new IllegalArgumentException(
            "Invalid %s: expected %s or steps on Ray (%s), found '%s'"
                .formatted(
                    StageOptions.MEMO.key(),
                    ALL,
                    stages.isEmpty() ? "there are none" : String.join(", ", stages),
                    name));
      }
    }
  }

  /** Whether these records are of several lot operators, whose lots come in between each other. */
  static boolean comesTogether(PlanNode<?> node) {
    return node instanceof PlanNode.Timed<?> timed
        ? comesTogether(timed.upstream.get(0))
        : node instanceof PlanNode.Union<?> || node instanceof PlanNode.Late<?>;
  }

  private <T> DataStream<?> source(PlanNode.Origin<T> origin) {
    WatermarkStrategy<Arrival<T>> time =
        origin.assigner == null
            ? WatermarkStrategy.noWatermarks()
            : EventTime.ofArrivals(origin.assigner, origin.watermarks);
    return env.fromSource(origin.source, time, origin.name, HandOver.type()).uid(origin.name);
  }

  private List<Port<?>> ports(PlanNode.Worker<?> tail, Collection<PlanNode.Worker<?>> chain) {
    List<Order.Step> steps = new ArrayList<>();
    for (PlanNode.Worker<?> worker : chain) {
      Function function = orderBook.function(worker);
      steps.add(new Order.Step(worker.name, function.cid()));
    }
    List<Port<?>> ports = new ArrayList<>();
    ports.add(port(tail, Port.MAIN, tail.type, steps));
    ports.add(port(tail, Port.REJECTS, Rejected.class, steps));
    int made = 0;
    for (PlanNode.Worker<?> worker : chain) {
      // A side stream is made by the steps up to the one that it leaves; the later ones never saw
      // it.
      made++;
      for (Side<?> side : worker.sides) {
        ports.add(port(tail, side.name(), side.type(), steps.subList(0, made)));
      }
    }
    return ports;
  }

  private <T> Port<T> port(
      PlanNode.Worker<?> tail, String name, Class<T> type, List<Order.Step> steps) {
    Cid order =
        orderBook.order(steps, name.equals(Port.MAIN) ? Optional.empty() : Optional.of(name));
    orders.put(order, new PortOf(tail, name));
    boolean main = name.equals(Port.MAIN);
    return new Port<>(name, type, order, stored(tail, main), main ? null : tag(name, type));
  }

  /** Whether lots of this port are ends: of a source, or read by nobody who makes lots again. */
  private boolean stored(PlanNode.Worker<?> tail, boolean main) {
    return !options.endsOnly()
        || !main
        || tail.egressed
        || tail.consumers == 0
        || tails.entrySet().stream()
            .anyMatch(
                entry -> entry.getValue() == tail && entry.getKey() instanceof PlanNode.Origin<?>);
  }

  /** The orders whose lots are an output of the initiative, of those that it has. */
  Map<Cid, Boolean> orders(Collection<PlanNode<?>> outputs) {
    Set<PortOf> egressed = new HashSet<>();
    outputs.forEach(output -> collectPorts(output, egressed));
    Map<Cid, Boolean> all = new LinkedHashMap<>();
    orders.forEach((order, port) -> all.put(order, egressed.contains(port)));
    return all;
  }

  private void collectPorts(PlanNode<?> node, Set<PortOf> into) {
    if (node instanceof PlanNode.Worker<?> worker) {
      into.add(new PortOf(tails.get(worker), Port.MAIN));
    } else if (node instanceof PlanNode.Aside<?> aside) {
      into.add(new PortOf(tails.get(aside.worker), aside.port));
    } else {
      node.upstream.forEach(each -> collectPorts(each, into));
    }
  }

  private static <T> OutputTag<Traced<T>> tag(String port, Class<T> type) {
    return new OutputTag<>("cats-" + port, RecordType.traced(type));
  }
}
