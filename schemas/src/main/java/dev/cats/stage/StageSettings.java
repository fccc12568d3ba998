package dev.cats.stage;

import dev.cats.content.Block;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * What a subtask is told to connect with.
 *
 * @param step its name
 * @param subtask its number, from 0
 * @param function the document as BOMs name it
 * @param artifact the blocks behind its artifact, the root last
 * @param timeout how long one call of the function may take
 * @param patience how long workers that are away are waited for
 * @param options the job's {@code cats.ray.*} options
 */
public record StageSettings(
    String step,
    int subtask,
    Block function,
    List<Block> artifact,
    Schema input,
    Schema output,
    Duration timeout,
    Duration patience,
    Map<String, String> options) {
  public StageSettings {
    artifact = List.copyOf(artifact);
    options = Map.copyOf(options);
  }

  /** The same with these options. */
  public StageSettings with(Map<String, String> others) {
    return new StageSettings(
        step, subtask, function, artifact, input, output, timeout, patience, others);
  }
}
