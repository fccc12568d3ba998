/**
 * The provenance operator: runs steps, seals what they make into lots, and writes a BOM for each.
 *
 * <p>In come arrivals from outside, traced records, or what a keyed step made with the records that
 * it cites; out go traced records, each under the BOM of its lot, links for the lineage state, and
 * receipts of sealed segments for the egress.
 *
 * <p>Guaranteed: a record leaves only after its lot was hashed and written; no lot straddles a
 * checkpoint, so none is in state; equal inputs and outputs that fall into equal lots give equal
 * BOMs; what a step is given is what its input's lot says, also where the value that was emitted
 * held more (a time's microseconds under {@code timestamp-millis}, a transient field).
 *
 * <p>Beside a record goes the trace that it is a part of, from what it was made from and in no lot:
 * see {@link dev.cats.event.TraceContext}. What was made from records of several traces is part of
 * none.
 *
 * <p>Awkward cases: inputs that made nothing are in a BOM only if a record of their output follows
 * in the same lot. A record whose outputs do not fit in one lot is an input of several. A record
 * over the block limit is rejected as {@code too-large}, with its beginning; a rejected record that
 * is as large keeps its rule and reason. Two lots with equal inputs and records are one lot with
 * one BOM. A watermark waits behind the open lot, so records that come after it may overtake it,
 * and are early.
 */
package dev.cats.lot;
