package dev.cats.cli;

import dev.cats.content.BlockStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that asks a store something and answers with an exit code. */
abstract class StoreCommand implements Callable<Integer> {
  static final int FINE = 0;

  @Spec private CommandSpec spec;

  @Mixin private StoreOption where = new StoreOption();

  @Option(names = "--json", description = "Answer in JSON, for programs.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    try (BlockStore store = open()) {
      return ask(store);
    } finally {
      out().flush();
    }
  }

  /** The store to ask. */
  BlockStore open() throws IOException {
    return where.open();
  }

  /** Returns the exit code. */
  abstract int ask(BlockStore store) throws IOException;

  StoreOption where() {
    return where;
  }

  boolean json() {
    return json;
  }

  /** For answers. */
  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** For progress and messages. */
  PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** {@code 1,707 records}, {@code 1 record}. */
  static String count(long number, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
  }

  static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }
}
