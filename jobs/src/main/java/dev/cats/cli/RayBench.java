package dev.cats.cli;

import dev.cats.bench.Figure;
import dev.cats.bench.RayCalls;
import dev.cats.bench.RayCalls.Comparison;
import dev.cats.bench.Settings;
import dev.cats.ray.local.RayBuild;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** The part of {@code cats bench} that calls a Python function on a worker of its own. */
final class RayBench {
  private final Settings settings;
  private final BenchProgress progress;

  RayBench(Settings settings, PrintWriter err) {
    this.settings = settings;
    this.progress = new BenchProgress(err);
  }

  /** Installs what workers run on where that was not done yet; says what is missing for it. */
  static RayBuild installed(PrintWriter err) throws InterruptedException {
    RayBuild build = RayBuild.of(Path.of(System.getProperty("cats.root", ".")));
    new BenchProgress(err).of(build::build);
    return build;
  }

  /**
   * Runs cases and says what they found.
   *
   * @param text hears of it in words
   * @param figures hears of it in numbers
   */
  void run(RayBuild build, List<String> cases, Consumer<String> text, Consumer<Figure> figures)
      throws IOException, InterruptedException {
    RayCalls calls = new RayCalls(settings, build);
    for (String name : cases) {
      Comparison comparison =
          calls.compare(
              name, (round, soFar) -> progress.round(round, settings.rounds(), text(soFar)));
      text.accept(text(comparison));
      text.accept(
          String.format(
              Locale.ROOT,
              "%-10s the bridge takes %.2f ms of a lot: less than a tenth of a step whose function takes %.1f ms or more",
              "",
              comparison.bridge(),
              comparison.tenfold()));
      comparison.figures().forEach(figures);
    }
  }

  private static String text(Comparison one) {
    return String.format(
        Locale.ROOT,
        "%-10s function %,11.0f records/s   echo %,9.0f records/s p50 %6.2f p99 %6.2f ms   step %,9.0f records/s p50 %6.2f p99 %6.2f ms   ratio %.2f to echo",
        one.name(),
        one.loop().rate(),
        one.echo().rate(),
        one.echo().p50(),
        one.echo().p99(),
        one.step().rate(),
        one.step().p50(),
        one.step().p99(),
        one.step().rate() / one.echo().rate());
  }
}
