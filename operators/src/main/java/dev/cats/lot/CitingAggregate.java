package dev.cats.lot;

import org.apache.flink.api.common.functions.AggregateFunction;

/** An incremental aggregate that keeps the references of its inputs next to the accumulator. */
final class CitingAggregate<IN, ACC, OUT>
    implements AggregateFunction<Traced<IN>, Accumulated<ACC>, Cited<OUT>> {
  private static final long serialVersionUID = 1L;

  private final AggregateFunction<IN, ACC, OUT> function;

  CitingAggregate(AggregateFunction<IN, ACC, OUT> function) {
    this.function = function;
  }

  @Override
  public Accumulated<ACC> createAccumulator() {
    return new Accumulated<>(function.createAccumulator(), new Refs());
  }

  @Override
  public Accumulated<ACC> add(Traced<IN> record, Accumulated<ACC> to) {
    return new Accumulated<>(function.add(record.value(), to.value()), to.refs().add(record));
  }

  @Override
  public Cited<OUT> getResult(Accumulated<ACC> of) {
    return new Cited.Made<>(function.getResult(of.value()), of.refs().copy());
  }

  @Override
  public Accumulated<ACC> merge(Accumulated<ACC> a, Accumulated<ACC> b) {
    return new Accumulated<>(
        function.merge(a.value(), b.value()), a.refs().copy().addAll(b.refs()));
  }
}
