package dev.cats.cli;

import dev.cats.initiative.DataInitiative;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.util.ExceptionUtils;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Runs a pipeline that has no end of its own until Ctrl-C or a polite kill (SIGINT, SIGTERM): then
 * the job takes a savepoint, commits what it covers, and ends.
 *
 * <p>The signals are taken over, and not waited for in a shutdown hook, because Flink has such
 * hooks as well, which would take its files away under the savepoint. A second signal ends the
 * process at once; nothing is lost then either, for the last checkpoint is kept.
 */
final class UntilStopped {
  private static final int AT_ONCE = 130;

  private UntilStopped() {}

  static void run(DataInitiative initiative, PrintWriter err) throws Exception {
    CompletableFuture<Void> stop = new CompletableFuture<>();
    SignalHandler handler =
        signal -> {
          if (!stop.complete(null)) {
            Runtime.getRuntime().halt(AT_ONCE);
          }
        };
    SignalHandler interrupt = Signal.handle(new Signal("INT"), handler);
    SignalHandler terminate = Signal.handle(new Signal("TERM"), handler);
    try {
      run(initiative.executeAsync(), stop, err);
    } finally {
      Signal.handle(new Signal("INT"), interrupt);
      Signal.handle(new Signal("TERM"), terminate);
    }
  }

  private static void run(JobClient job, CompletableFuture<Void> stop, PrintWriter err)
      throws Exception {
    CompletableFuture<?> end = job.getJobExecutionResult();
    say(err, "Running until Ctrl-C");
    try {
      CompletableFuture.anyOf(end, stop).get();
      if (end.isDone()) {
        end.get();
        return;
      }
      say(err, "Stopping with a savepoint");
      String savepoint = savepoint(job, end, err);
      end.get();
      say(err, "Stopped; the next run goes on from " + savepoint);
    } catch (ExecutionException e) {
      throw ExceptionUtils.stripExecutionException(e) instanceof Exception cause ? cause : e;
    }
  }

  /**
   * Tries again while the job starts or restarts: only a running one can take a savepoint. What
   * keeps it from that is said, each reason once; a second Ctrl-C ends the process all the same.
   */
  private static String savepoint(JobClient job, CompletableFuture<?> end, PrintWriter err)
      throws Exception {
    Set<String> said = new HashSet<>();
    while (true) {
      try {
        return job.stopWithSavepoint(false, null, SavepointFormatType.CANONICAL).get();
      } catch (ExecutionException e) {
        try {
          end.get(1, TimeUnit.SECONDS);
        } catch (TimeoutException stillThere) {
          String reason = Failures.reason(e);
          if (said.add(reason)) {
            say(
                err,
                "Cannot take a savepoint yet: %s\nTrying again; Ctrl-C ends without one, and the next run goes on from the last checkpoint"
                    .formatted(reason));
          }
          continue;
        }
        throw e;
      }
    }
  }

  private static void say(PrintWriter err, String line) {
    err.println(line);
    err.flush();
  }
}
