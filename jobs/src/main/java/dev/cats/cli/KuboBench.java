package dev.cats.cli;

import dev.cats.bench.Figure;
import dev.cats.bench.KuboWrites;
import dev.cats.bench.KuboWrites.Comparison;
import dev.cats.bench.Settings;
import dev.cats.connector.ipfs.KuboBuild;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** The part of {@code cats bench} that writes to Kubo nodes of its own. */
final class KuboBench {
  private final Settings settings;
  private final int inFlight;
  private final BenchProgress progress;

  KuboBench(Settings settings, int inFlight, PrintWriter err) {
    this.settings = settings;
    this.inFlight = inFlight;
    this.progress = new BenchProgress(err);
  }

  /** Builds Kubo where that was not done yet; says what is missing where it cannot be. */
  static Path binary(PrintWriter err) throws InterruptedException {
    return new BenchProgress(err)
        .of(KuboBuild.of(Path.of(System.getProperty("cats.root", ".")))::build);
  }

  /**
   * Runs cases and says what they found.
   *
   * @param text hears of it in words
   * @param figures hears of it in numbers
   */
  void run(Path kubo, List<String> cases, Consumer<String> text, Consumer<Figure> figures)
      throws IOException, InterruptedException {
    KuboWrites writes = new KuboWrites(settings, kubo, inFlight);
    for (String name : cases) {
      Comparison comparison =
          writes.compare(
              name, (round, soFar) -> progress.round(round, settings.rounds(), text(soFar)));
      text.accept(text(comparison));
      comparison.figures().forEach(figures);
    }
  }

  private static String text(Comparison one) {
    return String.format(
        Locale.ROOT,
        "%-13s  ipfs dag import %6.1f MB/s %5.1f + %.1f ms/MB   ours %6.1f MB/s %5.1f + %.1f ms/MB   ratio %.2f   (%,.0f MB a round)",
        one.name(),
        one.command().rate(),
        one.command().cpu(),
        one.command().nodeCpu(),
        one.ours().rate(),
        one.ours().cpu(),
        one.ours().nodeCpu(),
        one.ours().rate() / one.command().rate(),
        one.bytes() / 1e6);
  }
}
