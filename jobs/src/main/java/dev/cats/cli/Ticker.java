package dev.cats.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.Supplier;

/** Says how far something is, every two seconds: what is done sooner says nothing. */
final class Ticker {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final PrintWriter err;
  private long due = System.nanoTime() + PATIENCE.toNanos();

  Ticker(PrintWriter err) {
    this.err = err;
  }

  /** Prints a line if it is time to. */
  void at(Supplier<String> line) {
    long now = System.nanoTime();
    if (now - due >= 0) {
      due = now + PATIENCE.toNanos();
      err.println("  " + line.get());
      err.flush();
    }
  }
}
