package dev.cats.connector.ipfs;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.Mirror;
import dev.cats.content.MirrorSettings;
import dev.cats.content.Mirrors;
import dev.cats.content.SegmentWriter;
import dev.cats.content.StaleHeadException;
import dev.cats.content.StoreLockedException;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.GlobalConfiguration;

/** A second user of a store, in a JVM of its own: takes a line, does it, answers with a line. */
final class OtherProcess implements Closeable {
  private static final String ANSWER = "= ";

  private final Process process;
  private final PrintWriter to;
  private final BufferedReader from;

  OtherProcess(Path store) throws IOException {
    this(store.toString(), Map.of());
  }

  /**
   * @param store as a path or URI
   * @param environment names in {@code FLINK_CONF_DIR} what is needed for an object store
   * @param options of the JVM
   */
  OtherProcess(String store, Map<String, String> environment, String... options)
      throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-Dcats.root=" + System.getProperty("cats.root"),
            "-cp",
            classPath,
            OtherProcess.class.getName(),
            store));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    process = builder.start();
    to =
        new PrintWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8), true);
    from =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  String ask(String command) throws IOException {
    tell(command);
    return answer();
  }

  void tell(String command) {
    to.println(command);
  }

  String answer() throws IOException {
    String line = from.readLine();
    while (line != null && !line.startsWith(ANSWER)) { // what libraries log
      line = from.readLine();
    }
    return line == null ? null : line.substring(ANSWER.length());
  }

  long pid() {
    return process.pid();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws IOException {
    try {
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public static void main(String[] args) throws IOException {
    String settings = System.getenv("FLINK_CONF_DIR");
    if (settings != null) {
      S3Mock.use(GlobalConfiguration.loadConfiguration(settings).toMap());
    }
    BlockStore store = BlockStores.open(args[0]);
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintWriter answers =
        new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      answers.println(ANSWER + done(args[0], store, line.split(" ", 2)));
    }
  }

  private static String done(String uri, BlockStore store, String[] command) throws IOException {
    switch (command[0]) {
      case "lock":
        try {
          store.lock(command[1]);
          return "locked";
        } catch (StoreLockedException e) {
          return e.holder();
        }
      case "seal":
        seal(store, command[1]);
        return "sealed";
      case "commit":
        seal(store, command[1]);
        store.commit(command[1]);
        return "committed";
      case "head":
        return moved(store, command[1].split(" ", -1));
      case "mirror":
        String[] mirror = command[1].split(" ", -1);
        mirror(uri, mirror[1], Integer.parseInt(mirror[0]));
        return "mirrored";
      case "heap":
        return Long.toString(Runtime.getRuntime().maxMemory());
      default:
        throw new IllegalArgumentException(command[0]);
    }
  }

  /** Has a node follow the store until it has all of it. */
  private static void mirror(String store, String node, int inFlight) throws IOException {
    Duration patience = Duration.ofMinutes(1);
    MirrorSettings settings =
        new MirrorSettings(node, inFlight, 1, MirrorSettings.Pins.DIRECT, "", patience);
    try (Mirror mirror = Mirrors.open(URI.create(store), settings)) {
      mirror.follow();
      mirror.drain();
    }
  }

  private static String moved(BlockStore store, String[] cids) throws IOException {
    try {
      store.moveHead(
          cids[0].equals("none") ? Optional.empty() : Optional.of(Cid.parse(cids[0])),
          Cid.parse(cids[1]));
      return "moved";
    } catch (StaleHeadException e) {
      return "stale";
    } catch (DecodeException e) {
      throw new IOException(e);
    }
  }

  private static void seal(BlockStore store, String name) throws IOException {
    try (SegmentWriter writer = store.newSegment(name)) {
      writer.append(block(name));
      writer.seal();
    }
  }

  /** The one block of a segment that the other process writes. */
  static Block block(String segment) {
    return Block.of(Cid.RAW, Bytes.utf8("block of " + segment));
  }
}
