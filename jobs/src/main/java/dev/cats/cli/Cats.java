package dev.cats.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line of CATs on Flink, and the main class of the job jar.
 *
 * <p>Every command exits with 0 when all is well, 1 when it found something wrong, and 2 when it
 * was asked wrongly or the environment does not let it work. What goes wrong becomes a message in
 * one place, {@link Failures}; a command just throws.
 *
 * <p>To add a command, write a class with {@link Command} in this package and name it below.
 */
@Command(
    name = "cats",
    mixinStandardHelpOptions = true,
    description =
        "Runs data initiatives on Flink whose every step is recorded, and answers what came from what.",
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      LogCommand.class,
      ShowCommand.class,
      TraceCommand.class,
      VerifyCommand.class,
      ExportCommand.class,
      ImportCommand.class,
      FetchCommand.class,
      PublishCommand.class,
      PruneCommand.class,
      ProduceCommand.class,
      UpCommand.class,
      DownCommand.class,
      DoctorCommand.class,
      BenchCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  ./cats demo                a real week of earthquakes, in under a minute",
      "  ./cats log                 what is in the store, newest first",
      "  ./cats trace CID           the history behind a BOM or a lot",
      "  ./cats show CID            any document, any lot's records",
      "  ./cats verify HEAD         fetch, hash and check everything",
      "  ./cats export CID --car F  all that is behind a CID in one file; ./cats import F takes it in",
      "  ./cats fetch CID --from S  all that is behind a CID, or an output's records, from another store",
      "  ./cats publish             all of the store to a node of IPFS, for anybody to fetch",
      "  ./cats prune --keep 100    let go of what only older manifests need",
      "  ./cats produce FILE …      send a file to a Kafka topic as events",
      "  ./cats bench               what provenance costs on this machine",
      "  ./cats up kafka            a Kafka broker on this machine; ./cats down ends it",
      "  ./cats up kubo             a node of IPFS on this machine",
      "  ./cats doctor              what works here, and what to do about the rest",
      "  ./cats trace --help        each command explains itself by example",
      "",
      "Exit codes: 0 fine, 1 found wrong, 2 usage or environment."
    })
public final class Cats implements Runnable {

  @Spec private CommandSpec spec;

  private Cats() {}

  /**
   * Runs one command. Ends the JVM with its exit code, except inside a Flink cluster, which must
   * live on.
   */
  public static void main(String[] args) {
    int code = execute(args);
    if (Cats.class.getClassLoader() == ClassLoader.getSystemClassLoader()) {
      System.exit(code);
    } else if (code != 0) {
      throw new IllegalStateException(
          "Cannot run cats " + String.join(" ", List.of(args)) + ": exit code " + code);
    }
  }

  private static int execute(String... args) {
    CommandLine line = commandLine();
    try {
      return line.execute(args);
    } catch (Error e) { // picocli hands over exceptions only
      return Failures.report(e, line.getErr());
    }
  }

  /** The whole command line, ready to execute; tests give it writers of their own. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Cats());
    line.setExecutionExceptionHandler(Failures::onException);
    line.setParameterExceptionHandler(Failures::onUsage);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpWidth(110);
    line.setUsageHelpAutoWidth(false);
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing: which command?");
  }
}
