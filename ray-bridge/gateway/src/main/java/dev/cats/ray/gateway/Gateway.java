package dev.cats.ray.gateway;

import io.ray.api.Ray;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * The control plane on a Ray cluster: makes a pool of workers and keeps it. A JVM of its own, since
 * Ray ends the one that it runs in when it loses the cluster.
 */
public final class Gateway {
  private static final int NOT_MADE = 1;
  private static final int USAGE = 2;
  private static final int NO_CLUSTER = 3;
  private static final Duration ROUND = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int FAILURES = 3;
  private static final String NAMESPACE = "cats";

  private Gateway() {}

  /** Runs until it is ended from outside, or the cluster is lost. */
  public static void main(String[] arguments) {
    if (List.of(arguments).contains("--help")) {
      System.out.print(GatewayOptions.HELP);
      return;
    }
    try {
      run(GatewayOptions.of(arguments));
    } catch (IllegalArgumentException e) {
      end(USAGE, e.getMessage());
    } catch (NoClusterException e) {
      end(NO_CLUSTER, "Cannot work on Ray: " + e.getMessage());
    } catch (IOException e) {
      end(NOT_MADE, e.getMessage());
    } catch (InterruptedException e) {
      end(NOT_MADE, "Cannot go on: interrupted");
    } catch (RuntimeException e) {
      e.printStackTrace();
      end(NOT_MADE, "Cannot go on: " + e);
    }
  }

  private static void run(GatewayOptions options)
      throws NoClusterException, IOException, InterruptedException {
    WorkerPlan plan =
        new WorkerPlan(options.host(), options.cache(), options.allow(), options.python().digest());
    Watch watch = Watch.of(options.ray(), options.raylet());
    Files.createDirectories(options.cache());
    join(options);
    watch.start(
        why -> end(NO_CLUSTER, "Cannot go on without Ray at %s: %s".formatted(options.ray(), why)));
    Pool pool =
        new Pool(
            new RayActors(ANSWER),
            plan,
            options.size(),
            new Ports()::free,
            InstantSource.system(),
            Gateway::say);
    try (PoolServer server = PoolServer.start(pool, options.ray(), options.port(), PATIENCE)) {
      awaitFirst(pool);
      System.out.println("LISTENING " + server.uri());
      while (true) {
        pool.awaitRound(ROUND);
        pool.tend();
      }
    }
  }

  /** Becomes a driver of the cluster; how, Ray takes from the properties of the JVM. */
  private static void join(GatewayOptions options) {
    System.setProperty("ray.address", options.ray().toString());
    System.setProperty("ray.job.code-search-path", options.python().folder().toString());
    System.setProperty("ray.job.namespace", NAMESPACE);
    System.setProperty("ray.logging.level", "WARN");
    System.setProperty("log4j2.configurationFile", "dev/cats/ray/gateway/log4j2.xml");
    say("joining Ray at " + options.ray());
    Ray.init();
    NativeLibrary.removeCopy();
  }

  private static void awaitFirst(Pool pool) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    pool.tend();
    while (!pool.isSettled()) {
      if (System.nanoTime() > end
          || pool.workers().stream().anyMatch(worker -> worker.failures() >= FAILURES)) {
        throw new IOException(
            "Cannot make the pool: " + PoolServer.shortOf(pool.workers(), pool.size()));
      }
      pool.awaitRound(Duration.ofMillis(200));
      pool.tend();
    }
  }

  private static void say(String line) {
    System.err.println("gateway: " + line);
  }

  private static void end(int code, String why) {
    say(why);
    Exit.now(code);
  }
}
