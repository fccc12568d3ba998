package dev.cats.connector.kafka;

import dev.cats.event.DataInitiativeEvent;
import java.io.IOException;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityResult;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.specific.SpecificDatumReader;

/** A schema that an event was written with, and how such events become ours, if they can. */
sealed interface WriterSchema {

  DataInitiativeEvent read(BoundedDecoder in) throws IOException, UndecodableException;

  static WriterSchema of(Schema schema) {
    long fingerprint = SchemaNormalization.parsingFingerprint64(schema);
    String incompatible =
        schema.getType() == Schema.Type.RECORD
            ? incompatibilities(schema)
            : "expected a record, found " + schema.getType().getName();
    if (!incompatible.isEmpty()) {
      return new Incompatible(
          "Cannot read an event of schema "
              + EventSchemas.shown(fingerprint)
              + " ("
              + schema.getFullName()
              + "): it is not compatible with ours, "
              + EventSchemas.shown(EventCodec.FINGERPRINT)
              + ": "
              + incompatible);
    }
    return fingerprint == EventCodec.FINGERPRINT
        ? new Ours(new EventCodec())
        : new Resolved(new SpecificDatumReader<>(schema, EventCodec.SCHEMA));
  }

  /** What keeps a writer's events from being read, by Avro's rules and for what they leave out. */
  private static String incompatibilities(Schema writer) {
    SchemaCompatibilityResult result =
        SchemaCompatibility.checkReaderWriterCompatibility(EventCodec.SCHEMA, writer).getResult();
    if (!result.getIncompatibilities().isEmpty()) {
      return result.getIncompatibilities().stream()
          .map(each -> each.getLocation() + " " + each.getMessage())
          .collect(Collectors.joining("; "));
    }
    Schema.Field time = writer.getField("time");
    if (time != null) {
      for (Schema branch :
          time.schema().isUnion() ? time.schema().getTypes() : java.util.List.of(time.schema())) {
        if (branch.getLogicalType() != null
            && !branch.getLogicalType().getName().equals("timestamp-micros")) {
          return "time is of type "
              + branch.getLogicalType().getName()
              + ", expected timestamp-micros";
        }
      }
    }
    return "";
  }

  /** The schema of this version. */
  record Ours(EventCodec codec) implements WriterSchema {
    @Override
    public DataInitiativeEvent read(BoundedDecoder in) throws IOException {
      return codec.read(in);
    }
  }

  /** An older or newer one. */
  record Resolved(SpecificDatumReader<DataInitiativeEvent> reader) implements WriterSchema {
    @Override
    public DataInitiativeEvent read(BoundedDecoder in) throws IOException {
      DataInitiativeEvent event = reader.read(null, in);
      if (event.getExtensions().size() > 1) {
        event.setExtensions(new TreeMap<>(event.getExtensions()));
      }
      return event;
    }
  }

  /** One whose events are not ours. */
  record Incompatible(String reason) implements WriterSchema {
    @Override
    public DataInitiativeEvent read(BoundedDecoder in) throws UndecodableException {
      throw new UndecodableException("incompatible-schema", reason);
    }
  }
}
