package dev.cats.stage;

import dev.cats.bom.Function;
import dev.cats.content.Block;
import java.util.List;
import org.apache.avro.Schema;

/** Another function, but for how it is called. */
public interface ForwardingStageFunction extends StageFunction {
  /** The other one. */
  StageFunction function();

  @Override
  default Function document() {
    return function().document();
  }

  @Override
  default List<Block> artifact() {
    return function().artifact();
  }

  @Override
  default void check(Schema input, Schema output) {
    function().check(input, output);
  }

  @Override
  default boolean isRowwise() {
    return function().isRowwise();
  }

  @Override
  default boolean rejectsFailures() {
    return function().rejectsFailures();
  }
}
