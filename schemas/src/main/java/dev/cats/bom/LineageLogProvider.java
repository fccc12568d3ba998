package dev.cats.bom;

import java.io.IOException;
import java.net.URI;

/** A kind of lineage log, found by {@link java.util.ServiceLoader}. */
public interface LineageLogProvider {
  /** How its URIs look, for messages. */
  String form();

  boolean accepts(URI uri);

  LineageLog open(URI uri) throws IOException;
}
