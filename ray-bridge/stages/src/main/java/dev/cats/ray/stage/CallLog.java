package dev.cats.ray.stage;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * What a function prints and logs during one call, in the thread of the call, up to 64 KiB: what is
 * printed is INFO, to {@code System.err} WARN, and what goes to {@code java.util.logging} has its
 * own level.
 */
final class CallLog {
  static final int MAX_BYTES = 64 << 10;

  private static final ThreadLocal<CallLog> CURRENT = new ThreadLocal<>();

  private final List<Line> lines = new ArrayList<>();
  private final Map<String, ByteArrayOutputStream> open = new HashMap<>();
  private int bytes;

  /**
   * @param level DEBUG, INFO, WARN or ERROR
   */
  record Line(String level, String text) {}

  private CallLog() {}

  /** Has what this process prints and logs go through here. Done once. */
  static void install() {
    System.setOut(new PrintStream(new Printed(System.out, "INFO"), true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(new Printed(System.err, "WARN"), true, StandardCharsets.UTF_8));
    Logger root = Logger.getLogger("");
    for (Handler each : root.getHandlers()) {
      root.removeHandler(each);
    }
    root.addHandler(new Logged());
  }

  /** From now on this thread's lines are kept. */
  static CallLog begin() {
    CallLog log = new CallLog();
    CURRENT.set(log);
    return log;
  }

  List<Line> end() {
    CURRENT.remove();
    open.forEach(
        (level, rest) -> {
          if (rest.size() > 0) {
            lines.add(new Line(level, rest.toString(StandardCharsets.UTF_8)));
          }
        });
    return lines;
  }

  private void print(String level, int value) {
    ByteArrayOutputStream line = open.computeIfAbsent(level, each -> new ByteArrayOutputStream());
    if (!counts(1)) {
      return;
    }
    if (value == '\n') {
      lines.add(new Line(level, line.toString(StandardCharsets.UTF_8)));
      line.reset();
    } else {
      line.write(value);
    }
  }

  private void add(String level, String text) {
    if (counts(text.length())) {
      lines.add(new Line(level, text));
    }
  }

  /** Whether there is room for so much more; says so once if there is not. */
  private boolean counts(int more) {
    if (bytes > MAX_BYTES) {
      return false;
    }
    bytes += more;
    if (bytes > MAX_BYTES) {
      lines.add(
          new Line("WARN", "(cut: a call keeps %d bytes of its output)".formatted(MAX_BYTES)));
      return false;
    }
    return true;
  }

  /** Stands for a stream of this process; outside of a call it is that stream. */
  private static final class Printed extends OutputStream {
    private final PrintStream stream;
    private final String level;

    Printed(PrintStream stream, String level) {
      this.stream = stream;
      this.level = level;
    }

    @Override
    public void write(int value) {
      CallLog log = CURRENT.get();
      if (log == null) {
        stream.write(value);
      } else {
        log.print(level, value);
      }
    }

    @Override
    public void flush() {
      stream.flush();
    }
  }

  private static final class Logged extends Handler {
    private final SimpleFormatter formatter = new SimpleFormatter();

    @Override
    public void publish(LogRecord logged) {
      CallLog log = CURRENT.get();
      if (log != null && logged.getLevel().intValue() >= Level.INFO.intValue()) {
        log.add(level(logged.getLevel()), formatter.formatMessage(logged));
      }
    }

    private static String level(Level level) {
      if (level.intValue() >= Level.SEVERE.intValue()) {
        return "ERROR";
      }
      return level.intValue() >= Level.WARNING.intValue() ? "WARN" : "INFO";
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
