package dev.cats.connector.ipfs;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kubo node for a test: a process of its own with a folder of its own, gone when it is
 * closed. It talks to no other node unless it was started for that.
 *
 * <p>The first one on a machine builds Kubo, which takes minutes. Where there is no Go for that, a
 * test that starts a node is skipped and says what is missing; with {@code CI=true} it fails.
 */
public final class KuboNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KuboNode.class);
  private static final KuboBuild BUILD = KuboBuild.of(Path.of(System.getProperty("cats.root")));
  private static final long PATIENCE_SECONDS = 90;

  private final Path folder;
  private final LocalKubo kubo;
  private final Thread atExit = new Thread(this::destroy, "end the Kubo node");
  private volatile Process process;

  private KuboNode(Path folder, LocalKubo kubo) {
    this.folder = folder;
    this.kubo = kubo;
  }

  /** Whether Kubo is here, or can be built here. */
  public static boolean available() throws InterruptedException {
    return missing().isEmpty();
  }

  /** Skips the test that calls this where no node can be started; in CI it fails. */
  public static void assumeAvailable() throws InterruptedException {
    String missing = missing();
    if (!missing.isEmpty()) {
      if ("true".equals(System.getenv("CI"))) {
        throw new AssertionError(missing);
      }
      abort(missing);
    }
  }

  private static String missing() throws InterruptedException {
    try {
      if (!BUILD.isBuilt()) {
        BUILD.checkGo();
      }
      return "";
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  /** A node that answers and talks to no other. */
  public static KuboNode start() throws IOException, InterruptedException {
    return start(Map.of());
  }

  /** The same with settings of its own, as {@link LocalKubo#with} takes them. */
  public static KuboNode start(Map<String, String> settings)
      throws IOException, InterruptedException {
    return start(kubo -> kubo.offline().with(settings));
  }

  /** A node that others of this machine can be connected to. */
  public static KuboNode startOnline() throws IOException, InterruptedException {
    return start(kubo -> kubo);
  }

  private static KuboNode start(java.util.function.UnaryOperator<LocalKubo> settings)
      throws IOException, InterruptedException {
    assumeAvailable();
    Path binary = BUILD.build(line -> LOG.warn("{}", line));
    Path folder = Files.createTempDirectory("kubo");
    LocalKubo kubo = LocalKubo.of(binary, folder.resolve("node"), LocalKubo.freePort());
    KuboNode node = new KuboNode(folder, settings.apply(kubo));
    Runtime.getRuntime().addShutdownHook(node.atExit);
    try {
      node.restart();
      return node;
    } catch (IOException | InterruptedException | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  /** Its RPC, as a block store is named: {@code kubo://127.0.0.1:PORT}. */
  public URI uri() {
    return kubo.uri();
  }

  /** Its RPC, as HTTP clients name it. */
  public URI rpc() {
    return URI.create(kubo.uri().toString().replace("kubo://", "http://"));
  }

  /** Its gateway: {@code http://127.0.0.1:PORT}. */
  public URI gateway() throws IOException {
    return kubo.gateway();
  }

  /** Where other nodes reach it: {@code /ip4/127.0.0.1/tcp/PORT/p2p/ID}. */
  public String address() throws IOException {
    return kubo.swarm() + "/p2p/" + kubo.ask("id").path("ID").asText();
  }

  /** Connects it to another node; both were started online. */
  public void connect(KuboNode other) throws IOException {
    kubo.ask("swarm/connect?arg=" + other.address());
  }

  /** Has it throw away all blocks that nothing keeps. */
  public void collectGarbage() throws IOException {
    kubo.ask("repo/gc?silent=true");
  }

  /** Its folder: {@code repo} and {@code kubo.log}. */
  public Path folder() {
    return folder.resolve("node");
  }

  /** Ends it without a warning (SIGKILL). */
  public void kill() throws IOException, InterruptedException {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Ends it as an administrator would (SIGTERM), and waits until it is gone. */
  public void stop() throws IOException, InterruptedException {
    process.destroy();
    awaitEnd();
  }

  /** Starts it again, at the same ports and with the same blocks, and waits until it answers. */
  public void restart() throws IOException, InterruptedException {
    if (isRunning()) {
      throw new IllegalStateException("Cannot start the node: it runs; stop or kill it first");
    }
    process = kubo.start(List.of());
    kubo.awaitAnswer(process.toHandle(), PATIENCE_SECONDS);
  }

  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** The id of the process that was started last. */
  public long pid() {
    return process.pid();
  }

  /** What the node had to say. */
  public String log() throws IOException {
    return Files.exists(kubo.log()) ? Files.readString(kubo.log()) : "";
  }

  private void awaitEnd() throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("Cannot end the Kubo node: process %d stays".formatted(process.pid()));
    }
  }

  private void destroy() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
    }
  }

  /** Ends it, whatever happened, and removes its folder. */
  @Override
  public void close() throws IOException, InterruptedException {
    Runtime.getRuntime().removeShutdownHook(atExit);
    if (process != null) {
      kill();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
