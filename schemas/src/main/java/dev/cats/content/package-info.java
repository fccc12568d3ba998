/**
 * Content addressing: bytes, the CIDs that name them, the codecs that documents, files and people
 * need, and where blocks are kept.
 *
 * <p><b>In</b>: bytes and text from anywhere, never trusted. <b>Out</b>: {@link
 * dev.cats.content.Bytes}, {@link dev.cats.content.Cid}, {@link dev.cats.content.Block} and {@link
 * dev.cats.content.Node}, all immutable and safe to share between threads. Blocks travel in CAR
 * archives, files and directories become blocks by {@link dev.cats.content.UnixFs}, and a {@link
 * dev.cats.content.BlockStore} keeps them; {@code BlockStoreContract} is what its tests extend.
 *
 * <p><b>Guaranteed</b>:
 *
 * <ul>
 *   <li>A {@code Block} never carries bytes that its CID does not name.
 *   <li>A {@code Node} has exactly one dag-cbor encoding, and {@link
 *       dev.cats.content.DagCbor#decode} accepts only that one: every accepted byte string encodes
 *       to itself again.
 *   <li>Nothing is allocated on the word of a length field, and nesting is bounded, so that hostile
 *       bytes cost no more than their own size.
 *   <li>Bytes or text that are not what they claim give a checked {@link
 *       dev.cats.content.DecodeException} whose message says where, what was expected and what was
 *       found.
 * </ul>
 *
 * <p><b>Awkward cases</b>: CIDs of version 0 are read and kept (they are links of foreign data) but
 * never made. A digest that is shorter than its hash function gives is refused, although multihash
 * allows it, since it weakens the name. Links may use hash functions that this package cannot
 * compute; blocks behind them are refused. Negative zero, NaN and the infinities are no values
 * here. Integers reach from -2^64 to 2^64 - 1 as dag-cbor has them, beyond the {@code long} as
 * {@code BigInt}. DAG-JSON sorts map keys by bytes, dag-cbor by length and then by bytes. No hash
 * covers the codec in a CID: an archive in which that bit has flipped is a sound archive of another
 * block, and the one asked for is missing from it.
 */
package dev.cats.content;
