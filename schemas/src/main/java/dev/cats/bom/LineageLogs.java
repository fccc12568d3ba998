package dev.cats.bom;

import dev.cats.content.Providers;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.TreeSet;

/** Lineage logs by URI. */
public final class LineageLogs {
  private LineageLogs() {}

  /** Opens one by its URI, as text. */
  public static LineageLog open(String uri) throws IOException {
    URI parsed;
    try {
      parsed = new URI(uri);
    } catch (URISyntaxException e) { // which quotes all of it
      throw new IOException(
          "Cannot open lineage log " + shown(uri) + ": it is no URI (" + e.getReason() + ")");
    }
    return open(parsed);
  }

  /** A URI without the user and the password that somebody may have put into it. */
  public static String shown(String uri) {
    int config = uri.indexOf("?config=");
    int user = uri.lastIndexOf('@', config < 0 ? uri.length() : config);
    int start = uri.indexOf("://");
    return user < 0 || start < 0 || user < start
        ? uri
        : uri.substring(0, start + 3) + uri.substring(user + 1);
  }

  public static LineageLog open(URI uri) throws IOException {
    TreeSet<String> forms = new TreeSet<>();
    for (LineageLogProvider provider : Providers.of(LineageLogProvider.class)) {
      if (provider.accepts(uri)) {
        return provider.open(uri);
      }
      forms.add(provider.form());
    }
    throw new IOException(
        "Cannot open lineage log "
            + shown(uri.toString())
            + ": expected "
            + (forms.isEmpty() ? "a module that provides one" : String.join(", ", forms)));
  }
}
