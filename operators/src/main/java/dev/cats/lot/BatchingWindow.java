package dev.cats.lot;

import dev.cats.content.Cid;
import dev.cats.stage.Records;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.Window;
import org.apache.flink.util.Collector;

/** The records of a window as one batch, in order of arrival. */
final class BatchingWindow<IN, K, W extends Window>
    extends ProcessWindowFunction<Traced<IN>, Batch, K, W> {
  private static final long serialVersionUID = 1L;

  private final String step;
  private final Cid function;

  BatchingWindow(String step, Cid function) {
    this.step = step;
    this.function = function;
  }

  @Override
  public void process(K key, Context context, Iterable<Traced<IN>> records, Collector<Batch> out) {
    Refs from = new Refs();
    Records.Builder batch = new Records.Builder();
    for (Traced<IN> record : records) {
      from.add(record);
      try {
        batch.add(record.buffer(), record.offset(), record.length());
      } catch (ArithmeticException | OutOfMemoryError e) {
        throw new IllegalStateException(
            "Cannot call step "
                + step
                + " with window "
                + context.window()
                + " of key "
                + key
                + ": its records take more memory than there is in one piece ("
                + batch.size()
                + " bytes so far); make the window smaller",
            e);
      }
    }
    out.collect(Batch.of(function, from, batch.build()));
  }
}
