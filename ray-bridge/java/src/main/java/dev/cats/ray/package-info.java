/** Stages on Ray: the Python function as content, and batches of a lot's records to a worker. */
package dev.cats.ray;
