package dev.cats.ray.gateway;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What all workers of a pool have in common.
 *
 * <p>Ray knows a worker by its place, {@code cats-worker-0}; the worker itself is told that with a
 * digest of the plan behind a dot, and repeats it in its health. So a gateway knows which of the
 * workers that it finds are those that it would make.
 *
 * @param code the digest of the worker's own source
 */
record WorkerPlan(String host, Path cache, List<String> allow, String code) {
  private static final String NAME = "cats-worker-";
  private static final int DIGITS = 16;

  WorkerPlan {
    allow = List.copyOf(allow);
  }

  static String name(int index) {
    return NAME + index;
  }

  WorkerConfig worker(int index, int port) {
    return new WorkerConfig(toldName(index), host, port, cache, allow);
  }

  /** Whether a worker of this place that says this of itself was made by this plan. */
  boolean made(int index, String health) {
    return health.contains(Json.text(toldName(index)));
  }

  private String toldName(int index) {
    String all = new WorkerConfig(code, host, 0, cache, allow).json();
    String digest = Digests.hex(Digests.sha256().digest(all.getBytes(StandardCharsets.UTF_8)));
    return name(index) + "." + digest.substring(0, DIGITS);
  }
}
