/**
 * Jobs in processes of their own, and what is left in a store when these are killed.
 *
 * <p>In goes a job; out comes a {@link dev.cats.cluster.CommittedChain}, read by the test's own JVM
 * from the store's folder alone. What a test starts it ends by its process id, and {@link
 * dev.cats.cluster.Leftovers} fails it when something is left: a process, a thread, an open file.
 */
package dev.cats.cluster;
