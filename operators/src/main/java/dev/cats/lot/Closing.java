package dev.cats.lot;

import javax.annotation.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closing what a task holds. Flink takes a failure to close a task that has failed already for
 * fatal, and ends the TaskManager with all that runs in it; and what a disk or a server refused
 * before, it most likely refuses again. By then nothing hangs on it: what counts was sealed and
 * synced, what was not is garbage.
 */
public final class Closing {
  private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

  private Closing() {}

  /** Closes them in this order; what cannot be closed is logged. */
  public static void quietly(@Nullable AutoCloseable... each) {
    for (AutoCloseable one : each) {
      try {
        if (one != null) {
          one.close();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("Left open: {}", e.getMessage(), e);
      }
    }
  }
}
