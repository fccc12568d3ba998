package dev.cats.connector.kafka;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.security.plain.PlainLoginModule;

/**
 * A real Kafka broker for a test: a JVM of its own with a folder of its own, gone when it is
 * closed.
 *
 * <p>Its jars come with the module {@code connectors/kafka-broker}. Where they were not fetched, a
 * test that starts a broker is skipped and says how to get them; with {@code CI=true} it fails.
 */
public final class KafkaBroker implements AutoCloseable {
  private static final Path JARS = LocalBroker.jars(Path.of(System.getProperty("cats.root")));
  private static final long PATIENCE_SECONDS = 60;

  private final Path folder;
  private final LocalBroker broker;
  private final Map<String, String> client;
  private final Thread atExit = new Thread(this::destroy, "end the Kafka broker");
  private volatile Process process;

  private KafkaBroker(Path folder, LocalBroker broker, Map<String, String> client) {
    this.folder = folder;
    this.broker = broker;
    this.client = client;
  }

  /** Whether the broker's jars are here. */
  public static boolean available() {
    return missing().isEmpty();
  }

  /** Skips the test that calls this where a broker cannot be started; in CI it fails. */
  public static void assumeAvailable() {
    String missing = missing();
    if (!missing.isEmpty()) {
      if ("true".equals(System.getenv("CI"))) {
        throw new AssertionError(missing);
      }
      abort(missing);
    }
  }

  private static String missing() {
    try {
      LocalBroker.checkJars(JARS);
      return "";
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  /** A broker that answers. */
  public static KafkaBroker start() throws IOException, InterruptedException {
    return start(Map.of());
  }

  /** A broker that answers, with settings of its own. */
  public static KafkaBroker start(Map<String, String> settings)
      throws IOException, InterruptedException {
    assumeAvailable();
    Path folder = Files.createTempDirectory("kafka");
    LocalBroker broker =
        LocalBroker.of(JARS, folder.resolve("broker"), LocalBroker.freePort()).with(settings);
    return started(new KafkaBroker(folder, broker, Map.of()));
  }

  /** A broker that talks TLS only, and only to clients with a certificate that it knows. */
  public static KafkaBroker startTls() throws IOException, InterruptedException {
    assumeAvailable();
    Path folder = Files.createTempDirectory("kafka-tls");
    Certificates certificates = Certificates.in(folder);
    LocalBroker broker =
        LocalBroker.of(JARS, folder.resolve("broker"), LocalBroker.freePort())
            .overTls(certificates.broker());
    return started(new KafkaBroker(folder, broker, certificates.client()));
  }

  /** As {@link #startTls}, and to one user only, whose password is a new one. */
  public static KafkaBroker startForUser() throws IOException, InterruptedException {
    assumeAvailable();
    Path folder = Files.createTempDirectory("kafka-sasl");
    Certificates certificates = Certificates.in(folder);
    String password = UUID.randomUUID().toString();
    String user =
        "%s required username=\"cats\" password=\"%s\""
            .formatted(PlainLoginModule.class.getName(), password);
    Map<String, String> broker = new HashMap<>(certificates.broker());
    broker.put("listener.name.sasl_ssl.ssl.client.auth", "required");
    broker.put(
        "listener.name.sasl_ssl.plain.sasl.jaas.config", user + " user_cats=\"" + password + "\";");
    broker.put("sasl.enabled.mechanisms", "PLAIN");
    broker.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
    Map<String, String> client = new HashMap<>(certificates.client());
    client.put("security.protocol", "SASL_SSL");
    client.put("sasl.mechanism", "PLAIN");
    client.put("sasl.jaas.config", user + ";");
    return started(
        new KafkaBroker(
            folder,
            LocalBroker.of(JARS, folder.resolve("broker"), LocalBroker.freePort()).forUsers(broker),
            client));
  }

  private static KafkaBroker started(KafkaBroker broker) throws IOException, InterruptedException {
    Runtime.getRuntime().addShutdownHook(broker.atExit);
    try {
      broker.restart();
      return broker;
    } catch (IOException | InterruptedException | RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  /** Where clients begin. */
  public String bootstrap() {
    return broker.bootstrap();
  }

  /** What a client needs to talk to it: bootstrap servers, and the certificates where it has to. */
  public Properties clientProperties() {
    Properties properties = new Properties();
    properties.putAll(client);
    properties.put("bootstrap.servers", bootstrap());
    return properties;
  }

  /** Its folder; {@code data} below it holds a folder per partition. */
  public Path folder() {
    return folder.resolve("broker");
  }

  /** For what the methods here do not do; to be closed by the caller. */
  public Admin newAdmin() {
    return Admin.create(clientProperties());
  }

  public void createTopic(String name, int partitions) throws IOException, InterruptedException {
    createTopic(name, partitions, Map.of());
  }

  public void createTopic(String name, int partitions, Map<String, String> settings)
      throws IOException, InterruptedException {
    try (Admin admin = newAdmin()) {
      admin
          .createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(settings)))
          .all()
          .get();
    } catch (ExecutionException e) {
      throw new IOException("Cannot create topic " + name + ": " + e.getCause().getMessage(), e);
    }
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

  /** Starts it again, at the same port and on the same folder, and waits until it answers. */
  public void restart() throws IOException, InterruptedException {
    if (isRunning()) {
      throw new IllegalStateException("Cannot start the broker: it runs; stop or kill it first");
    }
    process = broker.start(List.of());
    broker.awaitAnswer(process.toHandle(), new HashMap<>(client), PATIENCE_SECONDS);
  }

  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** The id of the process that was started last. */
  public long pid() {
    return process.pid();
  }

  /** What the broker had to say. */
  public String log() throws IOException {
    return Files.exists(broker.log()) ? Files.readString(broker.log()) : "";
  }

  private void awaitEnd() throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException(
          "Cannot end the Kafka broker: process %d stays".formatted(process.pid()));
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
