package dev.cats.stage;

/** Who watches a stage, as far as it wants to. Called from any thread. */
public interface StageMonitor {
  /** A call went out, with so many bytes. */
  default void sent(long bytes) {}

  /** It came back, with so many bytes, after so long in the function itself. */
  default void received(long bytes, long functionNanos) {}

  /** A call was not made, as what it would give is known. */
  default void remembered() {}

  /** A call is made again. */
  default void retried() {}

  /** A worker is reached again, or another one. */
  default void reconnected() {}

  /** A line that the function printed or logged while it worked on these records. */
  default void said(String from, String level, String line) {}
}
