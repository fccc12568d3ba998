package dev.cats.connector.kafka;

import java.io.Serializable;
import java.util.Objects;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;

/**
 * The brokers that a client talks to, and the settings it connects with.
 *
 * <p>The settings may hold passwords and keys: they are handed to Kafka's own clients and shown to
 * nobody, so what is printed of this is where the brokers are.
 */
final class Brokers implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Settings that are for us and nothing to Kafka's clients. */
  private static final String OURS = "cats.";

  private static final String ADDRESS = "(\\[[0-9a-fA-F:.%]+]|[^\\s,;:/@\\[\\]]+):\\d{1,5}";
  private static final Pattern ADDRESSES = Pattern.compile(ADDRESS + "(\\s*,\\s*" + ADDRESS + ")*");

  private final String bootstrap;
  private final Properties settings;

  /**
   * @param bootstrap {@code HOST:PORT}, or several with commas between; it wins over one among the
   *     settings
   */
  Brokers(String bootstrap, Properties settings) {
    Objects.requireNonNull(bootstrap, "bootstrap");
    checkAddress(bootstrap);
    this.bootstrap = bootstrap.strip();
    this.settings = copy(settings);
    this.settings.keySet().removeIf(key -> key.toString().startsWith(OURS));
    this.settings.setProperty(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, this.bootstrap);
  }

  static void checkAddress(String bootstrap) {
    if (ADDRESSES.matcher(bootstrap.strip()).matches()) {
      return;
    }
    int user = bootstrap.lastIndexOf('@'); // and a password, which is for no message
    throw new IllegalArgumentException(
        "Invalid Kafka address: expected HOST:PORT[,HOST:PORT…], found '"
            + bootstrap.substring(user + 1)
            + "'"
            + (user < 0
                ? ""
                : " after a user's name; give user and password in the client's settings"
                    + " (sasl.jaas.config)"));
  }

  /** All of these, and the defaults behind them, as texts. */
  static Properties copy(Properties properties) {
    Properties copy = new Properties();
    properties.forEach((key, value) -> copy.put(String.valueOf(key), String.valueOf(value)));
    properties.stringPropertyNames().forEach(key -> copy.put(key, properties.getProperty(key)));
    return copy;
  }

  /** A copy of all settings. */
  Properties settings() {
    return copy(settings);
  }

  /** The same brokers, with a setting that is ours to make unless the user made it. */
  Brokers withDefault(String key, String value) {
    Properties all = settings();
    all.putIfAbsent(key, value);
    return new Brokers(bootstrap, all);
  }

  /**
   * The same brokers, with a setting that has to be so.
   *
   * @param why what another value would break
   */
  Brokers with(String key, String value, String why) {
    String found = settings.getProperty(key);
    if (found != null && !found.equals(value)) {
      throw new IllegalArgumentException(
          "Invalid Kafka setting " + key + ": expected " + value + ", found " + found + "; " + why);
    }
    return withDefault(key, value);
  }

  /** A client that asks and creates; the caller closes it. */
  Admin admin() {
    return Admin.create(settings());
  }

  @Override
  public String toString() {
    return bootstrap;
  }
}
