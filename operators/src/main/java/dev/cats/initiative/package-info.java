/**
 * What people write their pipelines with: a data initiative, its traced streams, and the plan that
 * becomes Flink operators.
 *
 * <p>In come sources of {@link dev.cats.event.Arrival}s and functions that are named classes; out
 * go a Flink job whose every step seals lots, and the orders, functions and structure that its BOMs
 * stand on.
 *
 * <p>Guaranteed: what cannot be recorded is refused when the job is built, with a message that says
 * what to do: a lambda, a type that Flink would hand to Kryo, two steps of one name, batch mode. A
 * step's name and class decide its BOMs and its place in savepoints; the order of the calls does
 * not.
 *
 * <p>Awkward cases: with lots per exchange, steps that nobody else reads share a lot, and their
 * rejects are one stream; a step whose side stream has the name of one before it does not share.
 * Reading a stream with {@code plain()} fixes the plan, so it comes last. A watermark strategy is
 * not in a BOM, only the class that reads the time: two jobs that differ in their lateness alone
 * have equal orders.
 */
package dev.cats.initiative;
