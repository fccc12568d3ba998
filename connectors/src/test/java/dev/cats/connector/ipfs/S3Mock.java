package dev.cats.connector.ipfs;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.cats.connector.Ports;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.awaitility.Awaitility;

/**
 * An S3 server for a test, Adobe's S3Mock: a process of its own on the loopback interface with a
 * folder of its own, gone when it is closed. (It opens a second port, at random, that nobody here
 * uses and that cannot be told not to.) It takes whatever credentials it is shown, so what a server
 * that refuses them says has to come from a {@link FaultyProxy}.
 *
 * <p>It and Flink's plugin for S3 come with the modules {@code connectors/s3-mock} and {@code
 * connectors/file-systems}. Where they were not fetched, a test that starts it is skipped and says
 * how to get them; with {@code CI=true} it fails.
 */
public final class S3Mock implements AutoCloseable {
  private static final Path ROOT = Path.of(System.getProperty("cats.root"));
  private static final Path JAR = ROOT.resolve("connectors/s3-mock/target/lib/s3mock.jar");

  /** That there is one bucket, and its name. */
  public static final String BUCKET = "cats";

  private final Path folder;
  private final int port;
  private final String secret = UUID.randomUUID().toString();
  private final Thread atExit = new Thread(this::destroy, "end the S3 server");
  private volatile Process process;

  private S3Mock(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /** Skips the test that calls this where no server can be started; in CI it fails. */
  public static void assumeAvailable() {
    for (Path each : List.of(JAR, FileSystemPlugins.folder(ROOT))) {
      if (!Files.exists(each)) {
        String missing =
            "Cannot start an S3 server: there is no %s. Fetch it with `mvn -q -pl connectors/s3-mock,connectors/file-systems package`"
                .formatted(ROOT.relativize(each));
        if ("true".equals(System.getenv("CI"))) {
          throw new AssertionError(missing);
        }
        abort(missing);
      }
    }
  }

  /** A server that answers. */
  public static S3Mock start() throws IOException, InterruptedException {
    assumeAvailable();
    S3Mock server = new S3Mock(Files.createTempDirectory("s3"), new Ports(20_000, 29_999).free());
    Runtime.getRuntime().addShutdownHook(server.atExit);
    try {
      server.restart();
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** A folder in its bucket that nobody else has. */
  public static String newStore() {
    return "s3://%s/%s/store".formatted(BUCKET, UUID.randomUUID());
  }

  /** Where it listens: {@code http://127.0.0.1:PORT}. */
  public URI endpoint() {
    return URI.create("http://%s:%d".formatted(Ports.HOST, port));
  }

  /** The secret that clients sign with, as its {@link #settings} say. */
  public String secret() {
    return secret;
  }

  /** What Flink has to know of it. */
  public Map<String, String> settings() {
    return settings(endpoint());
  }

  /** The same, for who talks to it through a proxy; what fails is tried twice only. */
  public Map<String, String> settings(URI endpoint) {
    return Map.of(
        "s3.endpoint", endpoint.toString(),
        "s3.path.style.access", "true",
        "s3.access-key", "cats-test",
        "s3.secret-key", secret,
        "s3.attempts.maximum", "2",
        "s3.retry.limit", "2",
        "s3.retry.interval", "50ms");
  }

  /** Has Flink use these settings in this process, until it is told otherwise. */
  public static void use(Map<String, String> settings) throws IOException {
    FileSystemPlugins.load(FileSystemPlugins.folder(ROOT), Configuration.fromMap(settings));
  }

  /** Has Flink know no object store any more in this process. */
  public static void forget() throws IOException {
    FileSystemPlugins.load(Path.of("no plugins"), new Configuration());
  }

  /** The folder of a new process's Flink that uses this server, for {@code FLINK_CONF_DIR}. */
  public Path configuration() throws IOException {
    StringBuilder yaml = new StringBuilder();
    settings().forEach((key, value) -> yaml.append("%s: \"%s\"%n".formatted(key, value)));
    Path conf = Files.createDirectories(folder.resolve("conf"));
    Files.writeString(conf.resolve("config.yaml"), yaml);
    return conf;
  }

  /** Where the content of objects lies: {@code …/binaryData}, one file each. */
  public List<Path> contents() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("objects"))) {
      return files.filter(file -> file.getFileName().toString().equals("binaryData")).toList();
    }
  }

  /** Everything that it stored, with names and headers. */
  public Path objects() {
    return folder.resolve("objects");
  }

  /** Ends it without a warning. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Starts it again, at the same port and with the same objects. */
  public void restart() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-jar",
                JAR.toString(),
                "--server.address=" + Ports.HOST,
                "--server.port=" + port,
                "--server.ssl.enabled=false",
                "--com.adobe.testing.s3mock.httpPort=0",
                "--com.adobe.testing.s3mock.store.root=" + objects(),
                "--com.adobe.testing.s3mock.store.retainFilesOnExit=true",
                "--com.adobe.testing.s3mock.store.initialBuckets=" + BUCKET)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("s3.log").toFile())
            .start();
    Awaitility.await().ignoreExceptionsInstanceOf(ConnectException.class).until(this::answers);
  }

  private boolean answers() throws IOException, InterruptedException {
    if (!process.isAlive()) {
      throw new IOException(
          "Cannot start the S3 server: " + Files.readString(folder.resolve("s3.log")));
    }
    HttpRequest request = HttpRequest.newBuilder(endpoint().resolve("/" + BUCKET)).build();
    return HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.discarding())
            .statusCode()
        == 200;
  }

  private void destroy() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
    }
  }

  /** Ends it, whatever happened, and removes its folder. */
  @Override
  public void close() throws IOException {
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
