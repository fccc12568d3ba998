/**
 * Events in from Kafka and out to it.
 *
 * <p><b>In</b>: records of a topic in one of three wire formats, told apart record by record (see
 * {@link dev.cats.connector.kafka.WireFormat}). <b>Out</b>: {@link
 * dev.cats.event.DataInitiativeEvent}s, and, for what cannot be read as one, an {@link
 * dev.cats.connector.kafka.UndecodableException} with the rule that it broke. {@link
 * dev.cats.connector.kafka.KafkaEvents} makes Flink sources and sinks of topics; {@link
 * dev.cats.connector.kafka.KafkaLineageLog} tells others what was committed.
 *
 * <p><b>Guaranteed</b>: a source reads each offset once, through failures too, and ends with a
 * message rather than skip one; it reads what was committed, and never what a transaction gave up.
 * A sink writes each record once, for those who read what is committed, with the lot and the index
 * that name it for ever, and the trace that it is part of. Brokers that are away are waited for,
 * which the log says once; a right that is missing ends the job. Settings of clients, among which
 * are passwords, are in no message, no log and no document, but for the name of a user who lacks a
 * right.
 *
 * <p>An event that was read is a valid CloudEvent and can be written in each of the formats. It is
 * read in full or not at all: bytes after the record, text that is not UTF-8 and lengths beyond the
 * input are refused. An event that another version of the schema wrote is read when Avro's rules of
 * resolution allow it, and refused with both fingerprints when they do not.
 *
 * <p><b>Awkward cases</b>: a fingerprint does not tell timestamps of milliseconds from those of
 * microseconds, because Avro leaves logical types out of it; the registry does, and then the former
 * are refused. CloudEvents times finer than a microsecond are cut off there. A registry that does
 * not answer is no property of the record: reading fails, and nothing is refused. Offsets have
 * holes where transactions end and where compaction was. Which topic it is, its id says: one that
 * was deleted and created again ends the reading of it, but between two looks at it (10 s) its
 * records may be taken for the old one's. A job that stays down for longer than a transaction may
 * last loses from the topic what it had not committed, and one that stays down until Kafka has
 * forgotten the transaction cannot know; each says so when it comes back, and the lots have it.
 * Restored from an older checkpoint than its last, a sink writes what came between once more.
 *
 * <p>{@link dev.cats.connector.kafka.LocalBroker} is a broker for a laptop and for tests: a real
 * one, from the jars that the module {@code kafka-broker} fetches, in a JVM and a folder of its
 * own.
 */
package dev.cats.connector.kafka;
