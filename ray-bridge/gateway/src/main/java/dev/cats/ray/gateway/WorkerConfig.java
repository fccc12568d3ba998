package dev.cats.ray.gateway;

import java.nio.file.Path;
import java.util.List;

/**
 * What one worker is made with.
 *
 * @param name what it calls itself
 * @param cache the folder where the worker keeps blocks and unpacked bundles
 * @param allow the CIDs of functions or bundles that may run, or {@code *}
 */
record WorkerConfig(String name, String host, int port, Path cache, List<String> allow) {

  WorkerConfig {
    allow = List.copyOf(allow);
    if (allow.isEmpty()) {
      throw new IllegalArgumentException("Invalid worker " + name + ": it may run nothing");
    }
  }

  /** As the worker takes it. */
  String json() {
    return "{\"name\":%s,\"host\":%s,\"port\":%d,\"cache\":%s,\"allow\":%s}"
        .formatted(
            Json.text(name),
            Json.text(host),
            port,
            Json.text(cache.toString()),
            Json.list(allow.stream().map(Json::text).toList()));
  }
}
