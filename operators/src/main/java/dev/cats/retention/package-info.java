/**
 * What a store keeps: what comes in is a store and which manifests are to be kept, what goes out is
 * a smaller store and exact figures.
 *
 * <p>Guaranteed: no block that a kept manifest needs is dropped, and it needs its BOMs, their lots,
 * orders, functions, structures and files, and the same of the whole history behind them, so that
 * whoever holds one of its CIDs can still fetch and check all of it. Segments are dropped whole.
 * Killed at any moment, the store is right.
 *
 * <p>The awkward cases: manifests are never pruned, nor their pages. The chain stays whole and
 * signed to its first manifest, and says by CID what was committed, so that a job that is restored
 * still finds its checkpoints in it, and a run over the same sources can be compared with what was
 * dropped. Segments that no manifest of the chain led to are left alone: of a checkpoint that is
 * still to be committed after a crash, imported or fetched ones, and everything that those link to.
 */
package dev.cats.retention;
