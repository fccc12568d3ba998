package dev.cats.ray.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real cluster of two nodes: workers run on it, come back when they die, and it goes whole. */
class LocalRayIT {
  /** Makes a worker an actor, kills its process, and waits until it answers again. */
  private static final String DRIVER =
      """
      import json, os, sys, time
      import ray
      from cats_ray.worker import StageWorker

      ray.init(address=sys.argv[1], log_to_driver=False)
      print("nodes", sum(node["Alive"] for node in ray.nodes()))
      config = {"name": "cats-worker-0", "host": "127.0.0.1", "port": 0, "cache": sys.argv[2], "allow": ["*"]}
      actor = ray.remote(StageWorker).options(max_restarts=-1).remote(json.dumps(config))
      print("endpoint", ray.get(actor.endpoint.remote()))
      first = json.loads(ray.get(actor.health.remote()))["pid"]
      os.kill(first, 9)
      while True:
          try:
              health = json.loads(ray.get(actor.health.remote()))
              break
          except ray.exceptions.RayError:
              time.sleep(0.2)
      print("restarted", health["pid"] != first, health["actor"])
      """;

  @TempDir Path folder;

  @Test
  void workersRunOnItAndNothingStays() throws Exception {
    RayBuild build = RayParts.installed();
    List<ProcessHandle> started;
    try (LocalRay ray = LocalRay.start(build, folder.resolve("ray"))) {
      assertThat(ray.isRunning()).isTrue();
      assertThat(driver(build, ray, ray.environment()))
          .contains("nodes 2", "endpoint grpc://127.0.0.1:", "restarted True cats-worker-0");
      started =
          ray.pids().stream()
              .map(pid -> ProcessHandle.of(pid).orElseThrow())
              .flatMap(ProcessHandle::descendants)
              .toList();
      assertThat(started).hasSizeGreaterThan(2);
    }
    assertThat(started).noneMatch(LocalProcess::isThere);
  }

  @Test
  void aClusterThatCannotStartSaysWhy() throws Exception {
    RayBuild build = RayParts.installed();
    assertThatIOException()
        .isThrownBy(() -> LocalRay.start(build, folder.resolve("x".repeat(80))))
        .withMessageStartingWith("Cannot start the head of Ray: it ended with 1; ")
        .withMessageContaining("AF_UNIX path length cannot exceed 107 bytes");
  }

  private String driver(RayBuild build, LocalRay ray, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                build.python().toString(),
                "-c",
                DRIVER,
                ray.address(),
                folder.resolve("cache").toString())
            .redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as(answer).isZero();
      return answer;
    } finally {
      process.destroyForcibly();
    }
  }
}
