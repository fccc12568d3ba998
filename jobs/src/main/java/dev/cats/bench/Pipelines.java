package dev.cats.bench;

import dev.cats.bench.Meter.Rate;
import dev.cats.egress.EgressOptions;
import dev.cats.initiative.DataInitiative;
import dev.cats.lot.LotOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.FileUtils;

/**
 * What provenance costs: the same pipelines with and without it, in records per second and CPU time
 * per record.
 *
 * <p>Objects are reused on both sides. Otherwise the plain side would copy each record from
 * operator to operator, which the traced side has no need of, and would look slower than it is.
 */
public final class Pipelines {
  private final Settings settings;
  private final Progress progress;

  public Pipelines(Settings settings, Progress progress) {
    this.settings = settings;
    this.progress = progress;
  }

  /** Hears of every round as soon as it is over. */
  public interface Progress {
    void round(String name, int round, Comparison soFar);
  }

  /** Medians over rounds: records per second, and microseconds of CPU time per record. */
  public record Comparison(
      String name, double plain, double plainCpu, double traced, double tracedCpu) {

    public Figure figure() {
      return Figure.rate(name, traced, "records/s", plain);
    }

    private static Comparison of(String name, List<Rate> plain, List<Rate> traced) {
      return new Comparison(
          name,
          Measurement.median(plain.stream().mapToDouble(Rate::perSecond).toArray()),
          Measurement.median(plain.stream().mapToDouble(Rate::cpuMicros).toArray()),
          Measurement.median(traced.stream().mapToDouble(Rate::perSecond).toArray()),
          Measurement.median(traced.stream().mapToDouble(Rate::cpuMicros).toArray()));
    }
  }

  /** The names of the cases, in the order in which they run. */
  public static List<String> names() {
    return Pipeline.all().stream().map(Pipeline::name).toList();
  }

  /** Runs all rounds of one case. */
  public Comparison run(String name) throws IOException, InterruptedException {
    Pipeline pipeline =
        Pipeline.all().stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "Invalid case: expected one of %s, found %s"
                            .formatted(String.join(", ", names()), name)));
    List<Rate> plain = new ArrayList<>();
    List<Rate> traced = new ArrayList<>();
    try (Cluster cluster = Cluster.start(settings.parallelism())) {
      // A round that is not counted, for the compiler.
      measure(pipeline, cluster, false);
      measure(pipeline, cluster, true);
      for (int round = 1; round <= settings.rounds(); round++) {
        plain.add(measure(pipeline, cluster, false));
        traced.add(measure(pipeline, cluster, true));
        progress.round(name, round, Comparison.of(name, plain, traced));
      }
    }
    return Comparison.of(name, plain, traced);
  }

  private Rate measure(Pipeline pipeline, Cluster cluster, boolean traced)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(settings.folder(), "round-");
    try {
      Measurement measurement = new Measurement(settings, Long.MAX_VALUE, () -> 0);
      Configuration config = measurement.configuration(folder);
      StreamExecutionEnvironment env = cluster.environment(config);
      Meter.start();
      if (traced) {
        config.set(EgressOptions.STORE, folder.resolve("store").toString());
        config.set(LotOptions.SCOPE, pipeline.scope());
        DataInitiative initiative = DataInitiative.on(env, "bench", config);
        pipeline.traced(initiative, settings.parallelism());
        return measurement.of(initiative.executeAsync());
      }
      pipeline.plain(env, settings.plainType());
      return measurement.of(env.executeAsync("bench"));
    } catch (IOException | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw Measurement.failed(e);
    } finally {
      Meter.stop();
      FileUtils.deleteDirectory(folder.toFile());
    }
  }
}
