package dev.cats.ray.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A cluster of somebody else's, of which a node runs on this machine. Whether it is there the
 * gateway finds out; it is left as it is.
 *
 * <p>The token that lets in is taken from where Ray's own tools take it: {@code RAY_AUTH_TOKEN}, or
 * the file that {@code RAY_AUTH_TOKEN_PATH} names, or {@code ~/.ray/auth_token}.
 */
record GivenNodes(String address) implements Nodes {
  private static final String MODE = "RAY_AUTH_MODE";
  private static final String TOKEN = "RAY_AUTH_TOKEN";
  private static final String FILE = "RAY_AUTH_TOKEN_PATH";

  @Override
  public Map<String, String> environment() {
    Map<String, String> environment =
        Stream.of(MODE, TOKEN, FILE)
            .filter(name -> System.getenv(name) != null)
            .collect(Collectors.toMap(name -> name, System::getenv));
    Path usual = Path.of(System.getProperty("user.home"), ".ray", "auth_token");
    if (environment.containsKey(TOKEN)
        || environment.containsKey(FILE)
        || Files.isReadable(usual)) {
      environment.putIfAbsent(MODE, "token");
    }
    return Map.copyOf(environment);
  }

  @Override
  public boolean isRunning() {
    return true;
  }

  @Override
  public CompletableFuture<?> onEnd() {
    return new CompletableFuture<>();
  }

  @Override
  public void close() {}
}
