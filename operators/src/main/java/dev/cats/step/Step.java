package dev.cats.step;

import java.io.Serializable;
import org.apache.flink.api.common.functions.Function;
import org.apache.flink.api.common.functions.OpenContext;

/**
 * What a step does with one record: it may make any number of outputs, send values to side streams,
 * or reject the record.
 *
 * <p>A step is a named class, because its name goes into the BOM as the entry point of what ran; a
 * lambda or an anonymous class is refused when the job is built. It must not change a record that
 * it has emitted.
 */
public interface Step<IN, OUT> extends Function, Serializable {

  /** Handles one record. Whatever it gives to {@code out} is traced back to this record. */
  void apply(IN value, Output<OUT> out) throws Exception;

  /** Called once per subtask before the first record. */
  default void open(OpenContext context) throws Exception {}

  /** Called once per subtask at the end, also after a failure. */
  default void close() throws Exception {}
}
