package dev.cats.lot;

import dev.cats.step.Side;
import javax.annotation.Nullable;

/**
 * What a keyed step or a stage hands to the lot operator chained behind it: a value for the main
 * output or a side stream, or the refusal of a record, with the records that it was made from.
 */
sealed interface Cited<T> {
  Refs from();

  record Made<T>(T value, Refs from) implements Cited<T> {}

  /**
   * One of several values that a batch of records made.
   *
   * @param from the very same object for all that were made from the same records
   * @param timestamp its own, where the batch's is not that of each; {@link
   *     LotOperator#NO_TIMESTAMP} elsewhere
   * @param last whether it is the last of the batch, and its lot ends with it
   */
  record Batched<T>(T value, Refs from, long timestamp, boolean last) implements Cited<T> {}

  record Aside<T>(Side<Object> side, Object value, Refs from) implements Cited<T> {}

  record Refused<T>(String rule, String reason, @Nullable Object value, Refs from)
      implements Cited<T> {}
}
