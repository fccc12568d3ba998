package dev.cats.bench;

import dev.cats.stage.StageMonitor;

/** Nobody looks at a stage while it is measured. */
record Unwatched() implements StageMonitor {
  @Override
  public void sent(long bytes) {}

  @Override
  public void received(long bytes, long functionNanos) {}

  @Override
  public void retried() {}

  @Override
  public void reconnected() {}

  @Override
  public void said(String from, String level, String line) {}
}
