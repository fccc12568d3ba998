package dev.cats.connector.kafka;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.flink.formats.avro.registry.confluent.ConfluentSchemaRegistryCoder;

/**
 * A schema registry with Confluent's API, asked through Flink's own coder. Each schema is asked for
 * once.
 */
final class SchemaRegistry {
  /** What comes before the event: a zero and the number of the schema in four bytes. */
  static final int HEADER = 5;

  private static final Pattern USER = Pattern.compile("//([^/@]*)@");
  private static final int CACHED = 1000;
  private static final int SCHEMA_NOT_FOUND = 40403;

  /** How the names of its properties begin; others are Kafka's. */
  private static final List<String> OURS =
      List.of("schema.registry.", "basic.auth.", "bearer.auth.", "http.", "proxy.");

  /** The last keeps a flood of numbers that are not known from the registry. */
  private static final Map<String, Object> DEFAULTS =
      Map.of(
          "http.connect.timeout.ms", 10_000,
          "http.read.timeout.ms", 10_000,
          "missing.id.cache.ttl.sec", 5L);

  private final String url;
  private final CachedSchemaRegistryClient client;

  /**
   * @param properties those that are the registry's are taken, and never shown
   */
  SchemaRegistry(String url, Map<String, String> properties) throws IOException {
    this.url = shown(url);
    Map<String, Object> all = new HashMap<>(DEFAULTS);
    Matcher user = USER.matcher(url);
    if (user.find()) { // the client writes the URL into its log
      all.put("basic.auth.credentials.source", "USER_INFO");
      all.put(
          "basic.auth.user.info",
          URLDecoder.decode(user.group(1).replace("+", "%2B"), StandardCharsets.UTF_8));
    }
    properties.forEach(
        (name, value) -> {
          if (OURS.stream().anyMatch(name::startsWith)) {
            all.put(name, value);
          }
        });
    try {
      this.client = new CachedSchemaRegistryClient(this.url, CACHED, all);
    } catch (RuntimeException e) { // what it says may quote its properties
      throw new IOException(
          "Cannot ask schema registry "
              + this.url
              + ": the settings of its client are wrong ("
              + e.getClass().getSimpleName()
              + "); check schema.registry.*, basic.auth.* and bearer.auth.*");
    }
  }

  /**
   * The schema of a number.
   *
   * @return nothing if the registry answers that it has none of Avro
   * @throws IOException if it does not answer
   */
  Optional<Schema> schema(int id) throws IOException {
    byte[] header = ByteBuffer.allocate(HEADER).putInt(1, id).array();
    try {
      Object schema =
          new ConfluentSchemaRegistryCoder(client).readSchema(new ByteArrayInputStream(header));
      return Optional.ofNullable(schema).map(text -> new Schema.Parser().parse(text.toString()));
    } catch (IOException e) {
      if (e.getCause() instanceof RestClientException answer
          && answer.getErrorCode() == SCHEMA_NOT_FOUND) {
        return Optional.empty();
      }
      if (e.getMessage() != null && e.getMessage().startsWith("Invalid schema ")) {
        return Optional.empty(); // it answered with one of JSON or Protobuf
      }
      throw cannot("schema " + id, e);
    } catch (AvroRuntimeException
        | org.apache.flink.avro.shaded.org.apache.avro.AvroRuntimeException e) {
      return Optional.empty(); // it answered with what is no schema to Avro
    } catch (RuntimeException e) {
      throw cannot("schema " + id, new IOException(e));
    }
  }

  /** Registers our schema where it is not yet, and answers with the header of its events. */
  byte[] header(String subject, Schema schema) throws IOException {
    ByteArrayOutputStream header = new ByteArrayOutputStream(HEADER);
    try {
      new ConfluentSchemaRegistryCoder(subject, client)
          .writeSchema(
              new org.apache.flink.avro.shaded.org.apache.avro.Schema.Parser()
                  .parse(schema.toString()),
              header);
    } catch (IOException e) {
      throw cannot("a number for the schema of subject " + subject, e);
    }
    return header.toByteArray();
  }

  private IOException cannot(String what, IOException failure) {
    Throwable cause = failure.getCause() instanceof RestClientException rest ? rest : failure;
    return new IOException(
        "Cannot ask schema registry "
            + url
            + " for "
            + what
            + ": "
            + (cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage())
            + ". Check that it runs, its URL, and the rights of its user",
        failure);
  }

  /** The URL, or several of them, without the names and passwords that may be in it. */
  static String shown(String url) {
    return USER.matcher(url).replaceAll("//");
  }
}
