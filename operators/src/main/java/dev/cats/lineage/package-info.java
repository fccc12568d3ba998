/**
 * What came from what: BOMs in, walks over them out.
 *
 * <p>{@link dev.cats.lineage.Documents} reads the blocks of a store as documents; {@link
 * dev.cats.lineage.Chain}, {@link dev.cats.lineage.History} and {@link
 * dev.cats.lineage.RecordTrace} walk them. These know nothing of Flink: whoever has a store can
 * ask.
 *
 * <p>Guaranteed: whatever is reported was hashed and decoded strictly; a walk meets each BOM once
 * and is bounded in memory; one that a bound stopped says that it is partial. The awkward cases:
 * one lot may have been delivered by several BOMs, because equal records make equal lots; a record
 * of a lot that is only hashed is known by its number alone; downstream is known only as far as the
 * chain commits it.
 */
package dev.cats.lineage;
