package dev.cats.connector.kafka;

import dev.cats.connector.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.AppInfoParser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One real Kafka broker that is its own controller (KRaft), on the loopback interface, for a laptop
 * and for tests: what is in its folder, and how its JVM is started.
 *
 * <p>The folder holds {@code data}, the settings as they were last started with ({@code
 * server.properties}) and the logs. A folder is formatted once; the next start goes on with its
 * topics. Ports may differ from start to start: the controller is named in the settings and not in
 * what was formatted.
 *
 * <p>A broker is for one machine: everything is replicated once, and topics are made by those who
 * want them, never by a misspelt name.
 */
public final class LocalBroker {
  /** Where listeners are bound, and what they say where they are. */
  public static final String HOST = Ports.HOST;

  private static final Logger LOG = LoggerFactory.getLogger(LocalBroker.class);

  // Below the ports that systems hand out to clients: one of these that tries to reach a broker
  // which is away must not be given the broker's own port.
  private static final Ports PORTS = new Ports(20_000, 29_999);
  private static final Pattern BROKER_JAR = Pattern.compile("kafka_[0-9.]+-([0-9.]+)\\.jar");
  private static final int FORMAT_SECONDS = 60;
  private static final int CONNECT_MILLIS = 1000;
  private static final long LISTEN_POLL_MILLIS = 100;
  private static final Pattern FINE =
      Pattern.compile("^(\\S+ \\S+ INFO |\\s+at |\\s+\\.\\.\\. |$)");
  private static final int LAST_LINES = 8;

  private final Path jars;
  private final Path folder;
  private final int port;
  private final String protocol;
  private final Map<String, String> settings;

  private LocalBroker(
      Path jars, Path folder, int port, String protocol, Map<String, String> settings) {
    this.jars = jars;
    this.folder = folder.toAbsolutePath();
    this.port = port;
    this.protocol = protocol;
    this.settings = settings;
  }

  /**
   * A broker that is to run from these jars and listen at this port.
   *
   * @param folder its data, settings and logs; made if it is not there
   */
  public static LocalBroker of(Path jars, Path folder, int port) {
    return new LocalBroker(jars, folder, port, "PLAINTEXT", Map.of());
  }

  /** With settings of the broker that win over those here. */
  public LocalBroker with(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.putAll(more);
    return new LocalBroker(jars, folder, port, protocol, Map.copyOf(all));
  }

  /** The same, over TLS only, with the broker's {@code ssl.*} settings. */
  public LocalBroker overTls(Map<String, String> ssl) {
    return new LocalBroker(jars, folder, port, "SSL", settings).with(ssl);
  }

  /**
   * The same, over TLS only and for users only, with the broker's {@code ssl.*} and SASL settings.
   */
  public LocalBroker forUsers(Map<String, String> settings) {
    return new LocalBroker(jars, folder, port, "SASL_SSL", this.settings).with(settings);
  }

  /** Where the build puts the broker's jars, below the root of the project. */
  public static Path jars(Path root) {
    return root.resolve("connectors/kafka-broker/target/lib");
  }

  /**
   * Checks that a folder holds the jars of a broker of our clients' version, and of no other.
   *
   * @throws IOException that says what is wrong with it, and how it comes right
   */
  public static void checkJars(Path jars) throws IOException {
    List<String> found = List.of();
    if (Files.isDirectory(jars)) {
      try (Stream<Path> files = Files.list(jars)) {
        found =
            files
                .map(file -> BROKER_JAR.matcher(file.getFileName().toString()))
                .filter(Matcher::matches)
                .map(jar -> jar.group(1))
                .sorted()
                .toList();
      }
    }
    String expected = AppInfoParser.getVersion();
    if (!found.equals(List.of(expected))) {
      throw new IOException(
          "Cannot run a Kafka broker: expected the jars of version %s in %s, found %s\nFetch them: mvn -q -pl connectors/kafka-broker clean package"
              .formatted(
                  expected,
                  jars,
                  found.isEmpty() ? "none" : "those of " + String.join(" and ", found)));
    }
  }

  /** A port that nobody listens at now, and that the system gives to no client. */
  public static int freePort() throws IOException {
    return PORTS.free();
  }

  /** Whether a server could listen at this port. */
  public static boolean isFree(int port) {
    return Ports.isFree(port);
  }

  /** Where clients begin. */
  public String bootstrap() {
    return HOST + ":" + port;
  }

  /** What the broker has to say. */
  public Path log() {
    return folder.resolve("broker.log");
  }

  /** What its JVM has to say, which is nothing unless it cannot run. */
  private Path output() {
    return folder.resolve("broker.out");
  }

  /**
   * Starts the broker, and does not wait until it answers.
   *
   * @param launcher words before the command, such as {@code setsid}; it has to replace itself by
   *     the command, so that the process is the broker's
   * @throws IOException if the folder cannot be written or formatted
   */
  public Process start(List<String> launcher) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path config = write();
    if (!Files.exists(folder.resolve("data/meta.properties"))) {
      format(config);
    }
    List<String> command = new ArrayList<>(launcher);
    // On a laptop the broker is a guest: one that needs little, and gives it back.
    command.addAll(java("-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=128m"));
    command.addAll(List.of("kafka.Kafka", config.toString()));
    Process process = builder(command).start();
    process.getOutputStream().close();
    return process;
  }

  /** Another than the broker's own, which nobody listens at either before it has started. */
  private int portOfController() throws IOException {
    int free = freePort();
    return free == port ? portOfController() : free;
  }

  /** Settings and logging, as files. */
  private Path write() throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    String controller = HOST + ":" + portOfController();
    all.put("process.roles", "broker,controller");
    all.put("node.id", "1");
    all.put("controller.quorum.voters", "1@" + controller);
    all.put("controller.listener.names", "CONTROLLER");
    all.put("listeners", protocol + "://" + bootstrap() + ",CONTROLLER://" + controller);
    all.put("inter.broker.listener.name", protocol);
    all.put(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT");
    all.put("log.dirs", folder.resolve("data").toString());
    all.put("auto.create.topics.enable", "false");
    for (String topic : List.of("offsets.topic", "transaction.state.log")) {
      all.put(topic + ".replication.factor", "1");
      all.put(topic + ".num.partitions", "4");
    }
    all.put("transaction.state.log.min.isr", "1");
    // Flink names a new transaction at each checkpoint, and brokers remember a name for a week.
    all.put("transactional.id.expiration.ms", "86400000");
    all.put("share.coordinator.state.topic.replication.factor", "1");
    all.put("share.coordinator.state.topic.min.isr", "1");
    all.put("default.replication.factor", "1");
    all.put("min.insync.replicas", "1");
    all.put("group.initial.rebalance.delay.ms", "0");
    // A broker that was killed may come back when its session is over, which is 9 s by default.
    all.put("broker.session.timeout.ms", "3000");
    all.put("broker.heartbeat.interval.ms", "500");
    all.put("num.network.threads", "2");
    all.put("num.io.threads", "4");
    all.put("log.cleaner.dedupe.buffer.size", "33554432");
    all.putAll(settings);

    Path logging = folder.resolve("log4j2.properties");
    try (InputStream text = LocalBroker.class.getResourceAsStream("broker-log4j2.properties")) {
      Files.copy(text, logging, StandardCopyOption.REPLACE_EXISTING);
    }
    Properties properties = new Properties();
    properties.putAll(all);
    Path config = folder.resolve("server.properties");
    try (var writer = Files.newBufferedWriter(config)) {
      properties.store(writer, "Written at each start; changes are lost.");
    }
    return config;
  }

  private void format(Path config) throws IOException, InterruptedException {
    List<String> command = java("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    command.addAll(
        List.of(
            "kafka.tools.StorageTool",
            "format",
            "-t",
            Uuid.randomUuid().toString(),
            "-c",
            config.toString()));
    Process process = builder(command).start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(FORMAT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(
            "Cannot format %s: the storage tool %s\n%s"
                .formatted(
                    folder.resolve("data"),
                    process.isAlive() ? "does not end" : "ended with " + process.exitValue(),
                    lastWords()));
      }
    } finally {
      process.destroyForcibly();
    }
  }

  private List<String> java(String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dcats.service.log=" + log());
    command.addAll(List.of(options));
    command.add("-Dlog4j2.configurationFile=" + folder.resolve("log4j2.properties"));
    command.addAll(List.of("-cp", jars.toAbsolutePath() + "/*"));
    return command;
  }

  private ProcessBuilder builder(List<String> command) {
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(output().toFile());
  }

  /**
   * Waits until the broker answers.
   *
   * @param client how a client has to ask, such as its certificate; may be empty
   * @throws IOException if the process ends instead, or if it takes longer; with its last words
   */
  public void awaitAnswer(ProcessHandle process, Map<String, ?> client, long seconds)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    // A client logs each attempt that fails, so it is for a broker that listens.
    while (!listens()) {
      checkLife(process, seconds, end);
      endsWithin(process, LISTEN_POLL_MILLIS);
    }
    Admin admin = admin(client);
    try {
      while (!answers(admin)) {
        checkLife(process, seconds, end);
        endsWithin(process, LISTEN_POLL_MILLIS);
      }
    } finally {
      // Without a limit, closing would wait for a broker that hangs, for ever.
      admin.close(Duration.ofMillis(CONNECT_MILLIS));
    }
  }

  private boolean answers(Admin admin) throws InterruptedException {
    try {
      return !admin.describeCluster().nodes().get(1, TimeUnit.SECONDS).isEmpty();
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("No answer from {} yet", bootstrap(), e);
      return false;
    }
  }

  /** Asked by a client: to try whether the port is free would take it from the broker. */
  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(HOST, port), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void checkLife(ProcessHandle process, long seconds, long end) throws IOException {
    boolean late = System.nanoTime() - end >= 0;
    if (late || !process.isAlive()) {
      throw new IOException(
          "Cannot start the Kafka broker at %s: %s; %s says:\n%s"
              .formatted(
                  bootstrap(),
                  process.isAlive() ? "no answer within " + seconds + " s" : "it ended",
                  log(),
                  lastWords()));
    }
  }

  private static void endsWithin(ProcessHandle process, long millis) throws InterruptedException {
    try {
      process.onExit().get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.trace("Process {} goes on", process.pid());
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot wait for process " + process.pid(), e.getCause());
    }
  }

  private Admin admin(Map<String, ?> client) throws IOException {
    Properties properties = new Properties();
    properties.putAll(client);
    properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap());
    properties.put(AdminClientConfig.RECONNECT_BACKOFF_MS_CONFIG, 50);
    properties.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 200);
    try {
      return Admin.create(properties);
    } catch (KafkaException e) {
      throw new IOException(
          "Cannot ask the Kafka broker at " + bootstrap() + ": " + e.getMessage(), e);
    }
  }

  /** The last lines of the logs, without what went well and without stack traces. */
  public String lastWords() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path file : List.of(log(), output())) {
      if (Files.exists(file)) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    List<String> bad = lines.stream().filter(line -> !FINE.matcher(line).find()).toList();
    return String.join("\n", bad.subList(Math.max(0, bad.size() - LAST_LINES), bad.size()));
  }
}
