package dev.cats.content;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Block stores by URI. */
public final class BlockStores {
  /** A scheme of one letter is a drive of Windows. */
  private static final Pattern URI_WITH_SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]+:.*");

  private BlockStores() {}

  /** Opens a store as people name it, in an option or on a command line: by a URI or by a path. */
  public static BlockStore open(String pathOrUri) throws IOException {
    try {
      return open(
          URI_WITH_SCHEME.matcher(pathOrUri).matches()
              ? new URI(pathOrUri)
              : Path.of(pathOrUri).toUri());
    } catch (URISyntaxException | InvalidPathException e) {
      throw new IOException(
          "Cannot open store \""
              + pathOrUri
              + "\": expected a path or a URI, found "
              + e.getMessage(),
          e);
    }
  }

  /**
   * Opens the store that this URI names. Does no I/O beyond what its kind of store needs: {@link
   * BlockStore#check} says whether it can be used.
   */
  public static BlockStore open(URI uri) throws IOException {
    TreeSet<String> forms = new TreeSet<>();
    for (BlockStoreProvider provider : Providers.of(BlockStoreProvider.class)) {
      if (provider.accepts(uri)) {
        return provider.open(uri);
      }
      forms.addAll(provider.forms());
    }
    throw new IOException(
        "Cannot open store " + uri + ": expected one of " + String.join(", ", forms));
  }
}
