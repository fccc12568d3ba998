package dev.cats.cluster;

import dev.cats.content.Cid;
import dev.cats.stage.ForwardingStageFunction;
import dev.cats.stage.Records;
import dev.cats.stage.StageBatch;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageFunction;
import dev.cats.stage.StageMonitor;
import dev.cats.stage.StageSettings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Another function, of which the ids of all batches are written down that its clients are given.
 */
record RecordedFunction(String run, StageFunction function) implements ForwardingStageFunction {
  private static final Map<String, List<List<Cid>>> SENT = new ConcurrentHashMap<>();

  /** By attempt of the run, which has one subtask. */
  static List<List<Cid>> sent(String run) {
    return SENT.getOrDefault(run, List.of());
  }

  static void forget(String run) {
    SENT.remove(run);
  }

  @Override
  public StageClient open(StageSettings settings, StageMonitor monitor) throws IOException {
    List<Cid> ids = new CopyOnWriteArrayList<>();
    SENT.computeIfAbsent(run, each -> new CopyOnWriteArrayList<>()).add(ids);
    return new Recording(ids, function.open(settings, monitor));
  }

  private record Recording(List<Cid> ids, StageClient client) implements StageClient {
    @Override
    public CompletableFuture<Records> call(StageBatch batch) {
      ids.add(batch.id());
      return client.call(batch);
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
