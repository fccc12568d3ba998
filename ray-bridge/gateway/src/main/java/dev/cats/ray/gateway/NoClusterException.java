package dev.cats.ray.gateway;

/** There is no Ray cluster to work on, or no longer: the gateway ends, and may be started again. */
final class NoClusterException extends Exception {
  private static final long serialVersionUID = 1L;

  NoClusterException(String message) {
    super(message);
  }
}
