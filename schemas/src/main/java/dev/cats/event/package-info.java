/**
 * Records as they enter a data initiative, and as they leave it refused.
 *
 * <p>In come values with the {@link dev.cats.event.Position} that each was read at, from a source
 * that emits {@link dev.cats.event.Arrival}s; out go, for what a step refused, {@code Rejected}
 * records (generated from {@code Rejected.avsc}) in lots of their own.
 *
 * <p>Beside a record travels the {@link dev.cats.event.TraceContext} that it came with, for whoever
 * watches the systems that it passes.
 *
 * <p>Guaranteed: a position names one record of the outside world for ever, for a file by the CID
 * of its content. Awkward cases: one file under two names is one content, and its records have one
 * CID but two names; a Kafka offset is only as stable as its topic.
 */
package dev.cats.event;
