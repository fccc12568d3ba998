package dev.cats.cli;

import dev.cats.connector.ipfs.FileSystemPlugins;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.IllegalConfigurationException;

/**
 * Flink's file systems for object stores in this process, loaded when one is named first: plugins
 * from {@code FLINK_PLUGINS_DIR} or from where {@code connectors/file-systems} puts them, settings
 * from the {@code config.yaml} of {@code FLINK_CONF_DIR}.
 */
final class FlinkFiles {
  /**
   * Where nothing else is set. Flink's defaults keep a question to a store that is away waiting for
   * many minutes; and blocks are read in no order.
   */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "s3.attempts.maximum", "4",
          "s3.retry.limit", "4",
          "s3.retry.interval", "200ms",
          "s3.experimental.input.fadvise", "random");

  /** It says on the console that it is old, and that it would like a list of MIME types. */
  private static final Logger CLIENT = Logger.getLogger("com.amazonaws");

  private FlinkFiles() {}

  /**
   * Loads them if one of these texts names an object store that is not known yet, or these settings
   * say how to reach one.
   */
  static void use(Map<String, String> settings, String... texts) throws IOException {
    boolean named = Stream.of(texts).anyMatch(FileSystemPlugins::areMissingFor);
    boolean set = settings.keySet().stream().anyMatch(FileSystemPlugins::isSetting);
    if (!named && !set) {
      return;
    }
    CLIENT.setLevel(Level.SEVERE);
    Configuration all = Configuration.fromMap(DEFAULTS);
    String conf = System.getenv("FLINK_CONF_DIR");
    if (conf != null) {
      try {
        all.addAll(GlobalConfiguration.loadConfiguration(conf));
      } catch (IllegalConfigurationException e) {
        throw Failure.usage(
            "Cannot read the configuration of Flink in %s: %s".formatted(conf, e.getMessage()),
            "Let FLINK_CONF_DIR name a folder with a config.yaml in it, or unset it.",
            e);
      }
    }
    all.addAll(Configuration.fromMap(settings));
    String plugins = System.getenv("FLINK_PLUGINS_DIR");
    FileSystemPlugins.load(
        plugins == null
            ? FileSystemPlugins.folder(Path.of(System.getProperty("cats.root", ".")))
            : Path.of(plugins),
        all);
  }
}
