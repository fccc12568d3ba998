package dev.cats.connector.ipfs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cats.connector.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One real Kubo node on the loopback interface, for a laptop and for tests: what is in its folder,
 * and how its process is started.
 *
 * <p>The folder holds {@code repo} (Kubo's own, with its key, its blocks and its settings) and
 * {@code kubo.log}. A repo is made once, with Kubo's profiles {@code test} and {@code pebbleds}: no
 * bootstrap peers, no discovery, nothing fetched from outside; the next start goes on with its
 * blocks. Ports are written into the settings at each start: that of the RPC is given, those of the
 * gateway and of the swarm stay the same as long as nobody else has them.
 */
public final class LocalKubo {
  /** Where everything is bound. */
  public static final String HOST = Ports.HOST;

  private static final Logger LOG = LoggerFactory.getLogger(LocalKubo.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  // Below the ports that systems hand out to clients, and not those of other local services.
  private static final Ports PORTS = new Ports(10_000, 19_999);
  private static final int INIT_SECONDS = 60;
  private static final long POLL_MILLIS = 100;
  private static final int LAST_LINES = 8;
  private static final int CONNECT_MILLIS = 2000;
  private static final int ASK_MILLIS = 10_000;

  private final Path binary;
  private final Path folder;
  private final int port;
  private final boolean offline;
  private final Map<String, String> settings;

  private LocalKubo(
      Path binary, Path folder, int port, boolean offline, Map<String, String> settings) {
    this.binary = binary;
    this.folder = folder.toAbsolutePath();
    this.port = port;
    this.offline = offline;
    this.settings = settings;
  }

  /**
   * A node that is to run from this binary and listen for RPC at this port.
   *
   * @param folder its repo and log; made if it is not there
   */
  public static LocalKubo of(Path binary, Path folder, int port) {
    return new LocalKubo(binary, folder, port, false, Map.of());
  }

  /** The same without a swarm: it talks to no other node, whoever asks. */
  public LocalKubo offline() {
    return new LocalKubo(binary, folder, port, true, settings);
  }

  /**
   * With settings that win over those here: by their path in Kubo's configuration, as JSON; {@code
   * "Datastore.HashOnRead"} to {@code "true"}.
   */
  public LocalKubo with(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.putAll(more);
    return new LocalKubo(binary, folder, port, offline, Map.copyOf(all));
  }

  /** A port that nobody listens at now, and that the system gives to no client. */
  public static int freePort() throws IOException {
    return PORTS.free();
  }

  /** Where its RPC is, as block stores are named: {@code kubo://127.0.0.1:5001}. */
  public URI uri() {
    return URI.create("kubo://" + HOST + ":" + port);
  }

  /** Where its gateway is, once it was started. */
  public URI gateway() throws IOException {
    return URI.create("http://" + HOST + ":" + others().gateway());
  }

  /** Where other nodes of this machine reach it, without its id, once it was started. */
  public String swarm() throws IOException {
    return "/ip4/" + HOST + "/tcp/" + others().swarm();
  }

  /** Kubo's own folder, {@code IPFS_PATH}. */
  public Path repo() {
    return folder.resolve("repo");
  }

  /** What the node has to say. */
  public Path log() {
    return folder.resolve("kubo.log");
  }

  /**
   * Starts the node, and does not wait until it answers.
   *
   * @param launcher words before the command, such as {@code setsid}; it has to replace itself by
   *     the command, so that the process is the node's
   * @throws IOException if the folder cannot be written, or no repo be made in it
   */
  public Process start(List<String> launcher) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    if (!Files.exists(repo().resolve("config"))) {
      init();
    }
    configure();
    List<String> command = new ArrayList<>(launcher);
    command.addAll(List.of(binary.toString(), "daemon", "--migrate=false"));
    if (offline) {
      command.add("--offline");
    }
    Process process = builder(command).start();
    process.getOutputStream().close();
    return process;
  }

  /**
   * Kubo's own command line on this node's repo, which asks the node where it runs. What it says
   * goes into the log.
   */
  public ProcessBuilder command(List<String> words) {
    List<String> command = new ArrayList<>();
    command.add(binary.toString());
    command.addAll(words);
    return builder(command);
  }

  private void init() throws IOException, InterruptedException {
    List<String> command =
        List.of(binary.toString(), "init", "--empty-repo", "--profile=test,pebbleds");
    Process process = builder(command).start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(INIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(
            "Cannot make a repo in %s: ipfs init %s\n%s"
                .formatted(
                    repo(),
                    process.isAlive() ? "does not end" : "ended with " + process.exitValue(),
                    lastWords()));
      }
    } finally {
      process.destroyForcibly();
    }
  }

  private record Others(int gateway, int swarm) {}

  private Others others() throws IOException {
    JsonNode addresses = JSON.readTree(config().toFile()).path("Addresses");
    JsonNode gateway = addresses.path("Gateway");
    return new Others(
        port(gateway.isArray() ? gateway.path(0) : gateway), port(addresses.path("Swarm").path(0)));
  }

  private static int port(JsonNode address) {
    String text = address.asText("");
    return text.matches("/ip4/127\\.0\\.0\\.1/tcp/\\d+")
        ? Integer.parseInt(text.substring(text.lastIndexOf('/') + 1))
        : 0;
  }

  private Path config() {
    return repo().resolve("config");
  }

  private void configure() throws IOException {
    ObjectNode config = (ObjectNode) JSON.readTree(config().toFile());
    Others before = others();
    ObjectNode addresses = config.withObject("/Addresses");
    addresses.put("API", address(port));
    addresses.put("Gateway", address(kept(before.gateway())));
    addresses.putArray("Swarm").add(address(kept(before.swarm())));
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      String[] path = setting.getKey().split("\\.", -1);
      ObjectNode at = config;
      for (int i = 0; i < path.length - 1; i++) {
        at = at.withObject("/" + path[i]);
      }
      at.set(path[path.length - 1], JSON.readTree(setting.getValue()));
    }
    // The node's private key is in it: the new one is as private, and never half written.
    Path next = repo().resolve("config.new");
    Files.copy(
        config(), next, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
    JSON.writerWithDefaultPrettyPrinter().writeValue(next.toFile(), config);
    Files.move(next, config(), StandardCopyOption.ATOMIC_MOVE);
  }

  private static int kept(int port) throws IOException {
    return port != 0 && Ports.isFree(port) ? port : freePort();
  }

  private static String address(int port) {
    return "/ip4/" + HOST + "/tcp/" + port;
  }

  private ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
    builder.environment().put("IPFS_PATH", repo().toString());
    builder.environment().put("IPFS_TELEMETRY", "off");
    return builder;
  }

  /**
   * Waits until the node answers.
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
            "Cannot start Kubo at %s:%d: %s; %s says:\n%s"
                .formatted(
                    HOST,
                    port,
                    process.isAlive() ? "no answer within " + seconds + " s" : "it ended",
                    log(),
                    lastWords()));
      }
      endsWithin(process, POLL_MILLIS);
    }
  }

  /** Whether its RPC answers, with or without letting us in. */
  private boolean answers() {
    try {
      HttpURLConnection connection = opened("version", CONNECT_MILLIS);
      try {
        return connection.getResponseCode() > 0;
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      LOG.trace("No answer from {} yet", uri(), e);
      return false;
    }
  }

  /**
   * Asks the node something small.
   *
   * @param call the command of its RPC with its arguments: {@code repo/stat}
   * @return the JSON that it answers with; the last line, if it is several
   */
  public JsonNode ask(String call) throws IOException {
    HttpURLConnection connection = opened(call, ASK_MILLIS);
    try (InputStream in =
        connection.getResponseCode() == HttpURLConnection.HTTP_OK
            ? connection.getInputStream()
            : connection.getErrorStream()) {
      String text = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        throw new IOException("it answers %d: %s".formatted(connection.getResponseCode(), text));
      }
      return JSON.readTree(text.substring(text.lastIndexOf('\n') + 1));
    } catch (IOException e) {
      throw new IOException("Cannot ask Kubo at %s: %s".formatted(uri(), e.getMessage()), e);
    } finally {
      connection.disconnect();
    }
  }

  private HttpURLConnection opened(String call, int millis) throws IOException {
    URI rpc = URI.create("http://" + HOST + ":" + port + "/api/v0/" + call);
    HttpURLConnection connection = (HttpURLConnection) rpc.toURL().openConnection(Proxy.NO_PROXY);
    connection.setRequestMethod("POST");
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(millis);
    return connection;
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

  /** The last lines of its log. */
  public String lastWords() throws IOException {
    if (!Files.exists(log())) {
      return "";
    }
    List<String> lines = Files.readAllLines(log());
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }
}
