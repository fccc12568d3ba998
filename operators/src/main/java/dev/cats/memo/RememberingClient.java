package dev.cats.memo;

import dev.cats.stage.Records;
import dev.cats.stage.StageBatch;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageMonitor;
import dev.cats.stage.StageSettings;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Looks a batch up before it calls; in a thread of its own, as a store may be far away. */
final class RememberingClient implements StageClient {
  private static final long END_SECONDS = 5;

  private final StageClient calls;
  private final Memo memo;
  private final StageMonitor monitor;
  private final ExecutorService lookups;

  RememberingClient(StageClient calls, Memo memo, StageSettings settings, StageMonitor monitor) {
    this.calls = calls;
    this.memo = memo;
    this.monitor = monitor;
    this.lookups =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread =
                  new Thread(task, "stage-" + settings.step() + "-" + settings.subtask() + "-memo");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public CompletableFuture<Records> call(StageBatch batch) {
    return CompletableFuture.supplyAsync(() -> memo.recall(batch.records()), lookups)
        .thenCompose(known -> known.map(this::remembered).orElseGet(() -> calls.call(batch)));
  }

  private CompletableFuture<Records> remembered(Records records) {
    monitor.remembered();
    return CompletableFuture.completedFuture(records);
  }

  @Override
  public void close() {
    lookups.shutdownNow();
    try {
      var unused = lookups.awaitTermination(END_SECONDS, TimeUnit.SECONDS); // the store is in use
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    calls.close();
    memo.close();
  }
}
