package dev.cats.ray.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A pool of workers for a laptop, on a Ray of its own or on one that is there: what is in its
 * folder, how the process that owns it ({@link RayHost}) is started, and what its gateway answers.
 *
 * <p>Gateway and workers listen on the loopback interface. Unless {@link #allowing} names what may
 * run, they run whatever function they are given: whoever can log in to this machine can run code
 * as this user.
 *
 * <p>The folder holds {@code cache}, the blocks and bundles that the workers have got, and logs:
 * {@code ray.log} of the owner, {@code gateway.log}, {@code head.log} and {@code node.log}.
 */
public final class LocalPool {
  /** How many workers it begins with. */
  static final int WORKERS = 2;

  static final String LOG = "ray.log";

  /** How processes of a service are known by their command line. */
  static final String MARK = "-Dcats.service.log=";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWERS = Duration.ofSeconds(5);
  private static final long POLL_MILLIS = 200;
  private static final int LAST_LINES = 12;
  private static final int OK = 200;

  private final Path root;
  private final Path folder;
  private final int port;
  private final Optional<String> cluster;
  private final String allow;

  private LocalPool(Path root, Path folder, int port, Optional<String> cluster, String allow) {
    this.root = root.toAbsolutePath();
    this.folder = folder.toAbsolutePath();
    this.port = port;
    this.cluster = cluster;
    this.allow = allow;
  }

  /**
   * One that is to listen at this port.
   *
   * @param root the project's folder
   * @param folder its cache and logs
   */
  public static LocalPool of(Path root, Path folder, int port) {
    return new LocalPool(root, folder, port, Optional.empty(), "*");
  }

  /** The same on the cluster with this head, {@code HOST:PORT}, if one is given. */
  public LocalPool on(Optional<String> head) {
    return new LocalPool(root, folder, port, head, allow);
  }

  /** The same, running these functions or bundles only: CIDs with commas between them. */
  public LocalPool allowing(String cids) {
    return new LocalPool(root, folder, port, cluster, cids);
  }

  /** Where the gateway listens: {@code http://127.0.0.1:PORT}. */
  public URI uri() {
    return uri(port);
  }

  static URI uri(int port) {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** What the process that owns it has to say. */
  public Path log() {
    return folder.resolve(LOG);
  }

  /**
   * Starts it, and does not wait until it answers. Ray has to be installed ({@link RayBuild}).
   *
   * @param launcher words before the command, such as {@code setsid}; it has to replace itself by
   *     the command, so that the process is the owner's
   */
  public Process start(List<String> launcher) throws IOException {
    RayHost.gatewayJar(root);
    Files.createDirectories(folder);
    List<String> command = new ArrayList<>(launcher);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(
        List.of(MARK + log(), "-Dlog4j2.level=WARN", "-cp", System.getProperty("java.class.path")));
    command.add(RayHost.class.getName());
    command.addAll(List.of(root.toString(), folder.toString(), Integer.toString(port), allow));
    cluster.ifPresent(command::add);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log().toFile());
    // It has another working directory.
    builder
        .environment()
        .computeIfPresent(
            RayBuild.REQUIREMENTS,
            (name, file) -> file.isBlank() ? file : Path.of(file).toAbsolutePath().toString());
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  /**
   * Waits until all of its workers answer.
   *
   * @throws IOException if the process ends instead, or if it takes longer; with its last words
   */
  public void awaitAnswer(ProcessHandle process, long seconds)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!answers()) {
      boolean late = System.nanoTime() - end >= 0;
      if (late || !process.isAlive()) {
        throw new IOException(
            "Cannot start the pool of workers at %s: %s; %s says:\n%s"
                .formatted(
                    uri(),
                    late ? "not all answer within " + seconds + " s" : "it ended",
                    log(),
                    lastWords()));
      }
      endsWithin(process, POLL_MILLIS);
    }
  }

  private boolean answers() throws InterruptedException {
    try {
      return get("/health").path("ok").asBoolean();
    } catch (IOException e) {
      return false;
    }
  }

  private static void endsWithin(ProcessHandle process, long millis) throws InterruptedException {
    try {
      process.onExit().get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return;
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot wait for process " + process.pid(), e.getCause());
    }
  }

  private String lastWords() throws IOException {
    List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }

  /**
   * Asks the gateway how many workers there are.
   *
   * @throws IOException if it does not answer
   */
  public int workers() throws IOException, InterruptedException {
    return get("/pool").path("workers").size();
  }

  /** The head of the cluster that it is on, as its gateway says. */
  public String cluster() throws IOException, InterruptedException {
    return get("/pool").path("ray").asText();
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(uri().resolve(path)).timeout(ANSWERS).build();
    try {
      HttpResponse<String> answer =
          HttpClient.newBuilder()
              .connectTimeout(ANSWERS)
              .build()
              .send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != OK) {
        throw new IOException("it answered %d".formatted(answer.statusCode()));
      }
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new IOException(
          "Cannot ask the gateway at %s: %s"
              .formatted(uri(), e.getMessage() == null ? "it does not answer" : e.getMessage()),
          e);
    }
  }

  /** Ends what an owner that was killed left behind. */
  public void endLeftovers() throws IOException, InterruptedException {
    new Leftovers(folder).end();
  }
}
