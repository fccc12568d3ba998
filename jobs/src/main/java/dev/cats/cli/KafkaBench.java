package dev.cats.cli;

import dev.cats.bench.Figure;
import dev.cats.bench.Footprint;
import dev.cats.bench.KafkaReads;
import dev.cats.bench.KafkaReads.Comparison;
import dev.cats.bench.Settings;
import dev.cats.connector.kafka.LocalBroker;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** The part of {@code cats bench} that reads events from a Kafka broker of its own. */
final class KafkaBench implements KafkaReads.Progress {
  private static final double MEBI = 1 << 20;

  private final Settings settings;
  private final long events;
  private final BenchProgress progress;

  KafkaBench(Settings settings, long events, PrintWriter err) {
    this.settings = settings;
    this.events = events;
    this.progress = new BenchProgress(err);
  }

  /** Fails where the broker's jars are not built, before anything else is done. */
  static void check() {
    try {
      LocalBroker.checkJars(jars());
    } catch (IOException e) {
      String[] said = e.getMessage().split("\n", 2);
      throw Failure.usage(said[0], said[1], e);
    }
  }

  private static Path jars() {
    return LocalBroker.jars(Path.of(System.getProperty("cats.root", ".")));
  }

  /**
   * Runs cases and says what they found.
   *
   * @param text hears of it in words
   * @param figures hears of it in numbers
   */
  void run(List<String> cases, Consumer<String> text, Consumer<Figure> figures)
      throws IOException, InterruptedException {
    try (KafkaReads reads = KafkaReads.of(settings, jars(), events, this)) {
      for (String name : cases) {
        if (name.equals(KafkaReads.MEMORY)) {
          List<Footprint> looks = reads.remember(this);
          looks.forEach(look -> text.accept(text(look)));
          figures(looks).forEach(figures);
        } else {
          Comparison comparison = reads.compare(name, this);
          text.accept(text(comparison));
          comparison.figures().forEach(figures);
        }
      }
    }
  }

  @Override
  public void filled(long sent, long all) {
    progress.say("  %,d of %,d events are in the topic", sent, all);
  }

  @Override
  public void round(int round, Comparison soFar) {
    progress.round(round, settings.rounds(), text(soFar));
  }

  @Override
  public void looked(Footprint footprint) {
    progress.say("  %s", text(footprint));
  }

  private static String text(Comparison one) {
    return String.format(
        Locale.ROOT,
        "%-12s  plain %,9.0f events/s %5.2f + %.2f µs   traced %,9.0f events/s %5.2f + %.2f µs   ratio %.2f (CPU %.2f)",
        one.name(),
        one.plain(),
        one.plainCpu(),
        one.plainBroker(),
        one.traced(),
        one.tracedCpu(),
        one.tracedBroker(),
        one.traced() / one.plain(),
        one.plainCpu() / one.tracedCpu());
  }

  private static String text(Footprint look) {
    return String.format(
        Locale.ROOT,
        "%s  after %,12d events: heap %.1f MiB%s",
        KafkaReads.MEMORY,
        look.records(),
        look.heap() / MEBI,
        look.resident().isPresent()
            ? String.format(Locale.ROOT, ", process %.1f MiB", look.resident().getAsLong() / MEBI)
            : "");
  }

  /** At the end, compared to the start. */
  private static List<Figure> figures(List<Footprint> looks) {
    Footprint first = looks.get(0);
    Footprint last = looks.get(looks.size() - 1);
    List<Figure> figures = new ArrayList<>();
    figures.add(
        Figure.cost(KafkaReads.MEMORY + "/heap", last.heap() / MEBI, "MiB", first.heap() / MEBI));
    if (first.resident().isPresent() && last.resident().isPresent()) {
      figures.add(
          Figure.cost(
              KafkaReads.MEMORY + "/process",
              last.resident().getAsLong() / MEBI,
              "MiB",
              first.resident().getAsLong() / MEBI));
    }
    return figures;
  }
}
