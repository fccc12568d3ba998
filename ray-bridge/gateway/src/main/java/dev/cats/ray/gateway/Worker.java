package dev.cats.ray.gateway;

import java.net.URI;
import java.util.Optional;

/**
 * One worker of the pool, as it was seen last.
 *
 * @param uri where it listens; it is known from its first answer until Ray gives it up
 * @param trouble why it does not answer, or nothing
 * @param health what it said of itself, in JSON
 * @param failures how often it was given up since it answered last
 */
record Worker(
    String name, Optional<URI> uri, String trouble, Optional<String> health, int failures) {

  boolean isUp() {
    return uri.isPresent() && trouble.isEmpty();
  }
}
