package dev.cats.step;

import org.apache.flink.util.Collector;

/** Where a step puts what it makes: its main stream, its side streams, or the rejects. */
public interface Output<OUT> extends Collector<OUT> {

  /** Emits to a side stream, which the traced stream hands out by its side. */
  <S> void side(Side<S> side, S value);

  /**
   * Rejects the record that is being handled: it leaves on the rejects stream, in lots with BOMs of
   * their own, and is counted in the manifest.
   *
   * @param rule what it broke, a short stable name such as {@code malformed}
   * @param reason what is wrong with it, naming the value
   */
  void reject(String rule, String reason);

  /** Does nothing: a step's output ends with its input. */
  @Override
  default void close() {}
}
