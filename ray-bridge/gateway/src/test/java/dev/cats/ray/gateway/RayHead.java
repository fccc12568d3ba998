package dev.cats.ray.gateway;

import dev.cats.ray.local.RayParts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real head of Ray on the loopback interface, with token authentication, gone when closed. */
final class RayHead implements AutoCloseable {
  // Ray gives a head at 127.0.0.1 the address of the host.
  private static final String HOST = "127.0.0.2";
  private static final long PATIENCE_SECONDS = 120;

  private final Path folder;
  private final int port;
  private final Process process;

  private RayHead(Path folder, int port, Process process) {
    this.folder = folder;
    this.port = port;
    this.process = process;
  }

  /** The virtual environment that has Ray; skips the test where there can be none. */
  static Path venv() throws IOException, InterruptedException {
    return RayParts.installed().python().getParent().getParent();
  }

  static RayHead start() throws IOException, InterruptedException {
    Path venv = venv();
    Path folder = Files.createTempDirectory("ray");
    int port = freePort();
    ProcessBuilder builder =
        new ProcessBuilder(
            venv.resolve("bin/ray").toString(),
            "start",
            "--head",
            "--block",
            "--node-ip-address=" + HOST,
            "--port=" + port,
            "--num-cpus=2",
            "--object-store-memory=200000000",
            "--include-dashboard=false",
            "--disable-usage-stats",
            "--min-worker-port=0",
            "--max-worker-port=0",
            "--temp-dir=" + folder);
    authenticate(builder);
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("head.log").toFile());
    RayHead head = new RayHead(folder, port, builder.start());
    try {
      head.awaitStarted();
      return head;
    } catch (IOException | InterruptedException e) {
      head.close();
      throw e;
    }
  }

  /** So that a driver or a head is let in. */
  static void authenticate(ProcessBuilder builder) {
    builder.environment().put("RAY_AUTH_MODE", "token");
    builder.environment().put("RAY_AUTH_TOKEN", "known-to-this-test-only");
  }

  String address() {
    return HOST + ":" + port;
  }

  /** The runtime of Ray's own version. */
  static Path runtime() throws IOException, InterruptedException {
    try (Stream<Path> files =
        Files.find(
            venv().resolve("lib"), 5, (file, of) -> file.endsWith("ray/jars/ray_dist.jar"))) {
      return files.findFirst().orElseThrow();
    }
  }

  /** Ends the actor of this name for good, as somebody else who uses the cluster may. */
  void endActor(String name) throws IOException, InterruptedException {
    String separator = System.getProperty("path.separator");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            Path.of("target/test-classes").toAbsolutePath() + separator + runtime(),
            EndActor.class.getName(),
            address(),
            name);
    authenticate(builder);
    Path log = folder.resolve("end.log");
    Process driver = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!driver.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || driver.exitValue() != 0) {
      throw new IOException("Cannot end " + name + ":\n" + Files.readString(log));
    }
  }

  private void awaitStarted() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!log().contains("Ray runtime started")) {
      if (System.nanoTime() > end || process.waitFor(100, TimeUnit.MILLISECONDS)) {
        throw new IOException("Cannot start Ray:\n" + log());
      }
    }
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("head.log"));
  }

  /** Ends all of its processes without a warning. */
  void kill() throws InterruptedException {
    List<ProcessHandle> all =
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    for (ProcessHandle one : all) {
      one.onExit().join();
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    kill();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      return socket.getLocalPort();
    }
  }
}
