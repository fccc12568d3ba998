/**
 * Benchmarks that a user can run: what comes in are rounds, seconds and names of cases; what goes
 * out is a {@link dev.cats.bench.Figure} per case, and progress while it is measured.
 *
 * <p>A comparison alternates between the two sides, round by round, in one JVM and on one Flink
 * MiniCluster, so that whatever else the machine does hits both alike, and gives the medians. Each
 * round starts with a while that is not counted. Both sides have the same generator, the same
 * functions, the same state backend and the same checkpoints.
 *
 * <p>The awkward cases: figures of fewer than about ten rounds, or of a busy machine, are noise;
 * the meter is one per JVM, so one benchmark runs at a time.
 *
 * <p>A further group of benchmarks is a class beside {@link dev.cats.bench.Pipelines} that makes
 * figures.
 */
package dev.cats.bench;
