package dev.cats.bench;

import dev.cats.bench.Meter.Rate;
import dev.cats.bench.Meter.Reading;
import dev.cats.egress.EgressOptions;
import dev.cats.initiative.DataInitiative;
import dev.cats.lot.LotOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.FileUtils;

/**
 * What provenance costs: the same pipelines with and without it, in records per second and CPU time
 * per record.
 *
 * <p>Objects are reused on both sides. Otherwise the plain side would copy each record from
 * operator to operator, which the traced side has no need of, and would look slower than it is.
 */
public final class Pipelines {
  private static final Duration CHECKPOINTS = Duration.ofSeconds(3);
  private static final long PATIENCE_SECONDS = 60;

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
      return new Figure(name, traced, "records/s", OptionalDouble.of(plain));
    }

    private static Comparison of(String name, List<Rate> plain, List<Rate> traced) {
      return new Comparison(
          name,
          median(plain.stream().mapToDouble(Rate::perSecond).toArray()),
          median(plain.stream().mapToDouble(Rate::cpuMicros).toArray()),
          median(traced.stream().mapToDouble(Rate::perSecond).toArray()),
          median(traced.stream().mapToDouble(Rate::cpuMicros).toArray()));
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
      Configuration config = configuration(folder);
      StreamExecutionEnvironment env = cluster.environment(config);
      Meter.start();
      if (traced) {
        config.set(EgressOptions.STORE, folder.resolve("store").toString());
        config.set(LotOptions.SCOPE, pipeline.scope());
        DataInitiative initiative = DataInitiative.on(env, "bench", config);
        pipeline.traced(initiative, settings.parallelism());
        return measure(initiative.executeAsync());
      }
      pipeline.plain(env, settings.plainType());
      return measure(env.executeAsync("bench"));
    } catch (IOException | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw failed(e);
    } finally {
      Meter.stop();
      FileUtils.deleteDirectory(folder.toFile());
    }
  }

  private Configuration configuration(Path folder) {
    Configuration config = new Configuration();
    config.set(
        org.apache.flink.configuration.CoreOptions.DEFAULT_PARALLELISM, settings.parallelism());
    config.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINTS);
    config.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        folder.resolve("checkpoints").toUri().toString());
    config.set(PipelineOptions.OBJECT_REUSE, true);
    config.set(PipelineOptions.GENERIC_TYPES, false);
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    return config;
  }

  private Rate measure(JobClient job) throws IOException, InterruptedException {
    CompletableFuture<JobExecutionResult> end = job.getJobExecutionResult();
    boolean over = false;
    try {
      for (double waited = 0; Meter.read().records() == 0; waited += 0.05) {
        if (waited > PATIENCE_SECONDS) {
          throw new IOException(
              "Cannot benchmark: no record came in " + PATIENCE_SECONDS + " seconds");
        }
        await(end, 0.05);
      }
      await(end, settings.warmUpSeconds());
      Reading before = Meter.read();
      await(end, settings.seconds());
      Rate rate = before.until(Meter.read());
      Meter.stop();
      end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      over = true;
      return rate;
    } catch (ExecutionException e) {
      over = true;
      throw failed(e);
    } catch (TimeoutException e) {
      throw new IOException(
          "Cannot benchmark: the job did not end within " + PATIENCE_SECONDS + " seconds", e);
    } finally {
      if (!over) {
        job.cancel().exceptionally(refused -> null).join();
        end.exceptionally(cancelled -> null).join();
      }
    }
  }

  /** Lets so much time pass while the job runs. */
  private static void await(CompletableFuture<?> end, double seconds)
      throws IOException, InterruptedException, ExecutionException {
    try {
      end.get((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return;
    }
    throw new IOException("Cannot benchmark: the job ended too early");
  }

  private static IOException failed(Exception e) {
    Throwable root = ExceptionUtils.stripExecutionException(e);
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new IOException("Cannot benchmark: the job failed: " + root.getMessage(), e);
  }

  static double median(double... values) {
    double[] sorted = values.clone();
    java.util.Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
