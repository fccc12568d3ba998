package dev.cats.connector.ipfs;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.util.TimeUtils;

/**
 * A store of a server, as people name it: {@code kubo+https://node.example:443/usgs?network=10s}.
 * Secrets are no part of it, because it is printed, logged, and part of a job's configuration.
 *
 * @param http where the server is, without a path: {@code https://node.example:443}
 * @param path without the slash in front
 */
record RemoteUri(URI uri, URI http, String path, Map<String, String> options) {

  /**
   * @param scheme without a suffix for HTTP: {@code kubo}
   * @param form what such a URI looks like, for messages
   * @param known the options that there are
   */
  static RemoteUri parse(URI uri, String scheme, String form, Set<String> known)
      throws IOException {
    if (uri.getRawUserInfo() != null || String.valueOf(uri.getRawAuthority()).contains("@")) {
      // Not repeated: it is most likely a password.
      throw new IOException(
          "Cannot open store %s://…@%s: expected no user or password in it, for it is shown and logged\nExpected: %s"
              .formatted(uri.getScheme(), afterAt(uri), form));
    }
    if (uri.getHost() == null || uri.getRawFragment() != null) {
      throw new IOException("Cannot open store %s: expected %s".formatted(uri, form));
    }
    Map<String, String> options = new TreeMap<>();
    String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
    for (String each : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      String[] pair = each.split("=", 2);
      String name = URLDecoder.decode(pair[0], StandardCharsets.UTF_8);
      if (pair.length != 2 || !known.contains(name)) {
        throw new IOException(
            "Cannot open store %s://%s: it has no option \"%s\"\nExpected: %s"
                .formatted(uri.getScheme(), uri.getRawAuthority(), name, form));
      }
      options.put(name, URLDecoder.decode(pair[1].replace("+", "%2B"), StandardCharsets.UTF_8));
    }
    String protocol = uri.getScheme().toLowerCase(Locale.ROOT).substring(scheme.length());
    try {
      URI http =
          new URI(
              protocol.isEmpty() ? "http" : protocol.substring(1),
              null,
              uri.getHost(),
              uri.getPort(),
              null,
              null,
              null);
      String path = uri.getPath() == null ? "" : uri.getPath().replaceFirst("^/+", "");
      return new RemoteUri(uri, http, path, Map.copyOf(options));
    } catch (URISyntaxException e) {
      throw new IOException("Cannot open store %s: expected %s".formatted(uri, form), e);
    }
  }

  /** With this port where none is named and this is the protocol. */
  RemoteUri withPort(String protocol, int port) {
    return http.getPort() < 0 && http.getScheme().equals(protocol)
        ? new RemoteUri(uri, URI.create(http + ":" + port), path, options)
        : this;
  }

  private static String afterAt(URI uri) {
    String authority = uri.getRawAuthority();
    return authority.substring(authority.lastIndexOf('@') + 1);
  }

  Optional<String> option(String name) {
    return Optional.ofNullable(options.get(name));
  }

  /** A time such as {@code 10s} or {@code 500ms}. */
  Duration time(String name, Duration otherwise) throws IOException {
    String text = options.get(name);
    try {
      return text == null ? otherwise : TimeUtils.parseDuration(text);
    } catch (DateTimeParseException | IllegalArgumentException e) {
      throw new IOException(
          "Cannot open store %s: invalid %s: expected a time such as 10s, found %s"
              .formatted(uri, name, text),
          e);
    }
  }
}
