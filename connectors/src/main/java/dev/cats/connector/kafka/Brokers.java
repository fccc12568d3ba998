package dev.cats.connector.kafka;

import java.io.Serializable;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;

/**
 * The brokers that a client talks to, and the settings it connects with.
 *
 * <p>The settings may hold passwords and keys: they are handed to Kafka's own clients and shown to
 * nobody, so what is printed of this is where the brokers are, and, to whoever has to grant a
 * right, the user's name.
 */
final class Brokers implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Settings that are for us and nothing to Kafka's clients. */
  private static final String OURS = "cats.";

  private static final String NOBODY = "User:ANONYMOUS";

  /** Of a token it is an id, and the user is whom that was issued to. */
  private static final Pattern USER =
      Pattern.compile("^(?!.*tokenauth).*\\busername=\"([^\"\\\\]+)\"", Pattern.DOTALL);

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

  /**
   * Whom the brokers take a client for, unless they have rules of their own: the user that it logs
   * in as, or nobody. Nothing where only the brokers know, as of the subject of a certificate.
   */
  static Optional<String> principal(Properties settings) {
    String protocol =
        settings.getProperty(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, "PLAINTEXT");
    boolean certificate =
        settings.containsKey(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG)
            || settings.containsKey(SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG);
    return switch (protocol.toUpperCase(Locale.ROOT)) {
      case "PLAINTEXT" -> Optional.of(NOBODY);
      case "SSL" -> certificate ? Optional.empty() : Optional.of(NOBODY);
      default -> user(settings);
    };
  }

  /** The user of a login by name and password, which is the only one that the settings name. */
  private static Optional<String> user(Properties settings) {
    String mechanism = settings.getProperty(SaslConfigs.SASL_MECHANISM, "");
    Matcher user = USER.matcher(settings.getProperty(SaslConfigs.SASL_JAAS_CONFIG, ""));
    boolean byName = mechanism.equals("PLAIN") || mechanism.startsWith("SCRAM-");
    return byName && user.find() ? Optional.of("User:" + user.group(1)) : Optional.empty();
  }

  Optional<String> principal() {
    return principal(settings);
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
