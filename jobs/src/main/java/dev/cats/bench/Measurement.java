package dev.cats.bench;

import dev.cats.bench.Meter.Rate;
import dev.cats.bench.Meter.Reading;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.util.ExceptionUtils;

/**
 * One job, measured for a while once it is warm, and then ended by its sources.
 *
 * @param most how many records the job may count before its measurement is over early: those of a
 *     source that has an end
 * @param besideNanos CPU time of another process that works for this one, nanoseconds
 */
record Measurement(Settings settings, long most, LongSupplier besideNanos) {
  private static final Duration CHECKPOINTS = Duration.ofSeconds(3);
  private static final long PATIENCE_SECONDS = 60;
  private static final double STEP_SECONDS = 0.05;

  /** Of the records that may be counted, at most the fourth part is for warming up. */
  private static final int WARM_UP_SHARE = 4;

  /** What both sides of a comparison have in common. */
  Configuration configuration(Path folder) {
    Configuration config = new Configuration();
    config.set(CoreOptions.DEFAULT_PARALLELISM, settings.parallelism());
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

  Rate of(JobClient job) throws IOException, InterruptedException {
    CompletableFuture<JobExecutionResult> end = job.getJobExecutionResult();
    boolean over = false;
    try {
      awaitFirst(end);
      await(end, settings.warmUpSeconds(), most / WARM_UP_SHARE);
      Reading before = Meter.read(besideNanos);
      await(end, settings.seconds(), most);
      Rate rate = before.until(Meter.read(besideNanos));
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
        cancel(job, end);
      }
    }
  }

  static void cancel(JobClient job, CompletableFuture<JobExecutionResult> end) {
    job.cancel().exceptionally(refused -> null).join();
    end.exceptionally(cancelled -> null).join();
  }

  /** Lets time pass until the sources have counted something. */
  static void awaitFirst(CompletableFuture<?> end)
      throws IOException, InterruptedException, ExecutionException {
    for (double waited = 0; Meter.records() == 0; waited += STEP_SECONDS) {
      if (waited > PATIENCE_SECONDS) {
        throw new IOException(
            "Cannot benchmark: no record came in " + PATIENCE_SECONDS + " seconds");
      }
      step(end, STEP_SECONDS);
    }
  }

  /** Lets so much time pass while the job runs, or less where it has counted so many. */
  private static void await(CompletableFuture<?> end, double seconds, long most)
      throws IOException, InterruptedException, ExecutionException {
    long until = System.nanoTime() + (long) (seconds * 1e9);
    for (long left = until - System.nanoTime();
        left > 0 && Meter.records() < most;
        left = until - System.nanoTime()) {
      step(end, Math.min(STEP_SECONDS, left / 1e9));
    }
  }

  /** Lets so much time pass; the job must not end meanwhile. */
  static void step(CompletableFuture<?> end, double seconds)
      throws IOException, InterruptedException, ExecutionException {
    try {
      end.get((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return;
    }
    throw new IOException("Cannot benchmark: the job ended too early");
  }

  static IOException failed(Exception e) {
    Throwable root = ExceptionUtils.stripExecutionException(e);
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new IOException("Cannot benchmark: the job failed: " + root.getMessage(), e);
  }

  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
