package dev.cats.ray.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One worker without Ray: a process on the loopback interface that runs functions, for tests and
 * for a single machine. Nobody starts it again when it ends.
 *
 * <p>Its folder holds {@code blocks} and {@code bundles}, which the next worker there goes on with,
 * and {@code worker.log}.
 */
public final class LocalWorker implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HOST = "127.0.0.1";
  private static final String NAME = "cats-worker-local";

  private final LocalProcess process;
  private final URI uri;

  private LocalWorker(LocalProcess process, URI uri) {
    this.process = process;
    this.uri = uri;
  }

  /**
   * Starts one at a free port, and waits until it listens.
   *
   * @param allow CIDs of the functions or bundles that it may run, or {@code *}
   */
  public static LocalWorker start(RayBuild build, Path folder, List<String> allow)
      throws IOException, InterruptedException {
    return start(build, folder, allow, 0);
  }

  /** The same at this port, for one that takes another's place. */
  public static LocalWorker start(RayBuild build, Path folder, List<String> allow, int port)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    String config =
        JSON.writeValueAsString(
            Map.of(
                "name",
                NAME,
                "host",
                HOST,
                "port",
                port,
                "cache",
                folder.toAbsolutePath().toString(),
                "allow",
                allow));
    LocalProcess process =
        LocalProcess.start(
            "the worker",
            List.of(build.python().toString(), "-m", "cats_ray.worker", config),
            Map.of("PYTHONPATH", build.sources().toString()),
            folder.resolve("worker.log"));
    try {
      return new LocalWorker(process, URI.create(process.await("LISTENING ")));
    } catch (IOException | InterruptedException | RuntimeException e) {
      process.close();
      throw e;
    }
  }

  /** Where it listens: {@code grpc://127.0.0.1:PORT}. */
  public URI uri() {
    return uri;
  }

  /** The id of its process. */
  public long pid() {
    return process.pid();
  }

  public boolean isRunning() {
    return process.isRunning();
  }

  /** The last lines that it wrote to its log. */
  public String lastWords() throws IOException {
    return process.lastWords();
  }

  /** Ends it, and waits until it is gone. */
  @Override
  public void close() {
    process.close();
  }
}
