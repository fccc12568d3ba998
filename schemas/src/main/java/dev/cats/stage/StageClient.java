package dev.cats.stage;

import java.util.concurrent.CompletableFuture;

/** One subtask's way to those who run a stage function. */
public interface StageClient extends AutoCloseable {
  /**
   * Calls the function. Calls may overlap, and are answered in any order. Who is away is waited for
   * here, as long as the settings allow, and nowhere else.
   *
   * @return what it made, or a {@link StageException}
   */
  CompletableFuture<Records> call(StageBatch batch);

  /** Gives up all calls that are under way. */
  @Override
  void close();
}
