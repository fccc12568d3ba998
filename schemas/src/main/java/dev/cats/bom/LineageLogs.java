package dev.cats.bom;

import dev.cats.content.Providers;
import java.io.IOException;
import java.net.URI;
import java.util.TreeSet;

/** Lineage logs by URI. */
public final class LineageLogs {
  private LineageLogs() {}

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
            + uri
            + ": expected "
            + (forms.isEmpty() ? "a module that provides one" : String.join(", ", forms)));
  }
}
