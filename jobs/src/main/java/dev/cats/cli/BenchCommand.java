package dev.cats.cli;

import dev.cats.bench.Figure;
import dev.cats.bench.KafkaReads;
import dev.cats.bench.KuboWrites;
import dev.cats.bench.Pipelines;
import dev.cats.bench.Pipelines.Comparison;
import dev.cats.bench.PlainType;
import dev.cats.bench.RayCalls;
import dev.cats.bench.Settings;
import dev.cats.ray.local.RayBuild;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.annotation.Nullable;
import org.apache.flink.util.FileUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cats bench}: what provenance costs on this machine. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures what provenance costs: runs one pipeline with and without it, in turn, in one process, and prints",
      "records per second and CPU time per record of both, and the ratio of the rates (1.00 is free).",
      "The figures are medians over the rounds."
    },
    footer = {
      "",
      "Examples:",
      "  ./cats bench                                   all cases: half an hour on a quiet machine",
      "  ./cats bench --case keyed/exchange             only this one",
      "  ./cats bench --rounds 2 --seconds 3            a first look; the figures are noise",
      "  ./cats bench --plain codec                     against a plain job with as fast a codec",
      "  ./cats bench --json                            a JSON object per case:",
      "    {\"case\",\"value\",\"unit\",\"baseline\",\"ratio\"}, value with and baseline without provenance",
      "  ./cats bench --kafka                           events from a Kafka broker into committed lots",
      "  ./cats bench --kafka --case kafka/memory --events 10000000",
      "  ./cats bench --kubo                            blocks of a job into a Kubo node",
      "  ./cats bench --ray                             lots through a Python function on a worker",
      "",
      "Cases: chain (generator, map, map), keyed (map, keyBy, a RocksDB read and write per record), windowed (map,",
      "keyBy, event-time windows of 100 records); each with lots per step and lots per exchange.",
      "With --kafka: kafka/source (events of 200 bytes from a broker on this machine into committed lots, beside a plain",
      "job that throws them away), kafka/files (beside one that writes them to Avro files by Flink's file sink) and, if",
      "named, kafka/memory (the topic once, traced: memory in use after a collection at the start, in the middle and at",
      "the end). CPU time is that of this process + that of the broker.",
      "With --kubo: kubo/job (MB/s of archives, from a job's first record until HEAD of a node that follows it names its",
      "last manifest), kubo/pinned (the same, pinned) and kubo/catch-up (a folder that is there already), each beside",
      "Kubo's own ipfs dag import of the same archives into a second fresh node.",
      "With --ray: ray/64k/1, ray/64k/8, ray/1m/1, ray/1m/8 (calls of a step with lots of 64 KiB or 1 MiB of columns,",
      "1 or 8 under way), beside a bare stream of Arrow Flight that echoes the same bytes and beside the function in a",
      "loop in Python; and how long a function has to take for the bridge to be less than a tenth of its step.",
      "",
      "Exit codes: 0 measured, 2 it could not be."
    })
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--case",
      paramLabel = "NAME",
      arity = "1..*",
      description = "Only these cases: chain/step, chain/exchange, keyed/step, …")
  private List<String> cases = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How often each side of a case is measured. Default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "10",
      description = "How long one measurement takes. Default: ${DEFAULT-VALUE}")
  private int seconds;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "2",
      description = "Subtasks per operator. Default: ${DEFAULT-VALUE}")
  private int parallelism;

  @Option(
      names = "--plain",
      paramLabel = "TYPE",
      defaultValue = "pojo",
      description = {
        "What the job without provenance writes its records with: pojo, Flink's own serializer, or codec,",
        "the same as the job with provenance. Default: ${DEFAULT-VALUE}"
      })
  private PlainType plain;

  @Option(
      names = "--kafka",
      description = {
        "Reads events from a Kafka broker of its own, a process that is started for this and ended; needs its jars:",
        "mvn -q -pl connectors/kafka-broker clean package"
      })
  private boolean kafka;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "6000000",
      description =
          "With --kafka: how many events the topic is filled with. A round ends when they are read. Default:"
              + " ${DEFAULT-VALUE}")
  private long events;

  @Option(
      names = "--kubo",
      description = {
        "Writes to a Kubo node of its own, a process that is started for this and ended. The first time on a machine",
        "builds it with Go, which takes 5 to 20 minutes."
      })
  private boolean kubo;

  @Option(
      names = "--ray",
      description = {
        "Calls a Python function on a worker of its own, a process that is started for this and ended. The first time",
        "on a machine installs what it runs on with Python, about 160 MB."
      })
  private boolean ray;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      defaultValue = "4",
      description = "With --kubo: segments sent at the same time. Default: ${DEFAULT-VALUE}")
  private int inFlight;

  @Option(
      names = "--store",
      paramLabel = "DIR",
      description = {
        "A folder for the stores and checkpoints of the rounds, each deleted after its round; up to 10 GB.",
        "Default: a new folder among the temporary files."
      })
  private Path store;

  @Option(names = "--json", description = "Answer in JSON, for programs.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> asked =
        Stream.of(kafka ? "--kafka" : "", kubo ? "--kubo" : "", ray ? "--ray" : "")
            .filter(option -> !option.isEmpty())
            .toList();
    if (asked.size() > 1) {
      throw Failure.usage(
          "Cannot measure " + String.join(" and ", asked) + " at once", "Try: " + asked.get(1));
    }
    List<String> known = known();
    for (String name : cases) {
      if (!known.contains(name)) {
        throw Failure.usage(
            "Invalid --case: there is no case "
                + name
                + (asked.isEmpty() ? "" : " with " + asked.get(0)),
            "Expected some of: " + String.join(" ", known));
      }
    }
    if (kafka) {
      KafkaBench.check();
    }
    Path binary = kubo ? KuboBench.binary(spec.commandLine().getErr()) : null;
    RayBuild workers = ray ? RayBench.installed(spec.commandLine().getErr()) : null;
    boolean temporary = store == null;
    Path folder = temporary ? Files.createTempDirectory("cats-bench-") : store;
    Thread cleaning = new Thread(() -> delete(folder));
    if (temporary) {
      // For those who press Ctrl-C: a round leaves gigabytes.
      Runtime.getRuntime().addShutdownHook(cleaning);
    } else {
      Files.createDirectories(folder);
    }
    try {
      Settings settings = new Settings(rounds, seconds, parallelism, folder, plain);
      if (kafka) {
        new KafkaBench(settings, events, spec.commandLine().getErr())
            .run(
                cases.isEmpty() ? List.of(KafkaReads.SOURCE, KafkaReads.FILES) : cases,
                text -> print(json ? null : text),
                figure -> print(json ? line(figure) : null));
        return 0;
      }
      if (kubo) {
        new KuboBench(settings, inFlight, spec.commandLine().getErr())
            .run(
                binary,
                cases.isEmpty() ? KuboWrites.names() : cases,
                text -> print(json ? null : text),
                figure -> print(json ? line(figure) : null));
        return 0;
      }
      if (ray) {
        new RayBench(settings, spec.commandLine().getErr())
            .run(
                workers,
                cases.isEmpty() ? RayCalls.names() : cases,
                text -> print(json ? null : text),
                figure -> print(json ? line(figure) : null));
        return 0;
      }
      Pipelines pipelines = new Pipelines(settings, this::say);
      for (String name : cases.isEmpty() ? Pipelines.names() : cases) {
        Comparison comparison = pipelines.run(name);
        print(json ? line(comparison.figure()) : text(comparison));
      }
      return 0;
    } finally {
      if (temporary) {
        delete(folder);
        Runtime.getRuntime().removeShutdownHook(cleaning);
      }
    }
  }

  private List<String> known() {
    if (kafka) {
      return KafkaReads.names();
    }
    if (kubo) {
      return KuboWrites.names();
    }
    return ray ? RayCalls.names() : Pipelines.names();
  }

  private void print(@Nullable String line) {
    if (line != null) {
      out().println(line);
      out().flush();
    }
  }

  private static void delete(Path folder) {
    FileUtils.deleteDirectoryQuietly(folder.toFile());
  }

  private void say(String name, int round, Comparison soFar) {
    PrintWriter err = spec.commandLine().getErr();
    err.printf(Locale.ROOT, "  round %d of %d: %s%n", round, rounds, text(soFar));
    err.flush();
  }

  private static String text(Comparison one) {
    return String.format(
        Locale.ROOT,
        "%-17s plain %,11.0f records/s %6.2f µs   traced %,11.0f records/s %6.2f µs   ratio %.2f (CPU %.2f)",
        one.name(),
        one.plain(),
        one.plainCpu(),
        one.traced(),
        one.tracedCpu(),
        one.traced() / one.plain(),
        one.plainCpu() / one.tracedCpu());
  }

  private static String line(Figure figure) {
    return Json.object(
        json -> {
          json.writeStringField("case", figure.name());
          json.writeNumberField("value", rounded(figure.value()));
          json.writeStringField("unit", figure.unit());
          json.writeNumberField("baseline", rounded(figure.baseline()));
          if (figure.ratio().isPresent()) {
            json.writeNumberField("ratio", rounded(figure.ratio().getAsDouble(), 4));
          }
        });
  }

  private static BigDecimal rounded(double value) {
    return rounded(value, value < 100 ? 3 : 1);
  }

  private static BigDecimal rounded(double value, int digits) {
    return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
