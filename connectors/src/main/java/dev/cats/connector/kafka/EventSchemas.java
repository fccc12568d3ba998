package dev.cats.connector.kafka;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaParseException;

/**
 * The schemas that events may have been written with, by the CRC-64-AVRO fingerprint that a
 * single-object record names its writer's schema by: our own, and those that were given.
 */
public final class EventSchemas implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final String SUFFIX = ".avsc";

  /** By fingerprint; as text, because that is how a schema is best sent along. */
  private final TreeMap<Long, String> schemas;

  private EventSchemas(Map<Long, String> schemas) {
    this.schemas = new TreeMap<>(schemas);
  }

  /** The schema of this version alone. */
  public static EventSchemas builtIn() {
    return new EventSchemas(Map.of(EventCodec.FINGERPRINT, EventCodec.SCHEMA.toString()));
  }

  /** And the schema of each file {@code *.avsc} in a folder. */
  public EventSchemas and(Path folder) throws IOException {
    EventSchemas all = this;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        all = all.and(parsed(file));
      }
    } catch (NotDirectoryException | NoSuchFileException e) {
      throw new IOException("Cannot read schemas in " + folder + ": there is no such folder", e);
    }
    return all;
  }

  private static Schema parsed(Path file) throws IOException {
    try {
      return new Schema.Parser().parse(Files.readString(file));
    } catch (SchemaParseException e) {
      throw new IOException("Cannot read schema " + file + ": " + e.getMessage(), e);
    }
  }

  /** And the given schema. One of a fingerprint that is known already changes nothing. */
  public EventSchemas and(Schema schema) {
    EventSchemas all = new EventSchemas(schemas);
    all.schemas.putIfAbsent(SchemaNormalization.parsingFingerprint64(schema), schema.toString());
    return all;
  }

  Optional<Schema> find(long fingerprint) {
    return Optional.ofNullable(schemas.get(fingerprint))
        .map(text -> new Schema.Parser().parse(text));
  }

  /** The fingerprints. */
  @Override
  public String toString() {
    return schemas.keySet().stream().map(EventSchemas::shown).collect(Collectors.joining(","));
  }

  /** A fingerprint as messages have it. */
  static String shown(long fingerprint) {
    return String.format("%016x", fingerprint);
  }
}
