/**
 * The way out: collects the receipts of sealed segments and commits one manifest per checkpoint.
 *
 * <p>In come {@link dev.cats.lot.Receipt}s; out go visible segments, one signed manifest for each
 * checkpoint that anything was made in, linked to the one before, and a HEAD that names it. Before
 * the first manifest goes the {@link dev.cats.egress.Prelude}: orders, functions, structure and the
 * files that they name.
 *
 * <p>Guaranteed: HEAD moves last, so it never names what is not there; a commit may be repeated
 * after a crash at any point; a chain has one writer and one initiative; a run that goes on from a
 * checkpoint older than its own chain is refused.
 *
 * <p>Awkward cases: a crash before HEAD has moved leaves segments that nothing names, which is only
 * garbage. Without a key file each execution signs with a key of its own. A job that starts without
 * state is a new run, also over the same input. Where a {@link dev.cats.content.Mirror} follows the
 * store, a commit waits while that is too far behind, and the last one until it is not behind at
 * all.
 */
package dev.cats.egress;
