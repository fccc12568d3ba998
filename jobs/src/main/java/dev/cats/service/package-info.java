/**
 * Servers beside the jobs, for a laptop: what comes in is the name of a {@link
 * dev.cats.service.Service} and a store, what goes out is a process that outlives the command which
 * started it, with its data and its log in {@code services/NAME} of the store.
 *
 * <p>Guaranteed: a server listens on the loopback interface only, but for Ray's own processes,
 * which listen on every one and let in who has a token. {@code services/NAME/running} names the
 * process that was started, by its id and by when it began, so that no other process that was given
 * the same id later is taken for it, let alone ended. Commands that change a service take turns.
 *
 * <p>The awkward cases: a server that was killed, or did not survive a restart of the machine,
 * leaves its file behind; the next start goes on with its data. If the system's clock is set while
 * a server runs, some systems shift the beginning of processes with it; the server then counts as a
 * stranger, which is left alone.
 */
package dev.cats.service;
