package dev.cats.stage;

import dev.cats.bom.Function;
import dev.cats.content.Block;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.avro.Schema;

/** A function that runs outside the job's own processes, on a batch of records at a time. */
public interface StageFunction extends Serializable {
  /** The function as a BOM names it, without what the step adds: its key, its window. */
  Function document();

  /** The blocks behind what the document links to: its artifact, and files among its arguments. */
  List<Block> artifact();

  /**
   * Refuses records that cannot cross.
   *
   * @throws IllegalArgumentException with the field and its type
   */
  void check(Schema input, Schema output);

  /** Whether output i is made of input i alone, and there are as many of both. */
  boolean isRowwise();

  /** Whether records of a batch that the function fails on are refused, and the job goes on. */
  boolean rejectsFailures();

  /** Connects one subtask. */
  StageClient open(StageSettings settings, StageMonitor monitor) throws IOException;
}
