package dev.cats.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.connector.kafka.LocalBroker;
import dev.cats.ray.local.LocalPool;
import dev.cats.ray.local.RayParts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A pool of workers on a real Ray, with all that is under it, which can be killed and come back.
 */
final class RayPool implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long START_SECONDS = 600;

  private final LocalPool pool;
  private Process owner;

  private RayPool(LocalPool pool) {
    this.pool = pool;
  }

  /** Starts it, and waits until all workers answer; skips the test where there is no Python. */
  static RayPool start(Path folder) throws IOException, InterruptedException {
    RayParts.installed();
    Path root = Path.of(System.getProperty("cats.root"));
    RayPool started = new RayPool(LocalPool.of(root, folder, LocalBroker.freePort()));
    started.startAgain();
    return started;
  }

  /** Starts it where it was before. */
  void startAgain() throws IOException, InterruptedException {
    owner = pool.start(List.of());
    pool.awaitAnswer(owner.toHandle(), START_SECONDS);
  }

  String gateway() {
    return pool.uri().toString();
  }

  /** Ends head, node, workers and gateway without a warning, and who would start them again. */
  void kill() {
    List<ProcessHandle> all =
        Stream.concat(Stream.of(owner.toHandle()), owner.descendants()).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    owner.onExit().join();
  }

  /** The processes of its workers. */
  List<Long> workers() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(gateway() + "/health")).build();
    String answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    List<Long> pids = new ArrayList<>();
    for (JsonNode pid : JSON.readTree(answer).findValues("pid")) {
      pids.add(pid.asLong());
    }
    return pids;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    kill();
    pool.endLeftovers();
  }
}
