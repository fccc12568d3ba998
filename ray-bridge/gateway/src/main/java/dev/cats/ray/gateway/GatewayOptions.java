package dev.cats.ray.gateway;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the gateway is started with. */
record GatewayOptions(
    Cluster ray,
    int port,
    int size,
    WorkerSource python,
    Path cache,
    List<String> allow,
    String host,
    Optional<Path> raylet) {

  static final String HELP =
      """
      Usage: java -cp GATEWAY_JAR:RAY_DIST_JAR dev.cats.ray.gateway.Gateway OPTIONS

      Keeps a pool of workers on a Ray cluster: named, detached actors that run functions for
      steps of a pipeline. A process of the cluster has to run on this host (ray start), and
      RAY_DIST_JAR has to be that of its own version: ray/jars/ray_dist.jar of the Python package.

        --ray HOST:PORT     the head of the cluster
        --python FOLDER     the folder that holds cats_ray, on every node of the cluster
        --cache FOLDER      where workers keep blocks and functions; made where it is not there
        --allow CID[,CID]   which functions or bundles may run; * for all
        --size N            how many workers (default 1)
        --port PORT         where to listen for HTTP, on 127.0.0.1 (default 0: any free port)
        --host HOST         the address that workers listen at (default 127.0.0.1)
        --raylet SOCKET     the socket of Ray on this host, where its process cannot be seen
        --help              this text

      "LISTENING http://127.0.0.1:PORT" on the output says that all workers answer; how it goes
      is on the error output. RAY_AUTH_MODE and RAY_AUTH_TOKEN in the environment are for Ray.

        GET  /pool              the workers and where their Flight servers are
        POST /pool {"size":3}   makes it as many
        GET  /health            how each of them is

      Workers go on when the gateway ends: one that is started again goes on with those that it
      would make itself, ends others of their names, and makes what is missing. POST /pool
      {"size":0} ends them all.

      Exit codes: 1 workers could not be made, 2 options, 3 the cluster is not there, or was lost.
      """;

  static final Set<String> NAMES =
      Set.of("--ray", "--python", "--cache", "--allow", "--size", "--port", "--host", "--raylet");
  private static final int LAST_PORT = 65_535;

  GatewayOptions {
    allow = List.copyOf(allow);
  }

  static GatewayOptions of(String... arguments) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (!NAMES.contains(arguments[i])) {
        throw new IllegalArgumentException("Invalid option %s: see --help".formatted(arguments[i]));
      }
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException("Invalid option %s: no value".formatted(arguments[i]));
      }
      if (values.put(arguments[i], arguments[i + 1]) != null) {
        throw new IllegalArgumentException(
            "Invalid option %s: given twice".formatted(arguments[i]));
      }
    }
    return new GatewayOptions(
        Cluster.of(needed(values, "--ray")),
        number(values, "--port", 0, LAST_PORT),
        number(values, "--size", 1, Pool.LIMIT),
        new WorkerSource(Path.of(needed(values, "--python"))),
        Path.of(needed(values, "--cache")).toAbsolutePath().normalize(),
        allowed(needed(values, "--allow")),
        values.getOrDefault("--host", "127.0.0.1"),
        Optional.ofNullable(values.get("--raylet")).map(Path::of));
  }

  private static String needed(Map<String, String> values, String name) {
    String value = values.get(name);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException("Missing option %s: see --help".formatted(name));
    }
    return value;
  }

  private static int number(Map<String, String> values, String name, int otherwise, int most) {
    String value = values.getOrDefault(name, Integer.toString(otherwise));
    if (!value.matches("\\d{1,9}") || Integer.parseInt(value) > most) {
      throw new IllegalArgumentException(
          "Invalid %s: expected a number up to %d, found '%s'".formatted(name, most, value));
    }
    return Integer.parseInt(value);
  }

  private static List<String> allowed(String value) {
    List<String> cids = List.of(value.split(",", -1));
    if (!cids.equals(List.of("*")) && !cids.stream().allMatch(cid -> cid.matches("b[a-z2-7]+"))) {
      throw new IllegalArgumentException(
          "Invalid --allow: expected CIDs with commas between them, or *, found '%s'"
              .formatted(value));
    }
    return cids;
  }
}
