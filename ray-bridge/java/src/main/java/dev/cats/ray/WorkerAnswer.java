package dev.cats.ray;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.stage.StageException;
import dev.cats.stage.StageMonitor;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** What a worker says beside the rows of an answer, in the batch's metadata. */
record WorkerAnswer(JsonNode said) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Those that the records are to blame for, or the function. */
  private static final Set<String> OF_FUNCTION =
      Set.of("raised", "columns", "lengths", "types", "timeout");

  static WorkerAnswer of(byte[] metadata) throws IOException {
    return new WorkerAnswer(JSON.readTree(metadata));
  }

  boolean isReady() {
    return said.path("ready").asBoolean();
  }

  String id() {
    return said.path("id").asText();
  }

  long nanos() {
    return said.path("nanos").asLong();
  }

  /** Hands on what the function printed or logged. */
  void log(String from, StageMonitor monitor) {
    for (JsonNode line : said.path("log")) {
      monitor.said(from, line.path(0).asText(), line.path(1).asText());
    }
  }

  Optional<StageException> error() {
    JsonNode error = said.path("error");
    if (error.isMissingNode()) {
      return Optional.empty();
    }
    StageException.Kind kind =
        OF_FUNCTION.contains(error.path("kind").asText())
            ? StageException.Kind.FUNCTION
            : StageException.Kind.REFUSED;
    return Optional.of(
        new StageException(
            kind,
            error.path("message").asText(),
            Optional.of(error.path("traceback").asText("")).filter(text -> !text.isBlank())));
  }
}
