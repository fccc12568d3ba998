package dev.cats.content;

import java.io.IOException;
import java.net.URI;
import java.util.Set;

/**
 * Opens one kind of block store. Found by {@link java.util.ServiceLoader}, so that a store in
 * another module can be named by its URI here.
 */
public interface BlockStoreProvider {

  /**
   * What such a store's URIs look like, for the message about one that nobody accepts: {@code
   * memory:NAME}.
   */
  Set<String> forms();

  boolean accepts(URI uri);

  BlockStore open(URI uri) throws IOException;
}
