package dev.cats.lot;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.stage.StageFunction;
import java.io.Serializable;

/**
 * A stage function as a step calls it.
 *
 * @param step the name of the step
 * @param document the function as BOMs name it, with what the step adds to it; dag-cbor
 */
@SuppressWarnings("ArrayRecordComponent") // java.io serializes it; its CID is its identity
public record StageSpec<IN, OUT>(
    String step,
    StageFunction function,
    byte[] document,
    Class<IN> input,
    Class<OUT> output,
    StageOptions options)
    implements Serializable {

  public static <IN, OUT> StageSpec<IN, OUT> of(
      String step,
      StageFunction function,
      Block document,
      Class<IN> input,
      Class<OUT> output,
      StageOptions options) {
    return new StageSpec<>(step, function, document.bytes().toArray(), input, output, options);
  }

  Block block() {
    return Block.of(Cid.DAG_CBOR, Bytes.wrap(document));
  }
}
