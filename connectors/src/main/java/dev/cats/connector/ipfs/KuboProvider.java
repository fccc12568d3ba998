package dev.cats.connector.ipfs;

import dev.cats.content.BlockStore;
import dev.cats.content.BlockStoreProvider;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.annotation.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens {@code kubo://HOST:PORT/NAME} and {@code kubo+https://…}, with these options behind it:
 *
 * <pre>
 * staging=DIR        where segments are until they are committed; a folder, or one on any file
 *                    system that Flink knows. Default: below the user's state folder
 * token-file=FILE    the bearer token in its first line; else CATS_KUBO_TOKEN_FILE, CATS_KUBO_TOKEN
 * network=TIME       how long the node may look at others for a block. Default: not at all
 * silence=TIME       without a byte, after which a request counts as hanging. Default: 60s
 * </pre>
 */
public final class KuboProvider implements BlockStoreProvider {
  private static final Logger LOG = LoggerFactory.getLogger(KuboProvider.class);
  static final String FORM = "kubo://HOST:PORT/NAME?staging=DIR";
  private static final Set<String> SCHEMES = Set.of("kubo", "kubo+http", "kubo+https");
  private static final Set<String> OPTIONS = Set.of("staging", "token-file", "network", "silence");
  private static final String DEFAULT_NAME = "default";
  private static final int DEFAULT_PORT = 5001;

  private final Map<String, String> environment;

  public KuboProvider() {
    this(System.getenv());
  }

  KuboProvider(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Set<String> forms() {
    return Set.of(FORM, "kubo+https://HOST:PORT/NAME");
  }

  @Override
  public boolean accepts(URI uri) {
    return uri.getScheme() != null && SCHEMES.contains(uri.getScheme().toLowerCase(Locale.ROOT));
  }

  @Override
  public BlockStore open(URI given) throws IOException {
    return open(given, null);
  }

  /**
   * The same for what stages nothing of its own.
   *
   * @param folder which says in the node's lock who has it; null for where segments are staged
   */
  KuboBlockStore open(URI given, @Nullable Folder folder) throws IOException {
    RemoteUri remote = RemoteUri.parse(given, "kubo", FORM, OPTIONS).withPort("http", DEFAULT_PORT);
    String name = remote.path().isEmpty() ? DEFAULT_NAME : remote.path();
    // Who follows a folder asks again by itself, and says at once what is wrong.
    Patience patience =
        Patience.DEFAULT
            .withSilence(remote.time("silence", Patience.DEFAULT.silence()))
            .withAttempts(folder == null ? Patience.DEFAULT.attempts() : 1);
    Optional<String> token = token(remote);
    if (token.isPresent() && !isPrivate(remote.http())) {
      LOG.warn(
          "The token for {} goes over the network as it is; kubo+https:// hides it", remote.http());
    }
    try {
      return new KuboBlockStore(
          KuboClient.at(remote.http(), token, patience),
          folder == null ? staging(remote, name) : folder,
          name,
          remote.time("network", Duration.ZERO));
    } catch (IllegalArgumentException e) {
      throw new IOException("Cannot open store %s: %s".formatted(given, e.getMessage()), e);
    }
  }

  private static boolean isPrivate(URI http) {
    String host = http.getHost();
    return http.getScheme().equals("https")
        || host.equals("localhost")
        || host.equals("[::1]")
        || host.startsWith("127.");
  }

  private Optional<String> token(RemoteUri remote) throws IOException {
    Optional<String> file = remote.option("token-file").or(() -> variable("CATS_KUBO_TOKEN_FILE"));
    if (file.isEmpty()) {
      return variable("CATS_KUBO_TOKEN");
    }
    try {
      String token = Files.readString(Path.of(file.get())).lines().findFirst().orElse("").strip();
      if (token.isEmpty()) {
        throw new IOException("it is empty");
      }
      return Optional.of(token);
    } catch (IOException e) {
      throw new IOException(
          "Cannot read the token of %s from %s: %s"
              .formatted(
                  remote.http(),
                  file.get(),
                  e.getMessage().equals(file.get()) ? "there is no such file" : e.getMessage()),
          e);
    }
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  private Folder staging(RemoteUri remote, String name) throws IOException {
    Optional<String> named = remote.option("staging");
    if (named.isEmpty()) {
      String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
      String states = environment.getOrDefault("XDG_STATE_HOME", "");
      Path state = Path.of(states).isAbsolute() ? Path.of(states) : Path.of(home, ".local/state");
      String host = remote.http().getRawAuthority().replaceAll("[^a-zA-Z0-9.-]", "-");
      return new LocalFolder(state.resolve("cats").resolve("kubo").resolve(host).resolve(name));
    }
    URI uri = URI.create(named.get().replace(" ", "%20"));
    if (uri.getScheme() == null) {
      return new LocalFolder(Path.of(named.get()));
    }
    return uri.getScheme().equals("file")
        ? new LocalFolder(Path.of(uri))
        : new FlinkFolder(FileSystemPlugins.get(uri), uri);
  }
}
