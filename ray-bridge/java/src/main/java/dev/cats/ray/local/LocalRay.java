package dev.cats.ray.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A real Ray cluster on one machine: a head and a worker node, each with a raylet of its own, for
 * tests and for a laptop.
 *
 * <p>Ray listens on every interface, whatever address it is given, and whoever reaches it runs code
 * as this user: so each cluster has a secret token, which drivers need as well ({@link
 * #environment()}). Nodes are at 127.0.0.2 and 127.0.0.3, since Ray replaces 127.0.0.1 by the
 * machine's own address.
 *
 * <p>Its folder holds Ray's session, {@code head.log} and {@code node.log}. The path has to be
 * short: there are sockets in the session, and 107 bytes is all that the path of one may have.
 */
public final class LocalRay implements Nodes {
  private static final String HEAD = "127.0.0.2";
  private static final String NODE = "127.0.0.3";
  private static final String STARTED = "Ray runtime started";
  private static final int CPUS = 2;
  private static final int OBJECT_STORE_BYTES = 200_000_000;
  private static final int TOKEN_BYTES = 32;

  // Below the ports that systems hand out to clients.
  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 29_999;
  private static final int ATTEMPTS = 100;

  private final String address;
  private final Map<String, String> environment;
  private final List<LocalProcess> nodes = new ArrayList<>();

  private LocalRay(String address, Map<String, String> environment) {
    this.address = address;
    this.environment = environment;
  }

  /** Starts it, and waits until both nodes are there. */
  public static LocalRay start(RayBuild build, Path folder)
      throws IOException, InterruptedException {
    return start(build, folder, folder);
  }

  /** The same, with its logs in a folder whose path may be long. */
  static LocalRay start(RayBuild build, Path folder, Path logs)
      throws IOException, InterruptedException {
    Path session = Files.createDirectories(folder).toAbsolutePath();
    byte[] token = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(token);
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("RAY_AUTH_MODE", "token");
    environment.put("RAY_AUTH_TOKEN", HexFormat.of().formatHex(token));
    environment.put("RAY_USAGE_STATS_ENABLED", "0");
    environment.put("PYTHONPATH", build.sources().toString());
    int port = freePort();
    LocalRay ray = new LocalRay(HEAD + ":" + port, Map.copyOf(environment));
    try {
      ray.node(
          "the head of Ray",
          build,
          logs.resolve("head.log"),
          List.of(
              "--head",
              "--node-ip-address=" + HEAD,
              "--port=" + port,
              "--temp-dir=" + session,
              "--include-dashboard=false"));
      ray.node(
          "the worker node of Ray",
          build,
          logs.resolve("node.log"),
          List.of("--address=" + ray.address, "--node-ip-address=" + NODE));
      return ray;
    } catch (IOException | InterruptedException | RuntimeException e) {
      ray.close();
      throw e;
    }
  }

  private void node(String what, RayBuild build, Path log, List<String> own)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of(build.python().toString(), "-m", "ray.scripts.scripts", "start"));
    command.addAll(own);
    command.addAll(
        List.of(
            "--block",
            "--disable-usage-stats",
            "--num-cpus=" + CPUS,
            "--object-store-memory=" + OBJECT_STORE_BYTES,
            "--dashboard-agent-listen-port=" + freePort(),
            // Any: Ray's own range has other servers of this project in it.
            "--min-worker-port=0",
            "--max-worker-port=0"));
    LocalProcess node = LocalProcess.start(what, command, environment, log);
    nodes.add(node);
    node.await(STARTED);
  }

  private static int freePort() throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT + 1);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IOException(
        "Cannot find a free port: %d tried of %d to %d".formatted(ATTEMPTS, FIRST_PORT, LAST_PORT));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // as servers do: what was closed lately does not count
      socket.bind(new InetSocketAddress((InetAddress) null, port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Where the head is: {@code 127.0.0.2:PORT}. */
  @Override
  public String address() {
    return address;
  }

  /** What a driver needs in its environment: the token, and where the worker's modules are. */
  @Override
  public Map<String, String> environment() {
    return environment;
  }

  @Override
  public boolean isRunning() {
    return nodes.stream().allMatch(LocalProcess::isRunning);
  }

  /** Done when one of its nodes has ended. */
  @Override
  public CompletableFuture<?> onEnd() {
    return CompletableFuture.anyOf(
        nodes.stream().map(LocalProcess::onEnd).toArray(CompletableFuture<?>[]::new));
  }

  /** The ids of the processes that were started here, each of which has started others. */
  public List<Long> pids() {
    return nodes.stream().map(LocalProcess::pid).toList();
  }

  /** Ends the nodes, the head last, with everything that they started. */
  @Override
  public void close() {
    for (int i = nodes.size() - 1; i >= 0; i--) {
      nodes.get(i).close();
    }
  }
}
