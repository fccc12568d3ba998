/**
 * Functions that run outside the job's own processes, on a batch of records at a time: what the
 * operators ask of them, and what whoever runs them has to say. Records cross as Avro, as they lie
 * in lots.
 */
package dev.cats.stage;
