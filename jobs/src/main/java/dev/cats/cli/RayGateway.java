package dev.cats.cli;

import dev.cats.service.Services;
import java.io.IOException;

/** The gateway of a pool of workers on Ray, as it is named on the command line. */
final class RayGateway {
  /** How the head of a cluster is named. */
  static final String CLUSTER = "[^/:]+:\\d{1,5}";

  private RayGateway() {}

  /**
   * @param given its address; the head of the Ray cluster that the pool of this store is on; or
   *     nothing, for that pool wherever it is
   */
  static String of(String given, StoreOption where) throws IOException, InterruptedException {
    if (given.matches("https?://" + CLUSTER + "/?")) {
      return given;
    }
    boolean named = given.matches(CLUSTER);
    if (!given.isEmpty() && !named) {
      throw Failure.usage(
          "Invalid --ray: expected http://HOST:PORT or HOST:PORT, found '" + given + "'",
          "Start a pool of workers, which says where it is: ./cats up ray");
    }
    String gateway =
        Services.ray(where.uri())
            .orElseThrow(
                () ->
                    Failure.usage(
                        "Cannot compute on Ray%s: no pool of workers is up for %s"
                            .formatted(named ? " at " + given : "", where.location()),
                        "Start one: ./cats up ray%s%s, or name one that is there: --ray http://HOST:PORT"
                            .formatted(named ? " --ray " + given : "", where.option())));
    if (named && !Services.rayCluster(gateway).equals(given)) {
      throw Failure.usage(
          "Cannot compute on Ray at %s: the pool of workers of %s is on Ray at %s"
              .formatted(given, where.location(), Services.rayCluster(gateway)),
          "Make one there: ./cats down ray%s, then ./cats up ray --ray %s%s"
              .formatted(where.option(), given, where.option()));
    }
    return gateway;
  }
}
