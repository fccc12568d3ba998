package dev.cats.cli;

import dev.cats.service.Services;
import java.io.IOException;

/** The gateway of a Ray cluster, as it is named on the command line. */
final class RayGateway {
  private RayGateway() {}

  /**
   * @param given its address, or nothing for the one that runs for this store
   */
  static String of(String given, StoreOption where) throws IOException {
    if (given.isEmpty()) {
      return Services.ray(where.uri())
          .orElseThrow(
              () ->
                  Failure.usage(
                      "Cannot compute on Ray: no pool of workers is up for " + where.location(),
                      "Start one: ./cats up ray%s, or name one that is there: --ray http://HOST:PORT"
                          .formatted(where.option())));
    }
    if (!given.matches("https?://[^/:]+:\\d{1,5}/?")) {
      throw Failure.usage(
          "Invalid --ray: expected http://HOST:PORT, found '" + given + "'",
          "Start a pool of workers, which says where it is: ./cats up ray");
    }
    return given;
  }
}
