package dev.cats.content;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.TreeSet;

/** Mirrors by URI. */
public final class Mirrors {
  private Mirrors() {}

  /**
   * Opens the mirror that the settings name.
   *
   * @param store what it follows
   */
  public static Mirror open(URI store, MirrorSettings settings) throws IOException {
    URI uri;
    try {
      uri = new URI(settings.uri());
    } catch (URISyntaxException e) { // which quotes all of it
      throw new IOException("Cannot open mirror: it is no URI (%s)".formatted(e.getReason()));
    }
    TreeSet<String> forms = new TreeSet<>();
    for (MirrorProvider provider : Providers.of(MirrorProvider.class)) {
      if (provider.accepts(uri)) {
        return provider.open(store, settings);
      }
      forms.add(provider.form());
    }
    throw new IOException(
        "Cannot open mirror %s: expected %s"
            .formatted(
                uri.getRawUserInfo() == null ? uri : uri.getScheme() + "://…",
                forms.isEmpty() ? "a module that provides one" : String.join(", ", forms)));
  }
}
