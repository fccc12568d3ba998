package dev.cats.ray.stage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * What a stream is opened with.
 *
 * @param output the columns that the client expects
 */
record StageCommand(String function, Schema output, boolean rowwise, long timeoutMillis) {
  private static final int VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  static StageCommand of(byte[] command) throws Failure {
    try {
      JsonNode fields = JSON.readTree(command);
      if (fields.path("version").asInt() != VERSION) {
        throw invalid("expected version %d, found %s".formatted(VERSION, fields.path("version")));
      }
      if (!fields.path("function").isTextual() || fields.path("timeoutMillis").asLong() < 1) {
        throw invalid("expected a function and how long a call of it may take");
      }
      return new StageCommand(
          fields.get("function").asText(),
          Schema.deserializeMessage(ByteBuffer.wrap(fields.path("output").binaryValue())),
          fields.path("rowwise").asBoolean(),
          fields.get("timeoutMillis").asLong());
    } catch (IOException | RuntimeException e) {
      throw invalid(e.toString());
    }
  }

  private static Failure invalid(String why) {
    return new Failure(Failure.Kind.PROTOCOL, "Invalid command: " + why);
  }
}
