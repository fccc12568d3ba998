package dev.cats.connector.kafka;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What was logged while this is open, of one level and above. */
final class Said extends AbstractAppender implements AutoCloseable {
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
  private final Level level;
  private final Level before;

  Said(Level level) {
    super("said", null, null, false, Property.EMPTY_ARRAY);
    this.level = level;
    start();
    var root = context.getConfiguration().getRootLogger();
    before = root.getLevel();
    root.addAppender(this, level, null);
    if (level.isLessSpecificThan(before)) {
      root.setLevel(level);
    }
    context.updateLoggers();
  }

  @Override
  public void append(LogEvent event) {
    String thrown = event.getThrown() == null ? "" : " " + event.getThrown();
    lines.add(
        event.getLevel()
            + " "
            + event.getLoggerName()
            + " "
            + event.getMessage().getFormattedMessage()
            + thrown);
  }

  List<String> lines() {
    return List.copyOf(lines);
  }

  /** Those that contain this text. */
  List<String> about(String text) {
    return lines.stream().filter(line -> line.contains(text)).toList();
  }

  @Override
  public void close() {
    var root = context.getConfiguration().getRootLogger();
    root.removeAppender("said");
    root.setLevel(before);
    context.updateLoggers();
    stop();
  }

  @Override
  public String toString() {
    return level + " and above: " + lines;
  }
}
