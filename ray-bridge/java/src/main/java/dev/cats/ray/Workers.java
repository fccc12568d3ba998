package dev.cats.ray;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Where the workers of a pool are: as the job says, or as the gateway says, asked each time. */
final class Workers {
  /** The address of the gateway, for example {@code http://127.0.0.1:8265}. */
  static final String GATEWAY = "cats.ray.gateway";

  /** The addresses of workers that no gateway looks after, separated by commas. */
  static final String LISTED = "cats.ray.workers";

  private static final Duration ANSWERS = Duration.ofSeconds(10);
  private static final int OK = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String step;
  private final Map<String, String> options;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(ANSWERS).build();

  /**
   * @throws IllegalArgumentException if the job says nothing about them
   */
  Workers(String step, Map<String, String> options) {
    this.step = step;
    this.options = options;
    if (!options.containsKey(GATEWAY) && !options.containsKey(LISTED)) {
      throw new IllegalArgumentException(
          "Cannot run step "
              + step
              + " on Ray: the job does not say where; start a pool with ./cats up ray, and set "
              + GATEWAY
              + " to the address it prints");
    }
  }

  /** For a subtask, so that they, and steps, share the pool; another one at each attempt. */
  URI choose(int subtask, int attempt) throws IOException, InterruptedException {
    List<URI> all = all();
    if (all.isEmpty()) {
      throw new IOException("the pool has no workers");
    }
    return all.get(Math.floorMod(step.hashCode() + subtask + attempt, all.size()));
  }

  private List<URI> all() throws IOException, InterruptedException {
    List<URI> all = new ArrayList<>();
    String gateway = options.get(GATEWAY);
    if (gateway == null) {
      for (String each : options.get(LISTED).split(",")) {
        all.add(URI.create(each.strip()));
      }
      return all;
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(gateway).resolve("/pool")).timeout(ANSWERS).build();
    HttpResponse<String> answer;
    try {
      answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IOException("the gateway " + gateway + " of step " + step + " does not answer", e);
    }
    if (answer.statusCode() != OK) {
      throw new IOException(
          "the gateway " + gateway + " answered " + answer.statusCode() + ": " + answer.body());
    }
    for (JsonNode worker : JSON.readTree(answer.body()).path("workers")) {
      all.add(URI.create(worker.path("uri").asText()));
    }
    return all;
  }
}
