/**
 * The documents of a data initiative, and the lots that they speak of.
 *
 * <p>In come what a run did (which records of which lots went in, which function ran on which
 * structure, what came out) and blocks to be read; out come blocks, each a {@link
 * dev.cats.bom.Document} in canonical dag-cbor or a lot in the {@link dev.cats.bom.LotFormat}.
 *
 * <p>Guaranteed: a document has one encoding and its CID is of that; a document that cannot be
 * right (an index into nothing, a lineage that does not add up, a time in a BOM) can neither be
 * made nor read; a block that is read encodes to itself again. {@code SPEC.md} is the normative
 * text, {@code cats.ipldsch} the IPLD schema.
 *
 * <p>Awkward cases:
 *
 * <ul>
 *   <li>Inputs beyond one block are in linked {@link dev.cats.bom.Page}s; what can be checked of
 *       them only as a whole is checked by {@link dev.cats.bom.Bom#wholeInputs}.
 *   <li>A manifest with a wrong signature can be read; {@link dev.cats.bom.Manifest#signatureValid}
 *       says so. All else that is wrong is refused.
 *   <li>A Kafka origin with fewer records than offsets cannot say which offsets they had.
 *   <li>A lot of records that take no bytes ends only by its count, which is bounded.
 * </ul>
 */
package dev.cats.bom;
