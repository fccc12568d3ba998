package dev.cats.ray.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The one process that owns a pool of workers on this machine: it starts a {@link LocalRay} and the
 * gateway, a JVM of its own, and ends both when it is told to end (SIGTERM). On a cluster that is
 * there already it starts the gateway alone, and has it end its workers when it is told to end.
 *
 * <p>A gateway that ends is started again, and goes on with the workers that are there. When a node
 * of Ray ends, the other one is ended too, and all starts anew. What cannot be started the first
 * time is not tried again.
 */
public final class RayHost {
  private static final String GATEWAY_JAR = "ray-bridge/gateway/target/cats-ray-gateway.jar";
  private static final long GATEWAY_SECONDS = 240;
  private static final long PAUSE_SECONDS = 5;
  private static final int GIVEN = 4;

  private final RayBuild build;
  private final Path folder;
  private final int port;
  private final String allow;
  private final Optional<String> cluster;
  private final Leftovers leftovers;
  private boolean worked;

  private RayHost(RayBuild build, Path folder, int port, String allow, Optional<String> cluster) {
    this.build = build;
    this.folder = folder;
    this.port = port;
    this.allow = allow;
    this.cluster = cluster;
    this.leftovers = new Leftovers(folder);
  }

  /**
   * Runs until it is ended from outside.
   *
   * @param arguments the project's folder, that of the service, the gateway's port, what may run,
   *     and the head of the cluster that is there
   */
  public static void main(String[] arguments) throws InterruptedException {
    try {
      Path folder = Path.of(arguments[1]);
      Files.copy(
          gatewayJar(Path.of(arguments[0])), copy(folder), StandardCopyOption.REPLACE_EXISTING);
      new RayHost(
              RayBuild.of(Path.of(arguments[0])),
              folder,
              Integer.parseInt(arguments[2]),
              arguments[3],
              Arrays.stream(arguments).skip(GIVEN).findFirst())
          .run();
    } catch (IOException e) {
      say(e.getMessage());
      System.exit(1);
    }
  }

  /** Where the build puts the gateway; an IOException that says how, if it did not yet. */
  static Path gatewayJar(Path root) throws IOException {
    Path jar = root.resolve(GATEWAY_JAR);
    if (!Files.exists(jar)) {
      throw new IOException(
          "Cannot start the gateway: there is no %s\nBuild it: mvn -q -pl ray-bridge/gateway -am -DskipTests package"
              .formatted(jar));
    }
    return jar;
  }

  /** A JVM does not survive that the next build replaces the jar that it runs from. */
  private static Path copy(Path folder) {
    return folder.resolve("gateway.jar");
  }

  private void run() throws IOException, InterruptedException {
    leftovers.end();
    while (true) {
      try (Nodes ray = nodes()) {
        while (ray.isRunning()) {
          runGateway(ray);
        }
        say("a node of Ray ended");
      } catch (IOException e) {
        if (!worked) {
          leftovers.end();
          throw e;
        }
        say(e.getMessage());
      }
      say("starting anew");
      TimeUnit.SECONDS.sleep(PAUSE_SECONDS);
    }
  }

  private Nodes nodes() throws IOException, InterruptedException {
    if (cluster.isPresent()) {
      return new GivenNodes(cluster.get());
    }
    LocalRay ray = LocalRay.start(build, leftovers.newSession(), folder);
    say("Ray is at %s; its nodes say more in head.log and node.log".formatted(ray.address()));
    return ray;
  }

  private void runGateway(Nodes ray) throws IOException, InterruptedException {
    try (LocalProcess gateway =
        LocalProcess.start(
            "the gateway", command(ray), ray.environment(), folder.resolve("gateway.log"))) {
      if (cluster.isPresent()) {
        leftovers.remember(LocalPool.uri(port));
        gateway.endingAfter(leftovers::endWorkers);
      }
      leftovers.remember();
      String address = gateway.await("LISTENING ", GATEWAY_SECONDS);
      leftovers.remember();
      worked = true;
      say("the pool of workers is at %s; its gateway says more in gateway.log".formatted(address));
      CompletableFuture.anyOf(gateway.onEnd(), ray.onEnd()).join();
      if (!gateway.isRunning()) {
        say("the gateway ended:\n" + gateway.lastWords());
      }
    }
  }

  private List<String> command(Nodes ray) throws IOException {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx128m",
        "-XX:+UseSerialGC",
        LocalPool.MARK + folder.resolve(LocalPool.LOG),
        "-cp",
        copy(folder) + System.getProperty("path.separator") + build.runtime(),
        "dev.cats.ray.gateway.Gateway",
        "--ray",
        ray.address(),
        "--port",
        Integer.toString(port),
        "--size",
        Integer.toString(LocalPool.WORKERS),
        "--python",
        build.sources().toString(),
        "--cache",
        folder.resolve("cache").toString(),
        "--allow",
        allow);
  }

  private static void say(String line) {
    System.out.println(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + line);
  }
}
