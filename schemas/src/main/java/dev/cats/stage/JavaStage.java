package dev.cats.stage;

import java.util.List;

/**
 * A function in Java that runs outside the job's own processes, on a batch of records at a time.
 * Both types are classes that Avro generates. It has a constructor without arguments, is made once
 * in each process that runs it, and is called by several threads; it is called again with the same
 * batch after a failure, so it should depend on nothing else and change nothing outside.
 */
public interface JavaStage<IN, OUT> {
  /** What it makes of a batch: as many records or fewer or more, or none. */
  List<OUT> apply(List<IN> batch) throws Exception;
}
