package dev.cats.bench;

import dev.cats.ray.PythonFunction;
import dev.cats.ray.local.LocalWorker;
import dev.cats.ray.local.RayBuild;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageMonitor;
import dev.cats.stage.StageSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.apache.flink.util.FileUtils;

/**
 * What a step on a worker costs: calls of a Python function with one lot after the other, beside
 * the same bytes through a bare stream of Arrow Flight that echoes them, and beside the same
 * function in a loop in Python. Worker and echo are processes of their own on this machine; only
 * one side runs at a time.
 *
 * <p>A call is the whole way of a lot: from the records that an operator has, over the worker's
 * columns and the function, to the records that it gets. Ray has no part in it: batches go straight
 * to the process of an actor, which is the same that runs here.
 */
public final class RayCalls {
  private static final String FOLDER = "ray-bridge/python/functions/scaling";
  private static final String ENTRYPOINT = "scaling:doubled";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Of the time that a step takes, how much may be the bridge's for it not to matter. */
  private static final double SHARE = 0.1;

  private static final Map<String, Lot> LOTS =
      Map.of("64k", new Lot(1 << 10), "1m", new Lot(16 << 10));

  private final Settings settings;
  private final RayBuild build;

  /**
   * @param build with what workers run on, which is installed
   */
  public RayCalls(Settings settings, RayBuild build) {
    this.settings = settings;
    this.build = build;
  }

  /** Hears of every round as soon as it is over. */
  public interface Progress {
    void round(int round, Comparison soFar);
  }

  /**
   * How it went on one side.
   *
   * @param rate records per second
   * @param p50 the median of what a call took, milliseconds
   * @param p99 what all but the hundredth part of them took at most
   */
  public record Side(double rate, double p50, double p99) {
    private static Side median(List<Side> rounds) {
      return new Side(
          median(rounds, Side::rate), median(rounds, Side::p50), median(rounds, Side::p99));
    }

    private static double median(List<Side> rounds, ToDoubleFunction<Side> value) {
      return Measurement.median(rounds.stream().mapToDouble(value).toArray());
    }
  }

  /**
   * Medians over rounds.
   *
   * @param step the call of a step
   * @param echo the bare stream
   * @param loop the function alone
   * @param records of a lot
   */
  public record Comparison(String name, Side step, Side echo, Side loop, int records) {
    /** What the bridge adds to each lot, in milliseconds: as fast as lots come. */
    public double bridge() {
      return Math.max(0, lot(step) - lot(loop));
    }

    /** What a function takes for a lot, in milliseconds, beside which the bridge is a tenth. */
    public double tenfold() {
      return bridge() * (1 - SHARE) / SHARE;
    }

    private double lot(Side side) {
      return records / side.rate() * 1e3;
    }

    public List<Figure> figures() {
      return List.of(
          Figure.rate(name, step.rate(), "records/s", echo.rate()),
          Figure.cost(name + "/p50", step.p50(), "ms", echo.p50()),
          Figure.cost(name + "/p99", step.p99(), "ms", echo.p99()),
          Figure.rate(name + "/loop", step.rate(), "records/s", loop.rate()),
          Figure.cost(name + "/loop-p50", step.p50(), "ms", loop.p50()),
          Figure.cost(name + "/loop-p99", step.p99(), "ms", loop.p99()),
          Figure.cost(name + "/tenth", tenfold(), "ms", lot(loop)));
    }
  }

  /** The names of the cases: the size of a lot, and how many are under way. */
  public static List<String> names() {
    return List.of("ray/64k/1", "ray/64k/8", "ray/1m/1", "ray/1m/8");
  }

  /** Runs all rounds of a case. */
  public Comparison compare(String name, Progress progress)
      throws IOException, InterruptedException {
    String[] parts = name.split("/");
    Lot lot = LOTS.get(parts[1]);
    int inFlight = Integer.parseInt(parts[2]);
    List<Side> step = new ArrayList<>();
    List<Side> echo = new ArrayList<>();
    List<Side> loop = new ArrayList<>();
    Comparison soFar = null;
    // The first round is for the compiler, and not counted.
    for (int round = 0; round <= settings.rounds(); round++) {
      Side ours = step(lot, inFlight);
      Side theirs = echo(lot, inFlight);
      Side alone = PythonLoop.run(build, root().resolve(FOLDER), ENTRYPOINT, lot, settings);
      if (round > 0) {
        step.add(ours);
        echo.add(theirs);
        loop.add(alone);
        soFar =
            new Comparison(
                name, Side.median(step), Side.median(echo), Side.median(loop), lot.rows());
        progress.round(round, soFar);
      }
    }
    return soFar;
  }

  private Side step(Lot lot, int inFlight) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(settings.folder(), "round-");
    PythonFunction function = PythonFunction.in(root().resolve(FOLDER), ENTRYPOINT);
    try (LocalWorker worker = LocalWorker.start(build, folder, List.of("*"));
        StageClient client =
            function.open(
                new StageSettings(
                    "bench",
                    0,
                    function.document().block(),
                    function.artifact(),
                    Lot.SCHEMA,
                    Lot.SCHEMA,
                    PATIENCE,
                    PATIENCE,
                    Map.of("cats.ray.workers", worker.uri().toString())),
                new StageMonitor() {})) {
      return Round.of(settings, lot.rows(), inFlight, () -> client.call(lot.batch()));
    } finally {
      FileUtils.deleteDirectory(folder.toFile());
    }
  }

  private Side echo(Lot lot, int inFlight) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(settings.folder(), "round-");
    try (PythonProcess server = PythonProcess.start(build, folder, List.of("echo"));
        EchoStream stream = new EchoStream(server.await("LISTENING "), lot)) {
      return Round.of(settings, lot.rows(), inFlight, stream::call);
    } finally {
      FileUtils.deleteDirectory(folder.toFile());
    }
  }

  static Path root() {
    return Path.of(System.getProperty("cats.root", "."));
  }
}
