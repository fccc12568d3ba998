package dev.cats.content;

import java.io.IOException;
import java.net.URI;

/** Opens one kind of mirror, found by {@link java.util.ServiceLoader}. */
public interface MirrorProvider {
  /** How the URIs of the stores that follow look, for messages. */
  String form();

  /** Whether this is one that can follow. */
  boolean accepts(URI mirror);

  /**
   * A mirror of the first store. Does no I/O before it {@link Mirror#follow follows}.
   *
   * @param store the first store
   */
  Mirror open(URI store, MirrorSettings settings) throws IOException;
}
