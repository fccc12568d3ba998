package dev.cats.lot;

import java.util.Iterator;
import org.apache.flink.api.common.functions.DefaultOpenContext;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.util.FunctionUtils;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.windows.Window;
import org.apache.flink.util.Collector;

/** A full-window function whose outputs cite every record of the window, in order of arrival. */
final class CitingWindow<IN, OUT, K, W extends Window>
    extends ProcessWindowFunction<Traced<IN>, Cited<OUT>, K, W> {
  private static final long serialVersionUID = 1L;

  private final WindowFunction<IN, OUT, K, W> function;

  CitingWindow(WindowFunction<IN, OUT, K, W> function) {
    this.function = function;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    FunctionUtils.setFunctionRuntimeContext(function, getRuntimeContext());
    FunctionUtils.openFunction(function, DefaultOpenContext.INSTANCE);
  }

  @Override
  public void process(
      K key, Context context, Iterable<Traced<IN>> records, Collector<Cited<OUT>> out)
      throws Exception {
    Refs refs = new Refs();
    for (Traced<IN> record : records) {
      refs.add(record);
    }
    function.apply(key, context.window(), new Values<>(records), new Citing<>(refs, out));
  }

  @Override
  public void close() throws Exception {
    FunctionUtils.closeFunction(function);
  }

  /** The records' values, decoded as they are asked for. */
  private record Values<T>(Iterable<Traced<T>> records) implements Iterable<T> {
    @Override
    public Iterator<T> iterator() {
      Iterator<Traced<T>> each = records.iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return each.hasNext();
        }

        @Override
        public T next() {
          return each.next().value();
        }
      };
    }
  }

  private record Citing<T>(Refs refs, Collector<Cited<T>> out) implements Collector<T> {
    @Override
    public void collect(T value) {
      out.collect(new Cited.Made<>(value, refs));
    }

    @Override
    public void close() {}
  }
}
