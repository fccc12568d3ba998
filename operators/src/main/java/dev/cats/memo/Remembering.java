package dev.cats.memo;

import dev.cats.bom.Determinism;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.stage.ForwardingStageFunction;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageFunction;
import dev.cats.stage.StageMonitor;
import dev.cats.stage.StageSettings;
import java.io.IOException;
import java.net.URI;

/**
 * A stage function that is not called with what it was called with before: see the package.
 *
 * @param store where its lots were committed, as URI
 */
public record Remembering(StageFunction function, String store) implements ForwardingStageFunction {

  /**
   * @throws IllegalArgumentException if the function does not promise the same bytes again
   */
  public static Remembering of(String step, StageFunction function, URI store) {
    Determinism promise = function.document().determinism();
    if (promise != Determinism.BITWISE) {
      throw new IllegalArgumentException(
          "Cannot take results of step %s from the store: expected a function that promises the same bytes again (bitwise), found one that promises %s; say so where it is made, as with deterministic() of a PythonFunction, or leave the step out of cats.stage.memo"
              .formatted(step, promise.code()));
    }
    return new Remembering(function, store.toString());
  }

  @Override
  public StageClient open(StageSettings settings, StageMonitor monitor) throws IOException {
    BlockStore blocks = BlockStores.open(URI.create(store));
    try {
      Memo memo = Memo.of(blocks, settings, isRowwise());
      return new RememberingClient(function.open(settings, monitor), memo, settings, monitor);
    } catch (IOException | RuntimeException e) {
      blocks.close();
      throw e;
    }
  }
}
