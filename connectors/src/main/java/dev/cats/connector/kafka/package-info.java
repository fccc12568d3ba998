/**
 * Events in from Kafka and out to it.
 *
 * <p><b>In</b>: records of a topic in one of three wire formats, told apart record by record (see
 * {@link dev.cats.connector.kafka.WireFormat}). <b>Out</b>: {@link
 * dev.cats.event.DataInitiativeEvent}s, and, for what cannot be read as one, an {@link
 * dev.cats.connector.kafka.UndecodableException} with the rule that it broke.
 *
 * <p><b>Guaranteed</b>: an event that was read is a valid CloudEvent and can be written in each of
 * the formats. It is read in full or not at all: bytes after the record, text that is not UTF-8 and
 * lengths beyond the input are refused. An event that another version of the schema wrote is read
 * when Avro's rules of resolution allow it, and refused with both fingerprints when they do not.
 *
 * <p><b>Awkward cases</b>: a fingerprint does not tell timestamps of milliseconds from those of
 * microseconds, because Avro leaves logical types out of it; the registry does, and then the former
 * are refused. CloudEvents times finer than a microsecond are cut off there. A registry that does
 * not answer is no property of the record: reading fails, and nothing is refused.
 *
 * <p>{@link dev.cats.connector.kafka.LocalBroker} is a broker for a laptop and for tests: a real
 * one, from the jars that the module {@code kafka-broker} fetches, in a JVM and a folder of its
 * own.
 */
package dev.cats.connector.kafka;
