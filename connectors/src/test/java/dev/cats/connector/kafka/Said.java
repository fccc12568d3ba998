package dev.cats.connector.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** What was logged while this is open, of one level and above. */
public final class Said extends AbstractAppender implements AutoCloseable {
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
  private final Map<LoggerConfig, Level> before = new HashMap<>();

  /** Listens to whoever is not silenced in tests. */
  Said(Level level) {
    super("said", null, null, false, Property.EMPTY_ARRAY);
    start();
    LoggerConfig root = context.getConfiguration().getRootLogger();
    before.put(root, root.getLevel());
    root.addAppender(this, level, null);
    if (level.isLessSpecificThan(root.getLevel())) {
      root.setLevel(level);
    }
    context.updateLoggers();
  }

  /** Listens to everybody. */
  public static Said everything(Level level) {
    Said said = new Said(level);
    for (LoggerConfig logger : said.context.getConfiguration().getLoggers().values()) {
      said.before.putIfAbsent(logger, logger.getLevel());
      logger.setLevel(level);
    }
    said.context.updateLoggers();
    return said;
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

  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** Those that contain this text. */
  public List<String> about(String text) {
    return lines.stream().filter(line -> line.contains(text)).toList();
  }

  @Override
  public void close() {
    context.getConfiguration().getRootLogger().removeAppender("said");
    before.forEach(LoggerConfig::setLevel);
    context.updateLoggers();
    stop();
  }
}
