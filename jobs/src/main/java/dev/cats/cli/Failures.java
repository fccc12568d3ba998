package dev.cats.cli;

import dev.cats.connector.ipfs.IpnsException;
import dev.cats.content.CorruptBlockException;
import dev.cats.content.DecodeException;
import dev.cats.content.StoreLockedException;
import dev.cats.lineage.MissingBlockException;
import dev.cats.lineage.UnreadableBlockException;
import dev.cats.lot.StageFailedException;
import dev.cats.retention.DamagedHistoryException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.client.program.ProgramInvocationException;
import org.apache.flink.runtime.client.JobExecutionException;
import org.apache.flink.util.SerializedThrowable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one place where what went wrong becomes a message and an exit code. */
final class Failures {
  private static final int MAX_LINES = 12;

  /** How many lines of a long message from Python's traceback on are the last ones. */
  private static final int LAST_LINES = 8;

  private static final String TRACEBACK = "Traceback (most recent call last):";
  private static final int MAX_WIDTH = 400;
  private static final Pattern FLINKS_SETTING =
      Pattern.compile("Could not parse value '(.*)' for key '(.*)'\\.", Pattern.DOTALL);
  private static final Pattern OURS = Pattern.compile("Cannot |Invalid |Step ");

  private Failures() {}

  /** Whatever a command threw. */
  static int onException(Exception thrown, CommandLine line, ParseResult parsed) {
    return report(thrown, line.getErr());
  }

  /** Says what is wrong and answers with the exit code. */
  static int report(Throwable thrown, PrintWriter err) {
    Throwable cause = unwrapped(thrown);
    err.println(onScreen("cats: " + message(cause)));
    if (debug(System.getenv())) {
      thrown.printStackTrace(err);
    }
    err.flush();
    return exitCode(cause);
  }

  /** What is at the bottom of it, in a line. */
  static String reason(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String said = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    return onScreen(said.lines().findFirst().orElse(""));
  }

  /** A command line that picocli cannot make sense of. */
  static int onUsage(ParameterException thrown, String[] arguments) {
    CommandLine line = thrown.getCommandLine();
    PrintWriter err = line.getErr();
    err.println(onScreen("cats: " + thrown.getMessage()));
    if (!UnmatchedArgumentException.printSuggestions(thrown, err)) {
      err.println("Try: ./" + line.getCommandSpec().qualifiedName() + " --help");
    }
    err.flush();
    return Failure.USAGE;
  }

  static boolean debug(Map<String, String> environment) {
    return !environment.getOrDefault("CATS_DEBUG", "").isEmpty();
  }

  /**
   * The exception that knows what is wrong, behind those that only carry it. Flink wraps what an
   * operator threw several times over, partly as text; ours is the innermost that says what cannot
   * be done, but for a function on Ray: what is behind that does not know the step.
   */
  private static Throwable unwrapped(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof UncheckedIOException || cause.getClass() == RuntimeException.class)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof JobExecutionException || cause instanceof ProgramInvocationException) {
      Throwable innermost = cause;
      for (Throwable at = cause; at != null; at = at.getCause()) {
        if (at.getMessage() != null && OURS.matcher(at.getMessage()).lookingAt()) {
          innermost = at;
        }
        if (isOfStage(at)) {
          break;
        }
      }
      return innermost;
    }
    return cause;
  }

  private static boolean isOfStage(Throwable thrown) {
    return thrown instanceof StageFailedException
        || (thrown instanceof SerializedThrowable text
            && text.getOriginalErrorClassName().equals(StageFailedException.class.getName()));
  }

  private static String message(Throwable cause) {
    if (cause instanceof StoreLockedException) {
      return cause.getMessage()
          + "\nWait for that run to end, or give this one another store with --store.";
    }
    if (cause instanceof MissingBlockException missing && missing.pruned()) {
      return cause.getMessage()
          + "\nFrom a store that still has it: ./cats fetch %s --from STORE"
              .formatted(missing.cid());
    }
    if (cause instanceof CorruptBlockException
        || cause instanceof MissingBlockException
        || cause instanceof UnreadableBlockException) {
      return cause.getMessage() + "\nTo list everything that is wrong: ./cats verify HEAD";
    }
    if (cause instanceof AccessDeniedException denied) {
      return "Cannot read or write %s: access denied\nIt belongs to someone else; see ls -l."
          .formatted(denied.getFile());
    }
    if (cause instanceof FileSystemException file && file.getReason() == null) {
      return "Cannot read or write %s: %s"
          .formatted(file.getFile(), file.getClass().getSimpleName());
    }
    if (cause instanceof OutOfMemoryError) {
      return "Cannot go on: out of memory.\nGive the JVM more: CATS_JAVA_OPTS=-Xmx2g ./cats …";
    }
    if (cause instanceof JobExecutionException || cause instanceof ProgramInvocationException) {
      Throwable root = cause;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      return "Cannot finish the run: "
          + (root.getMessage() == null ? root.getClass().getName() : root)
          + "\nWhat was committed before stays. The log has the details: "
          + System.getProperty("cats.log", "see log4j's configuration");
    }
    if (cause.getMessage() != null && OURS.matcher(cause.getMessage()).lookingAt()) {
      return cause.getMessage();
    }
    if (cause instanceof Failure
        || cause instanceof IOException
        || cause instanceof DecodeException) {
      return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
    if (cause instanceof IllegalArgumentException && cause.getMessage() != null) {
      Matcher setting = FLINKS_SETTING.matcher(cause.getMessage());
      return setting.matches()
          ? "Invalid %s: found %s%s"
              .formatted(
                  setting.group(2),
                  setting.group(1),
                  cause.getCause() == null || cause.getCause().getMessage() == null
                      ? ""
                      : " (" + cause.getCause().getMessage() + ")")
          : cause.getMessage();
    }
    return "Cannot go on: "
        + cause
        + "\nThis is a mistake in the program. CATS_DEBUG=1 ./cats … shows where it happened.";
  }

  private static int exitCode(Throwable cause) {
    if (cause instanceof Failure failure) {
      return failure.exitCode();
    }
    if (cause instanceof MissingBlockException missing && missing.pruned()) {
      return Failure.USAGE;
    }
    boolean found =
        (cause instanceof IpnsException name && name.why() == IpnsException.Why.WRONG)
            || cause instanceof CorruptBlockException
            || cause instanceof MissingBlockException
            || cause instanceof UnreadableBlockException
            || cause instanceof DamagedHistoryException
            || cause instanceof DecodeException;
    return found ? Failure.FOUND_WRONG : Failure.USAGE;
  }

  /** A message that fits on a screen, whatever it quotes. */
  static String onScreen(String message) {
    List<String> lines = withoutFrames(message.lines().toList());
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(lines.size(), MAX_LINES); i++) {
      String each = lines.get(i);
      text.append(i == 0 ? "" : System.lineSeparator());
      text.append(each.length() <= MAX_WIDTH ? each : each.substring(0, MAX_WIDTH) + "…");
    }
    if (lines.size() > MAX_LINES) {
      text.append(System.lineSeparator())
          .append("… and ")
          .append(lines.size() - MAX_LINES)
          .append(" lines more");
    }
    return text.toString();
  }

  /** Python says at the end of a traceback what is wrong, and where. */
  private static List<String> withoutFrames(List<String> lines) {
    int traceback = lines.indexOf(TRACEBACK);
    int last = lines.size() - LAST_LINES;
    if (traceback < 0 || traceback > MAX_LINES - LAST_LINES - 2 || last <= traceback + 2) {
      return lines;
    }
    List<String> some = new ArrayList<>(lines.subList(0, traceback + 1));
    some.add("  … %d lines, which the log has".formatted(last - traceback - 1));
    some.addAll(lines.subList(last, lines.size()));
    return some;
  }
}
