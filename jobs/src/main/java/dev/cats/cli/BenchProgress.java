package dev.cats.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;

/** What {@code cats bench} says while it works. */
record BenchProgress(PrintWriter err) {

  /** Builds or installs what is to be measured, unless that is done, and says how it goes. */
  interface Preparation<T> {
    T prepared(Consumer<String> progress) throws IOException, InterruptedException;
  }

  void say(String format, Object... values) {
    err.printf(Locale.ROOT, format + "%n", values);
    err.flush();
  }

  void round(int round, int rounds, String soFar) {
    say("  round %d of %d: %s", round, rounds, soFar);
  }

  /** Says what is missing where it cannot be prepared. */
  <T> T of(Preparation<T> preparation) throws InterruptedException {
    try {
      return preparation.prepared(line -> say("%s", line));
    } catch (IOException e) {
      String[] said = e.getMessage().split("\n", 2);
      throw Failure.usage(said[0], said.length > 1 ? said[1] : "See ./cats doctor", e);
    }
  }
}
