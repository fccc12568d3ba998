package dev.cats.lot;

import java.io.Serializable;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;

/**
 * How stage functions are called.
 *
 * @param options those of who runs them, {@code cats.ray.*}, as they are
 */
public record StageOptions(
    int inFlight, Duration timeout, Duration patience, Map<String, String> options)
    implements Serializable {
  private static final String OF_RAY = "cats.ray.";

  public static final ConfigOption<Integer> IN_FLIGHT =
      ConfigOptions.key("cats.stage.in-flight")
          .intType()
          .defaultValue(4)
          .withDescription(
              "How many batches a subtask has sent to a stage function at most and not got back;"
                  + " then it takes no more records in.");

  public static final ConfigOption<Duration> TIMEOUT =
      ConfigOptions.key("cats.stage.timeout")
          .durationType()
          .defaultValue(Duration.ofMinutes(1))
          .withDescription(
              "How long a stage function may take for one batch; its worker is ended after that, and"
                  + " the batch has failed.");

  public static final ConfigOption<Duration> PATIENCE =
      ConfigOptions.key("cats.stage.patience")
          .durationType()
          .defaultValue(Duration.ofMinutes(5))
          .withDescription(
              "How long workers that are away are waited for, before the job fails and is restarted"
                  + " by Flink.");

  public static final ConfigOption<List<String>> MEMO =
      ConfigOptions.key("cats.stage.memo")
          .stringType()
          .asList()
          .noDefaultValue()
          .withDescription(
              "The steps on Ray, several apart by semicolons, or all, whose functions are not called"
                  + " with records that they were called with in a run that was committed: the lot is"
                  + " taken from the store. Only for functions that promise the same bytes.");

  public static final ConfigOption<String> GATEWAY =
      ConfigOptions.key("cats.ray.gateway")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Who knows the workers that run stage functions: the address of the gateway of a Ray"
                  + " cluster, such as http://127.0.0.1:24800.");

  public static final ConfigOption<String> WORKERS =
      ConfigOptions.key("cats.ray.workers")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "The workers themselves, where no gateway looks after them, such as"
                  + " grpc://127.0.0.1:24801; several apart by commas.");

  public static final ConfigOption<String> JAVA =
      ConfigOptions.key("cats.ray.java")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Who runs stage functions in Java: the address of a gateway in Ray's LOCAL mode, such"
                  + " as grpc://127.0.0.1:24802.");

  public StageOptions {
    options = Map.copyOf(options);
    if (inFlight < 1) {
      throw new IllegalArgumentException(
          "Invalid " + IN_FLIGHT.key() + ": expected 1 or more, found " + inFlight);
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "Invalid " + TIMEOUT.key() + ": expected more than 0, found " + timeout);
    }
    if (patience.isNegative()) {
      throw new IllegalArgumentException(
          "Invalid " + PATIENCE.key() + ": expected 0 or more, found " + patience);
    }
  }

  public static StageOptions of(Configuration config) {
    Map<String, String> ofRay = new HashMap<>(config.toMap());
    ofRay.keySet().removeIf(key -> !key.startsWith(OF_RAY));
    return new StageOptions(
        config.get(IN_FLIGHT), config.get(TIMEOUT), config.get(PATIENCE), ofRay);
  }
}
