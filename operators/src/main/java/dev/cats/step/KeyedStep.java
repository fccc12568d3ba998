package dev.cats.step;

import java.io.Serializable;
import java.util.List;
import org.apache.flink.api.common.functions.Function;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RuntimeContext;

/**
 * A step on a keyed stream, with Flink's keyed state and timers.
 *
 * <p>What it emits while handling a record is traced to that record, unless it cites others: it may
 * keep {@link Context#origin() origins} in its own state and cite them later. What it emits from a
 * timer must cite, for there is no current record.
 */
public abstract class KeyedStep<K, IN, OUT> implements Function, Serializable {
  private static final long serialVersionUID = 1L;

  /** Called once per subtask, to make the state. */
  public void open(OpenContext context, RuntimeContext runtime) throws Exception {}

  public abstract void apply(IN value, Context<K> context, Citing<OUT> out) throws Exception;

  /** A timer that {@link Context#onEventTime} or {@link Context#onProcessingTime} set has come. */
  public void onTimer(long timestamp, Context<K> context, Citing<OUT> out) throws Exception {}

  public void close() throws Exception {}

  /** The record at hand, its key and its timers. */
  public interface Context<K> {
    K key();

    /** The record at hand as (BOM, index): what a later output may cite. Not there in a timer. */
    Ref origin();

    /** Milliseconds since the epoch; {@code Long.MIN_VALUE} where the record has none. */
    long timestamp();

    /** Milliseconds since the epoch. */
    long watermark();

    void onEventTime(long timestamp);

    void onProcessingTime(long timestamp);
  }

  /** An output that can say which records it was made from. */
  public interface Citing<OUT> extends Output<OUT> {
    /**
     * Emits {@code value} as made from the records {@code origins}, of which there is at least one.
     */
    void collect(OUT value, List<Ref> origins);
  }
}
