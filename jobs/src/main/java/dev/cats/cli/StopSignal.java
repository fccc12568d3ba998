package dev.cats.cli;

import java.io.Closeable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C, or another polite request to end (SIGINT, SIGTERM): the command finishes what it has
 * begun and reports, for which it has ten seconds.
 */
final class StopSignal implements Closeable {
  private static final long PATIENCE_SECONDS = 10;

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stop, "cats-stop");
  private volatile boolean stopped;
  private volatile boolean fine;

  private StopSignal() {}

  static StopSignal install() {
    StopSignal signal = new StopSignal();
    Runtime.getRuntime().addShutdownHook(signal.hook);
    return signal;
  }

  private void stop() {
    stopped = true;
    try {
      if (ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS) && fine) {
        Runtime.getRuntime().halt(0);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  boolean isStopped() {
    return stopped;
  }

  /**
   * The command has come to its end.
   *
   * @param stopping whether to be stopped is how it should end, and so no failure
   */
  void done(boolean stopping) {
    fine = stopping;
  }

  @Override
  public void close() {
    ended.countDown();
    if (!stopped) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
