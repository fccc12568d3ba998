package dev.cats.initiative;

import dev.cats.content.Node;
import dev.cats.lot.Codec;
import dev.cats.lot.LotStreams;
import dev.cats.lot.RecordType;
import dev.cats.lot.Traced;
import dev.cats.stage.StageFunction;
import dev.cats.step.KeyedStep;
import dev.cats.step.Side;
import javax.annotation.Nullable;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.InvalidTypesException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.CompositeType;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.typeutils.EnumTypeInfo;
import org.apache.flink.api.java.typeutils.GenericTypeInfo;
import org.apache.flink.api.java.typeutils.TypeExtractor;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.WindowAssigner;
import org.apache.flink.streaming.api.windowing.windows.Window;

/** A traced stream by key: windows, aggregates, and steps with state. */
public final class KeyedTracedStream<K, T> {
  private final DataInitiative initiative;
  private final PlanNode<T> from;
  private final KeySelector<T, K> selector;
  private final TypeInformation<K> key;

  KeyedTracedStream(DataInitiative initiative, PlanNode<T> from, KeySelector<T, K> selector) {
    this.initiative = initiative;
    this.from = from;
    this.selector = selector;
    NamedClass.check(from.name + ".key", selector);
    this.key = keyType(selector, from.type);
    Class<?> kryo = partOf(key, GenericTypeInfo.class);
    if (kryo != null) {
      throw new IllegalArgumentException(
          "Cannot key by "
              + kryo.getName()
              + ": Flink would hand it to Kryo; use a String, a number or a Flink POJO");
    }
    Class<?> constant = partOf(key, EnumTypeInfo.class);
    if (constant != null) {
      throw new IllegalArgumentException(
          "Cannot key by "
              + constant.getName()
              + ": the hash code of an enum differs from JVM to JVM; use its name()");
    }
  }

  private static <K, T> TypeInformation<K> keyType(KeySelector<T, K> selector, Class<T> type) {
    try {
      return TypeExtractor.getKeySelectorTypes(selector, RecordType.plain(type));
    } catch (InvalidTypesException e) {
      throw new IllegalArgumentException(
          "Cannot key by "
              + selector.getClass().getName()
              + ": it does not say which type of key it gives; name the types in its class"
              + " declaration",
          e);
    }
  }

  /** The first class of this kind of type in a type and the fields below it. */
  @Nullable
  private static Class<?> partOf(TypeInformation<?> info, Class<?> kind) {
    if (kind.isInstance(info)) {
      return info.getTypeClass();
    }
    for (TypeInformation<?> part : info.getGenericParameters().values()) {
      Class<?> found = partOf(part, kind);
      if (found != null) {
        return found;
      }
    }
    if (info instanceof CompositeType<?> composite) {
      for (int i = 0; i < composite.getArity(); i++) {
        Class<?> found = partOf(composite.getTypeAt(i), kind);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  /**
   * A function over all records of a window; its outputs cite every one of them.
   *
   * <p>A record that comes when its window is over is refused, under the rule {@code late}.
   */
  public <OUT, W extends Window> TracedStream<OUT> window(
      String name, WindowAssigner<Object, W> assigner, WindowFunction<T, OUT, K, W> function) {
    Class<OUT> type = initiative.outputType(name, WindowFunction.class, function, 1);
    return add(
        name,
        type,
        function,
        assigner,
        (records, uid, lateAside) ->
            LotStreams.window(
                keyed(records, uid, true), from.type, assigner, function, uid, lateAside));
  }

  /**
   * As the other; records that come when their window is over leave by a side stream, once {@link
   * TracedStream#side} was asked for it. They are in no lot of this step: give the stream one of
   * its own.
   */
  public <OUT, W extends Window> TracedStream<OUT> window(
      String name,
      WindowAssigner<Object, W> assigner,
      WindowFunction<T, OUT, K, W> function,
      Side<T> late) {
    return withLate(window(name, assigner, function), late);
  }

  private <OUT> TracedStream<OUT> withLate(TracedStream<OUT> windowed, Side<T> late) {
    ((PlanNode.Keyed<OUT>) windowed.node).late = late;
    return windowed;
  }

  /**
   * An aggregate that grows with each record; references grow next to its accumulator.
   *
   * <p>A record that comes when its window is over is refused, under the rule {@code late}.
   */
  public <ACC, OUT, W extends Window> TracedStream<OUT> aggregate(
      String name, WindowAssigner<Object, W> assigner, AggregateFunction<T, ACC, OUT> function) {
    Class<ACC> accumulator = initiative.outputType(name, AggregateFunction.class, function, 1);
    TypeInformation<ACC> accumulatorType = typeOf(name, accumulator);
    Class<OUT> type = initiative.outputType(name, AggregateFunction.class, function, 2);
    return add(
        name,
        type,
        function,
        assigner,
        (records, uid, lateAside) ->
            LotStreams.aggregate(
                keyed(records, uid, false),
                from.type,
                assigner,
                function,
                accumulatorType,
                uid,
                lateAside));
  }

  /**
   * As the other; records that come when their window is over leave by a side stream, once {@link
   * TracedStream#side} was asked for it.
   */
  public <ACC, OUT, W extends Window> TracedStream<OUT> aggregate(
      String name,
      WindowAssigner<Object, W> assigner,
      AggregateFunction<T, ACC, OUT> function,
      Side<T> late) {
    return withLate(aggregate(name, assigner, function), late);
  }

  /** A step with keyed state and timers. */
  public <OUT> TracedStream<OUT> process(String name, KeyedStep<K, T, OUT> step) {
    Class<OUT> type = initiative.outputType(name, KeyedStep.class, step, 2);
    return add(
        name,
        type,
        step,
        null,
        (records, uid, lateAside) ->
            LotStreams.process(keyed(records, uid, false), step, name, uid));
  }

  /**
   * A function that runs on a Ray cluster, on records of one key at a time: those that came between
   * two watermarks or checkpoints, as far as a lot holds them. Where it matters which records come
   * together, say so by a window.
   */
  public <OUT> TracedStream<OUT> onRay(String name, StageFunction function, Class<OUT> type) {
    return onRay(
        name,
        function,
        type,
        null,
        (records, spec, lots, uid) ->
            LotStreams.stage(keyed(records, uid, true), spec, false, lots, uid));
  }

  /** A function that runs on a Ray cluster, on all records of a window; its outputs cite them. */
  public <OUT, W extends Window> TracedStream<OUT> onRay(
      String name, WindowAssigner<Object, W> assigner, StageFunction function, Class<OUT> type) {
    return onRay(
        name,
        function,
        type,
        assigner,
        (records, spec, lots, uid) ->
            LotStreams.stage(keyed(records, uid, true), spec, assigner, uid));
  }

  private <OUT> TracedStream<OUT> onRay(
      String name,
      StageFunction function,
      Class<OUT> type,
      @Nullable WindowAssigner<?, ?> assigner,
      PlanNode.Staged.Wiring<T, OUT> wiring) {
    TracedStream<OUT> staged = initiative.stage(name, function, from, type, wiring);
    describe((PlanNode.Worker<OUT>) staged.node, assigner);
    return staged;
  }

  private <OUT> TracedStream<OUT> add(
      String name,
      Class<OUT> type,
      Object function,
      WindowAssigner<?, ?> assigner,
      PlanNode.Keyed.Wiring wiring) {
    NamedClass.check(name, function);
    TracedStream.checkType(name, type);
    initiative.claim(name);
    PlanNode.Keyed<OUT> node = new PlanNode.Keyed<>(name, type, from, function, wiring);
    describe(node, assigner);
    return new TracedStream<>(initiative, initiative.add(node));
  }

  /** What a BOM says of how this step's records come together. */
  private void describe(PlanNode.Worker<?> node, @Nullable WindowAssigner<?, ?> assigner) {
    node.params.put("key", Node.of(selector.getClass().getName()));
    if (assigner != null) {
      node.params.put("window", Node.of(assigner.toString()));
    }
    String time = from.eventTime();
    if (time != null) {
      node.params.put("time", Node.of(time));
    }
  }

  @SuppressWarnings("unchecked")
  private KeyedStream<Traced<T>, K> keyed(
      DataStream<? extends Traced<?>> records, String uid, boolean carried) {
    return LotStreams.keyBy(
        (DataStream<Traced<T>>) records, from.type, selector, key, uid + ".key", carried);
  }

  /** Avro records by our codec, everything else by Flink's own serializers, nothing by Kryo. */
  private static <A> TypeInformation<A> typeOf(String name, Class<A> type) {
    if (SpecificRecordBase.class.isAssignableFrom(type)) {
      return RecordType.plain(type);
    }
    TypeInformation<A> info = TypeInformation.of(type);
    Class<?> kryo = partOf(info, GenericTypeInfo.class);
    if (kryo != null) {
      try {
        Codec.of(type);
        return RecordType.plain(type);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "Cannot add step "
                + name
                + ": Flink would hand "
                + kryo.getName()
                + " in its accumulator "
                + type.getName()
                + " to Kryo; make it a Flink POJO or an Avro record",
            e);
      }
    }
    return info;
  }
}
