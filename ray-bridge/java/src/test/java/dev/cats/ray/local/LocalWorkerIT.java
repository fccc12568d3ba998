package dev.cats.ray.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker without Ray: it listens, says what it is, and is gone when it is closed. */
class LocalWorkerIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void aWorkerSaysWhatItIs() throws Exception {
    RayBuild build = RayParts.installed();
    try (LocalWorker worker = LocalWorker.start(build, folder, List.of("*"))) {
      JsonNode health = health(worker);
      assertThat(health.path("actor").asText()).isEqualTo("cats-worker-local");
      assertThat(health.path("pid").asLong()).isEqualTo(worker.pid());
      assertThat(health.path("packages").path("ray").asText()).isEqualTo(build.version());
    }
  }

  @Test
  void aWorkerThatIsClosedIsGoneAndAnotherTakesItsPlace() throws Exception {
    RayBuild build = RayParts.installed();
    LocalWorker first = LocalWorker.start(build, folder, List.of("*"));
    first.close();
    assertThat(first.isRunning()).isFalse();
    assertThat(ProcessHandle.of(first.pid())).isEmpty();
    int port = first.uri().getPort();
    try (LocalWorker second = LocalWorker.start(build, folder, List.of("*"), port)) {
      assertThat(second.uri()).isEqualTo(first.uri());
      assertThat(health(second).path("pid").asLong()).isEqualTo(second.pid());
    }
  }

  @Test
  void aWorkerThatCannotStartSaysWhy() throws Exception {
    RayBuild build = RayParts.installed();
    assertThatIOException()
        .isThrownBy(() -> LocalWorker.start(build, folder, List.of("anything")))
        .withMessageContaining("Cannot start the worker: it ended with 1")
        .withMessageContaining("Invalid CID 'anything'");
  }

  private static JsonNode health(LocalWorker worker) throws Exception {
    Location location = Location.forGrpcInsecure(worker.uri().getHost(), worker.uri().getPort());
    try (RootAllocator allocator = new RootAllocator();
        FlightClient client = FlightClient.builder(allocator, location).build()) {
      return JSON.readTree(client.doAction(new Action("health")).next().getBody());
    }
  }
}
