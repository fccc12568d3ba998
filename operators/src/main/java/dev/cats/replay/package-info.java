/**
 * Holding a store to its word: what comes in is a block store and a CID in it, what goes out is a
 * report of all that was checked and of what is wrong.
 *
 * <p>Guaranteed: every block that can be reached is fetched and hashed, whatever names it how
 * often; a problem does not hide another one behind it, as far as the links can still be read;
 * memory grows with the number of CIDs, not with the bytes.
 *
 * <p>The awkward cases: lots that were never stored because their order says so are not missing; a
 * BOM of the same initiative that no manifest of the chain commits is a problem although all of its
 * blocks are there.
 */
package dev.cats.replay;
