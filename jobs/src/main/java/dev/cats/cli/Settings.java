package dev.cats.cli;

import dev.cats.egress.EgressOptions;
import dev.cats.lot.LotOptions;
import dev.cats.lot.StageOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

/**
 * The settings given with {@code -D}, looked at before anything starts. A mistyped name of ours
 * would otherwise do nothing, silently; Flink's own are Flink's to judge.
 */
final class Settings {
  private static final String OURS = "cats.";

  /** Each with what it expects. */
  static final Map<ConfigOption<?>, String> KNOWN = new LinkedHashMap<>();

  static {
    KNOWN.put(LotOptions.RECORDS, "a whole number, 1 or more");
    KNOWN.put(LotOptions.BYTES, "a size up to 1mb, such as 512kb");
    KNOWN.put(LotOptions.MAX_AGE, "a duration such as 500ms, or 0");
    KNOWN.put(LotOptions.SCOPE, "step or exchange");
    KNOWN.put(LotOptions.STORE, "all or ends");
    KNOWN.put(LotOptions.SEGMENT_BYTES, "a size such as 64mb");
    KNOWN.put(StageOptions.IN_FLIGHT, "a whole number, 1 or more");
    KNOWN.put(StageOptions.TIMEOUT, "a duration such as 1min");
    KNOWN.put(StageOptions.PATIENCE, "a duration such as 5min, or 0");
    KNOWN.put(StageOptions.MEMO, "names of steps on Ray, or all");
    KNOWN.put(StageOptions.GATEWAY, "a URI such as http://127.0.0.1:24800");
    KNOWN.put(StageOptions.WORKERS, "URIs such as grpc://127.0.0.1:24801");
    KNOWN.put(StageOptions.JAVA, "a URI such as grpc://127.0.0.1:24802");
    KNOWN.put(EgressOptions.NODE_KEY, "the path of a key file");
    KNOWN.put(EgressOptions.LINEAGE_LOG, "a URI such as kafka://127.0.0.1:9092/TOPIC");
    KNOWN.put(EgressOptions.MIRROR, "a URI such as kubo://127.0.0.1:5001/NAME");
    KNOWN.put(EgressOptions.MIRROR_IN_FLIGHT, "a whole number, 1 to 64");
    KNOWN.put(EgressOptions.MIRROR_BACKLOG, "a size such as 1gb");
    KNOWN.put(EgressOptions.MIRROR_PINS, "none, direct or recursive");
    KNOWN.put(EgressOptions.MIRROR_NAME, "the name of a key of the node");
    KNOWN.put(EgressOptions.MIRROR_AT_END, "a duration such as 10min, or 0");
  }

  private Settings() {}

  static void check(Map<String, String> given) {
    given.forEach(
        (key, value) -> {
          if (key.equals(EgressOptions.STORE.key())) {
            throw Failure.usage(
                "Invalid -D " + key + ": the store is an argument of its own",
                "Try: --store " + value);
          }
          if (key.startsWith(OURS)) {
            checkOurs(key, value);
          }
        });
  }

  private static void checkOurs(String key, String value) {
    for (Map.Entry<ConfigOption<?>, String> known : KNOWN.entrySet()) {
      if (known.getKey().key().equals(key)) {
        checkValue(known.getKey(), known.getValue(), value);
        return;
      }
    }
    StringBuilder all = new StringBuilder();
    KNOWN.forEach(
        (option, expected) -> all.append(String.format("%n  %-21s  %s", option.key(), expected)));
    throw Failure.usage("Invalid -D " + key + ": there is no such setting", "There are:" + all);
  }

  private static void checkValue(ConfigOption<?> option, String expected, String value) {
    Configuration one = new Configuration();
    one.setString(option.key(), value);
    try {
      one.getOptional(option);
    } catch (IllegalArgumentException e) {
      throw Failure.usage(
          "Invalid " + option.key() + ": expected " + expected + ", found " + value,
          "What it is for: ./cats run --help",
          e);
    }
  }
}
