package dev.cats.lot;

import dev.cats.step.KeyedStep;
import dev.cats.step.Ref;
import dev.cats.step.Side;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Runs a keyed step and hands what it makes, with what it cites, to the lot operator behind it. */
final class KeyedStepOperator<K, IN, OUT> extends KeyedProcessFunction<K, Traced<IN>, Cited<OUT>> {
  private static final long serialVersionUID = 1L;

  private final String name;
  private final KeyedStep<K, IN, OUT> step;

  @Nullable private transient Traced<IN> current;
  private transient Context flink;
  private transient Collector<Cited<OUT>> collector;
  private transient StepContext context;
  private transient CitingOutput output;

  /** Of the record at hand; the lot operator behind has noted it when the output is collected. */
  private transient Refs single;

  KeyedStepOperator(String name, KeyedStep<K, IN, OUT> step) {
    this.name = name;
    this.step = step;
  }

  @Override
  public void open(OpenContext openContext) throws Exception {
    context = new StepContext();
    output = new CitingOutput();
    single = new Refs();
    step.open(openContext, getRuntimeContext());
  }

  @Override
  public void processElement(Traced<IN> record, Context ctx, Collector<Cited<OUT>> out)
      throws Exception {
    current = record;
    flink = ctx;
    collector = out;
    step.apply(record.value(), context, output);
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext ctx, Collector<Cited<OUT>> out)
      throws Exception {
    current = null;
    flink = ctx;
    collector = out;
    step.onTimer(timestamp, context, output);
  }

  @Override
  public void close() throws Exception {
    step.close();
  }

  private IllegalStateException noRecord(String what) {
    return new IllegalStateException(
        "Cannot "
            + what
            + " from a timer of step "
            + name
            + ": there is no current record; keep Context.origin() of the records that matter in"
            + " state and emit with collect(value, origins)");
  }

  private Refs currentRef(String what) {
    if (current == null) {
      throw noRecord(what);
    }
    return single.only(current);
  }

  private final class StepContext implements KeyedStep.Context<K> {
    @Override
    public K key() {
      return flink.getCurrentKey();
    }

    @Override
    public Ref origin() {
      if (current == null) {
        throw noRecord("name the origin of a record");
      }
      return current.ref();
    }

    @Override
    public long timestamp() {
      Long timestamp = flink.timestamp();
      return timestamp == null ? Long.MIN_VALUE : timestamp;
    }

    @Override
    public long watermark() {
      return flink.timerService().currentWatermark();
    }

    @Override
    public void onEventTime(long timestamp) {
      flink.timerService().registerEventTimeTimer(timestamp);
    }

    @Override
    public void onProcessingTime(long timestamp) {
      flink.timerService().registerProcessingTimeTimer(timestamp);
    }
  }

  private final class CitingOutput implements KeyedStep.Citing<OUT> {
    @Override
    public void collect(OUT value) {
      collector.collect(new Cited.Made<>(value, currentRef("emit")));
    }

    @Override
    public void collect(OUT value, List<Ref> origins) {
      if (origins.isEmpty()) {
        throw new IllegalArgumentException(
            "Cannot emit from step " + name + " without origins: cite at least one record");
      }
      Refs refs = new Refs();
      for (Ref origin : origins) {
        if (current != null && origin.equals(current.ref())) {
          refs.add(current);
        } else {
          refs.add(origin.bom(), origin.index());
        }
      }
      collector.collect(new Cited.Made<>(value, refs));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <S> void side(Side<S> side, S value) {
      collector.collect(
          new Cited.Aside<>((Side<Object>) side, value, currentRef("emit to a side stream")));
    }

    @Override
    public void reject(String rule, String reason) {
      Refs refs = currentRef("reject a record");
      collector.collect(new Cited.Refused<>(rule, reason, current.value(), refs));
    }
  }
}
