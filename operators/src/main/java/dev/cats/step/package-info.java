/**
 * What users implement: steps, keyed steps and rules, and what these are handed.
 *
 * <p>In come values; out go values to the main output or to a {@link dev.cats.step.Side}, and
 * refusals with a rule and a reason. {@link dev.cats.step.Ref} names a record, and can be kept in
 * state.
 *
 * <p>Guaranteed: an output is traced to the record at hand, or to those that a keyed step cites.
 *
 * <p>Awkward cases: a timer has no record at hand, so what it emits must cite, and it can neither
 * reject nor emit to a side stream. A side stream that nobody reads when the job is built is
 * dropped. A value must not be changed after it was emitted: it may be read again further on.
 */
package dev.cats.step;
