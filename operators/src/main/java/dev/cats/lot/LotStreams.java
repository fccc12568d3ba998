package dev.cats.lot;

import dev.cats.event.Citation;
import dev.cats.event.Departure;
import dev.cats.step.KeyedStep;
import java.util.Collection;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SideOutputDataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.windowing.PassThroughWindowFunction;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.async.AsyncWaitOperatorFactory;
import org.apache.flink.streaming.api.windowing.assigners.WindowAssigner;
import org.apache.flink.streaming.api.windowing.windows.Window;
import org.apache.flink.streaming.runtime.operators.windowing.WindowOperatorBuilder;
import org.apache.flink.util.OutputTag;

/**
 * The Flink streams of traced records: each method adds one operator of this package to a job.
 *
 * <p>A keyed step makes a stream of records with citations, which {@link #lots} must follow, for
 * the two are one chain.
 */
public final class LotStreams {
  private LotStreams() {}

  /** Runs the specified steps and seals what they make into lots. */
  @SuppressWarnings("unchecked")
  public static <OUT> SingleOutputStreamOperator<Traced<OUT>> lots(
      DataStream<?> input, LotSpec spec, Class<OUT> type) {
    return ((DataStream<Object>) input)
        .transform(spec.name(), RecordType.traced(type), new LotOperatorFactory<Object, OUT>(spec))
        .uid(spec.name() + ".lots");
  }

  /** What the egress commits. */
  public static SideOutputDataStream<Receipt> receipts(SingleOutputStreamOperator<?> lots) {
    return lots.getSideOutput(LotOperator.RECEIPTS);
  }

  /** What the lineage state keeps. */
  public static SideOutputDataStream<Link> links(SingleOutputStreamOperator<?> lots) {
    return lots.getSideOutput(LotOperator.LINKS);
  }

  /**
   * Sends each record to the subtask of its key.
   *
   * @param carried whether the key travels beside the record, for those who would decode it for
   *     nothing else
   */
  public static <T, K> KeyedStream<Traced<T>, K> keyBy(
      DataStream<Traced<T>> records,
      Class<T> type,
      KeySelector<T, K> selector,
      TypeInformation<K> key,
      String uid,
      boolean carried) {
    if (!carried) {
      return records.keyBy(new KeyOfValue<>(selector), key);
    }
    return records
        .map(new Keying<>(selector), RecordType.keyed(type, key))
        .name(uid)
        .uid(uid)
        .keyBy(new CarriedKey<>(), key);
  }

  /**
   * A function over all records of a window.
   *
   * @param lateAside whether records that come too late leave by {@link #late}; if not, they are
   *     refused
   */
  public static <T, OUT, K, W extends Window> DataStream<?> window(
      KeyedStream<Traced<T>, K> records,
      Class<T> type,
      WindowAssigner<Object, W> assigner,
      WindowFunction<T, OUT, K, W> function,
      String uid,
      boolean lateAside) {
    return windowed(
        records,
        type,
        windows(records, type, assigner).process(new CitingWindow<>(function)),
        uid,
        lateAside);
  }

  private static <T, K, W extends Window> WindowOperatorBuilder<Traced<T>, K, W> windows(
      KeyedStream<Traced<T>, K> records, Class<T> type, WindowAssigner<Object, W> assigner) {
    WindowOperatorBuilder<Traced<T>, K, W> windows =
        new WindowOperatorBuilder<>(
            assigner,
            assigner.getDefaultTrigger(),
            records.getExecutionConfig(),
            records.getType(),
            records.getKeySelector(),
            records.getKeyType());
    windows.sideOutputLateData(late(type));
    return windows;
  }

  private static <T, OUT, K> DataStream<?> windowed(
      KeyedStream<Traced<T>, K> records,
      Class<T> type,
      OneInputStreamOperator<Traced<T>, Cited<OUT>> windows,
      String uid,
      boolean lateAside) {
    TypeInformation<Cited<OUT>> cited = HandOver.type();
    SingleOutputStreamOperator<Cited<OUT>> made =
        lateAside
            ? records.transform(uid, cited, windows)
            : records.transform(
                uid, cited, new LateRefusing<>(windows, late(type), new LateRefused<OUT>()));
    return made.uid(uid);
  }

  /** The records that came too late for {@link #window} or {@link #aggregate}. */
  public static <T> DataStream<Traced<T>> late(DataStream<?> windowed, Class<T> type) {
    return ((SingleOutputStreamOperator<?>) windowed).getSideOutput(late(type));
  }

  private static <T> OutputTag<Traced<T>> late(Class<T> type) {
    return new OutputTag<>("cats-late", RecordType.traced(type));
  }

  /** As {@link #window}, of a function that takes records one by one. */
  public static <T, ACC, OUT, K, W extends Window> DataStream<?> aggregate(
      KeyedStream<Traced<T>, K> records,
      Class<T> type,
      WindowAssigner<Object, W> assigner,
      AggregateFunction<T, ACC, OUT> function,
      TypeInformation<ACC> accumulator,
      String uid,
      boolean lateAside) {
    return windowed(
        records,
        type,
        windows(records, type, assigner)
            .aggregate(
                new CitingAggregate<>(function),
                new PassThroughWindowFunction<K, W, Cited<OUT>>(),
                new Accumulated.Type<>(accumulator)),
        uid,
        lateAside);
  }

  public static <T, OUT, K> DataStream<?> process(
      KeyedStream<Traced<T>, K> records, KeyedStep<K, T, OUT> step, String name, String uid) {
    return records
        .process(new KeyedStepOperator<>(name, step), HandOver.<Cited<OUT>>type())
        .name(uid)
        .uid(uid);
  }

  /**
   * Calls a stage function with the lots that records come in, or with runs of records of one key.
   *
   * @param oneUpstreamLot whether records come in one lot after the other
   */
  public static <T, OUT> DataStream<?> stage(
      DataStream<Traced<T>> records,
      StageSpec<T, OUT> spec,
      boolean oneUpstreamLot,
      LotOptions options,
      String uid) {
    return called(
        records
            .transform(
                uid + ".batch",
                new BatchType(spec.input()),
                new BatchOperator<T>(spec, oneUpstreamLot, options))
            .uid(uid + ".batch"),
        spec,
        uid);
  }

  /** Calls a stage function with all records of a window. */
  public static <T, OUT, K, W extends Window> DataStream<?> stage(
      KeyedStream<Traced<T>, K> records,
      StageSpec<T, OUT> spec,
      WindowAssigner<Object, W> assigner,
      String uid) {
    OneInputStreamOperator<Traced<T>, Batch> windows =
        windows(records, spec.input(), assigner)
            .process(new BatchingWindow<>(spec.step(), spec.block().cid()));
    return called(
        records
            .transform(
                uid + ".batch",
                new BatchType(spec.input()),
                new LateRefusing<>(windows, late(spec.input()), new LateBatch()))
            .uid(uid + ".batch"),
        spec,
        uid);
  }

  /** How long a call may take its client knows. */
  private static <T, OUT> DataStream<?> called(
      DataStream<Batch> batches, StageSpec<T, OUT> spec, String uid) {
    return batches
        .transform(
            uid,
            HandOver.<Cited<OUT>>type(),
            new AsyncWaitOperatorFactory<>(
                new StageCall<>(spec),
                0,
                spec.options().inFlight(),
                AsyncDataStream.OutputMode.ORDERED))
        .uid(uid + ".call");
  }

  /** Leaves provenance: the values alone. */
  public static <T> SingleOutputStreamOperator<T> plain(
      DataStream<Traced<T>> records, Class<T> type, String uid) {
    return records.map(new Plain<>(), RecordType.plain(type)).name(uid).uid(uid);
  }

  /** For an outside system: the values, with where they were made. */
  public static <T> SingleOutputStreamOperator<Departure<T>> depart(
      DataStream<Traced<T>> records, String uid) {
    return records.map(new Departing<T>(), HandOver.<Departure<T>>type()).name(uid).uid(uid);
  }

  /** Several streams as one. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public static <T> DataStream<T> union(Collection<? extends DataStream<T>> streams) {
    DataStream[] all = streams.toArray(DataStream[]::new);
    DataStream<T> first = all[0];
    return all.length == 1 ? first : first.union(java.util.Arrays.copyOfRange(all, 1, all.length));
  }

  private record LateRefused<OUT>() implements LateRefusing.Refusal<Cited<OUT>> {
    @Override
    public Cited<OUT> of(Traced<?> record, String reason) {
      return new Cited.Refused<>("late", reason, record.value(), Refs.of(record));
    }
  }

  private record LateBatch() implements LateRefusing.Refusal<Batch> {
    @Override
    public Batch of(Traced<?> record, String reason) {
      return Batch.late(record, reason);
    }
  }

  private record Keying<T, K>(KeySelector<T, K> selector)
      implements MapFunction<Traced<T>, Traced<T>> {
    @Override
    public Traced<T> map(Traced<T> record) throws Exception {
      return record.withKey(selector.getKey(record.value()));
    }
  }

  private record KeyOfValue<T, K>(KeySelector<T, K> selector) implements KeySelector<Traced<T>, K> {
    @Override
    public K getKey(Traced<T> record) throws Exception {
      return selector.getKey(record.value());
    }
  }

  private record CarriedKey<T, K>() implements KeySelector<Traced<T>, K> {
    @Override
    @SuppressWarnings("unchecked")
    public K getKey(Traced<T> record) {
      return (K) record.key();
    }
  }

  private record Departing<T>() implements MapFunction<Traced<T>, Departure<T>> {
    @Override
    public Departure<T> map(Traced<T> record) {
      Citation made = new Citation(record.bom(), record.index());
      return new Departure<>(made, record.value(), record.trace());
    }
  }

  private record Plain<T>() implements MapFunction<Traced<T>, T> {
    @Override
    public T map(Traced<T> record) {
      return record.value();
    }
  }
}
