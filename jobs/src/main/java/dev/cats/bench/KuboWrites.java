package dev.cats.bench;

import dev.cats.bench.Meter.Reading;
import dev.cats.connector.ipfs.LocalKubo;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.content.Mirror;
import dev.cats.content.MirrorSettings;
import dev.cats.content.MirrorSettings.Pins;
import dev.cats.content.Mirrors;
import dev.cats.egress.EgressOptions;
import dev.cats.initiative.DataInitiative;
import dev.cats.lot.LotOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.FileUtils;

/**
 * How fast blocks get into a real Kubo node, beside Kubo's own command that imports the same
 * archives into a second node, as fresh as the first. Each node is a process of its own on this
 * machine, and only one runs at a time.
 *
 * <p>A round is over when HEAD of the node names the last manifest; what is counted are the bytes
 * of the archives, on both sides.
 */
public final class KuboWrites {
  /** From the first record of a job until everything that it committed is in the node. */
  public static final String JOB = "kubo/job";

  /** The same, with all of it pinned by manifest. */
  public static final String PINNED = "kubo/pinned";

  /** A folder that is there already, until all of it is in the node. */
  public static final String CATCH_UP = "kubo/catch-up";

  private static final String NAME = "bench";
  private static final int START_SECONDS = 90;
  private static final long PATIENCE_MINUTES = 30;
  private static final long LOOK_MILLIS = 50;

  private final Settings settings;
  private final Path kubo;
  private final int inFlight;

  /**
   * @param kubo its binary
   * @param inFlight how many segments are sent at the same time
   */
  public KuboWrites(Settings settings, Path kubo, int inFlight) {
    this.settings = settings;
    this.kubo = kubo;
    this.inFlight = inFlight;
  }

  /** Hears of every round as soon as it is over. */
  public interface Progress {
    void round(int round, Comparison soFar);
  }

  /**
   * How it went on one side.
   *
   * @param rate megabytes per second
   * @param cpu CPU time of who sends, of this whole process or of Kubo's command, milliseconds for
   *     each megabyte
   * @param nodeCpu the same of the node
   */
  public record Side(double rate, double cpu, double nodeCpu) {
    private static Side of(List<Side> rounds) {
      return new Side(
          median(rounds, Side::rate), median(rounds, Side::cpu), median(rounds, Side::nodeCpu));
    }

    private static double median(List<Side> rounds, ToDoubleFunction<Side> value) {
      return Measurement.median(rounds.stream().mapToDouble(value).toArray());
    }
  }

  /**
   * Medians over rounds.
   *
   * @param bytes of the archives of the last round
   */
  public record Comparison(String name, Side ours, Side command, long bytes) {
    public List<Figure> figures() {
      return List.of(
          Figure.rate(name, ours.rate(), "MB/s", command.rate()),
          Figure.cost(name + "/cpu", ours.cpu(), "ms/MB", command.cpu()),
          Figure.cost(name + "/node-cpu", ours.nodeCpu(), "ms/MB", command.nodeCpu()));
    }
  }

  /** The names of the cases. */
  public static List<String> names() {
    return List.of(JOB, PINNED, CATCH_UP);
  }

  /** Runs all rounds of a case. */
  public Comparison compare(String name, Progress progress)
      throws IOException, InterruptedException {
    List<Side> ours = new ArrayList<>();
    List<Side> command = new ArrayList<>();
    Comparison soFar = null;
    try (Cluster cluster = Cluster.start(settings.parallelism())) {
      // The first round is for the compiler, and not counted.
      for (int round = 0; round <= settings.rounds(); round++) {
        Path folder = Files.createTempDirectory(settings.folder(), "round-");
        try {
          Took took = name.equals(CATCH_UP) ? catchUp(cluster, folder) : job(cluster, folder, name);
          Path store = folder.resolve("store");
          List<Path> cars = cars(store);
          long bytes = 0;
          for (Path car : cars) {
            bytes += Files.size(car);
          }
          Took theirs = command(folder, cars, head(store));
          if (round > 0) {
            ours.add(took.side(bytes));
            command.add(theirs.side(bytes));
            soFar = new Comparison(name, Side.of(ours), Side.of(command), bytes);
            progress.round(round, soFar);
          }
        } finally {
          Meter.stop();
          FileUtils.deleteDirectory(folder.toFile());
        }
      }
    }
    return soFar;
  }

  /** Nanoseconds: until it was done, and CPU time of who sent and of the node meanwhile. */
  private record Took(long nanos, long cpuNanos, long nodeNanos) {
    Side side(long bytes) {
      double megabytes = bytes / 1e6;
      return new Side(
          megabytes / (nanos / 1e9), cpuNanos / 1e6 / megabytes, nodeNanos / 1e6 / megabytes);
    }
  }

  /** A job with a node that follows. */
  private Took job(Cluster cluster, Path folder, String name)
      throws IOException, InterruptedException {
    try (Node node = new Node(folder.resolve("node"))) {
      Configuration mirrored = new Configuration();
      mirrored.set(EgressOptions.MIRROR, node.store());
      mirrored.set(EgressOptions.MIRROR_IN_FLIGHT, inFlight);
      mirrored.set(EgressOptions.MIRROR_PINS, name.equals(PINNED) ? Pins.DIRECT : Pins.NONE);
      mirrored.set(EgressOptions.MIRROR_BACKLOG, MemorySize.ofMebiBytes(512));
      Took took = write(cluster, folder, mirrored, node::cpuNanos);
      requireHead(node, folder);
      return took;
    }
  }

  /** A node that takes what a job without one has committed before. */
  private Took catchUp(Cluster cluster, Path folder) throws IOException, InterruptedException {
    write(cluster, folder, new Configuration(), () -> 0);
    try (Node node = new Node(folder.resolve("node"))) {
      MirrorSettings how =
          new MirrorSettings(
              node.store(), inFlight, Long.MAX_VALUE, Pins.NONE, "", Duration.ofMinutes(1));
      Reading before = Meter.read(node::cpuNanos);
      try (Mirror mirror = Mirrors.open(folder.resolve("store").toUri(), how)) {
        mirror.follow();
        mirror.drain();
      }
      Took took = took(before, Meter.read(node::cpuNanos));
      requireHead(node, folder);
      return took;
    }
  }

  private static Took took(Reading before, Reading after) {
    return new Took(
        after.nanos() - before.nanos(),
        after.cpuNanos() - before.cpuNanos(),
        after.besideNanos() - before.besideNanos());
  }

  /** Runs a job for a while and to its end, from its first record on. */
  private Took write(Cluster cluster, Path folder, Configuration more, LongSupplier nodeNanos)
      throws IOException, InterruptedException {
    Measurement measurement = new Measurement(settings, Long.MAX_VALUE, () -> 0);
    Configuration config = measurement.configuration(folder);
    config.addAll(more);
    config.set(EgressOptions.STORE, folder.resolve("store").toString());
    config.set(LotOptions.MAX_AGE, Duration.ofMinutes(1));
    StreamExecutionEnvironment env = cluster.environment(config);
    Meter.start();
    try {
      DataInitiative initiative = DataInitiative.on(env, NAME, config);
      initiative.source("samples", new Generator<>(new Samples.Arriving()), Sample.class).egress();
      JobClient job = initiative.executeAsync();
      CompletableFuture<JobExecutionResult> end = job.getJobExecutionResult();
      Measurement.awaitFirst(end);
      Reading before = Meter.read(nodeNanos);
      Measurement.step(end, settings.seconds());
      Meter.stop();
      end.get(PATIENCE_MINUTES, TimeUnit.MINUTES);
      return took(before, Meter.read(nodeNanos));
    } catch (IOException | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw Measurement.failed(e);
    }
  }

  /** Kubo's own command, that imports these into a node. */
  private Took command(Path folder, List<Path> cars, Cid head)
      throws IOException, InterruptedException {
    try (Node node = new Node(folder.resolve("second"))) {
      List<String> words =
          new ArrayList<>(
              List.of("dag", "import", "--pin-roots=false", "--fast-provide-root=false"));
      cars.forEach(car -> words.add(car.toString()));
      long nodeBefore = node.cpuNanos();
      long start = System.nanoTime();
      Process process = node.kubo.command(words).start();
      long cpu = 0;
      try {
        process.getOutputStream().close();
        // Of a process that has ended nobody tells its CPU time.
        while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          cpu = Math.max(cpu, cpuNanos(process));
        }
        if (process.exitValue() != 0) {
          throw new IOException(
              "Cannot benchmark: ipfs dag import failed\n" + node.kubo.lastWords());
        }
      } finally {
        process.destroyForcibly();
      }
      Took took = new Took(System.nanoTime() - start, cpu, node.cpuNanos() - nodeBefore);
      node.kubo.ask("block/stat?offline=true&arg=" + head);
      return took;
    }
  }

  private static long cpuNanos(Process process) {
    return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
  }

  private static List<Path> cars(Path store) throws IOException {
    try (Stream<Path> files = Files.list(store.resolve("segments"))) {
      return files.filter(file -> file.toString().endsWith(".car")).sorted().toList();
    }
  }

  private static Cid head(Path store) throws IOException {
    try (BlockStore blocks = BlockStores.open(store.toString())) {
      return blocks.head().orElseThrow();
    }
  }

  private static void requireHead(Node node, Path folder) throws IOException {
    Cid here = head(folder.resolve("store"));
    try (BlockStore there = BlockStores.open(node.store())) {
      if (!there.head().filter(here::equals).isPresent() || !there.has(here)) {
        throw new IOException("Cannot benchmark: the node does not have all of " + here);
      }
    }
  }

  /** A fresh node, ended and removed afterwards. */
  private final class Node implements AutoCloseable {
    private final Path folder;
    private final LocalKubo kubo;
    private final Process process;

    Node(Path folder) throws IOException, InterruptedException {
      this.folder = folder;
      this.kubo = LocalKubo.of(KuboWrites.this.kubo, folder, LocalKubo.freePort()).offline();
      this.process = kubo.start(List.of());
      try {
        kubo.awaitAnswer(process.toHandle(), START_SECONDS);
      } catch (IOException | InterruptedException e) {
        process.destroyForcibly();
        throw e;
      }
    }

    long cpuNanos() {
      return KuboWrites.cpuNanos(process);
    }

    String store() {
      return kubo.uri() + "/" + NAME;
    }

    @Override
    public void close() throws IOException, InterruptedException {
      process.destroyForcibly();
      process.waitFor(START_SECONDS, TimeUnit.SECONDS);
      FileUtils.deleteDirectory(folder.toFile());
    }
  }
}
