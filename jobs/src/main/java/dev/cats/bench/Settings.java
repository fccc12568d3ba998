package dev.cats.bench;

import java.nio.file.Path;

/**
 * How a comparison is run.
 *
 * @param rounds how often each side is measured
 * @param seconds how long each measurement takes, after the start that is not counted
 * @param folder where stores and checkpoints of the rounds are kept while they run
 * @param plainType what the plain side writes its records with
 */
public record Settings(int rounds, int seconds, int parallelism, Path folder, PlainType plainType) {

  public Settings {
    require("rounds", rounds);
    require("seconds", seconds);
    require("parallelism", parallelism);
  }

  /** Up to three seconds of a round are for the JVM and for RocksDB to get going. */
  double warmUpSeconds() {
    return Math.min(3, seconds / 2.0);
  }

  private static void require(String what, int found) {
    if (found < 1) {
      throw new IllegalArgumentException(
          "Invalid %s: expected 1 or more, found %d".formatted(what, found));
    }
  }
}
