/**
 * Functions in Java on Ray's LOCAL mode: the gateway where there is no cluster, in a JVM of its
 * own.
 *
 * <p><b>In</b>: the blocks of functions, then batches of records, both over Arrow Flight, as the
 * worker in Python takes them ({@code ray-bridge/python}). <b>Out</b>: an answer to each batch, in
 * its turn, with what the function printed, or why there is none.
 *
 * <p><b>Guaranteed</b>: every block is hashed before it is kept, and what was hashed is what runs,
 * in a class loader that shows it Java, Avro, {@code dev.cats.stage} and SLF4J, and nothing of this
 * process. Each batch is a task of Ray's. Nothing is written to disk.
 *
 * <p><b>Awkward cases</b>: Ray's LOCAL mode keeps every object until it is told to let go of it, so
 * each call ends with that. It knows no end of a task: one that takes too long is interrupted, and
 * when that is no use, this process ends with code 70, after the answer; who started it starts it
 * again. A function that calls {@code System.exit} ends it too. When the process that owns it is
 * gone, it ends within a second.
 */
package dev.cats.ray.stage;
