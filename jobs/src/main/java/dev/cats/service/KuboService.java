package dev.cats.service;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cats.connector.ipfs.KuboBuild;
import dev.cats.connector.ipfs.LocalKubo;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** A Kubo node of IPFS, which the module {@code connectors/kubo-node} says how to build. */
final class KuboService implements Service {
  private static final long START_SECONDS = 90;

  @Override
  public String name() {
    return "kubo";
  }

  /** None: the usual one, 5001, is that of a node that its user has anyway. */
  @Override
  public OptionalInt defaultPort() {
    return OptionalInt.empty();
  }

  @Override
  public String address(int port) {
    return LocalKubo.of(Path.of(""), Path.of(""), port).uri().toString();
  }

  @Override
  public Path log(Path folder) {
    return LocalKubo.of(Path.of(""), folder, 1).log();
  }

  @Override
  public Tool tool() {
    return Tool.GO;
  }

  @Override
  public boolean isFetched() {
    try {
      return build().isBuilt();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void fetch(Consumer<String> progress) throws IOException, InterruptedException {
    build().build(progress);
  }

  @Override
  public Process start(Path folder, int port) throws IOException, InterruptedException {
    return LocalKubo.of(build().binary(), folder, port).start(Detached.launcher());
  }

  @Override
  public void awaitAnswer(ProcessHandle process, Path folder, int port)
      throws IOException, InterruptedException {
    LocalKubo.of(build().binary(), folder, port).awaitAnswer(process, START_SECONDS);
  }

  @Override
  public String ask(String address) throws IOException {
    LocalKubo node = LocalKubo.of(Path.of(""), Path.of(""), URI.create(address).getPort());
    JsonNode stat = node.ask("repo/stat?size-only=false");
    return String.format(
        Locale.ROOT,
        "Kubo %s with %,d blocks, %.1f MB",
        node.ask("version").path("Version").asText(),
        stat.path("NumObjects").asLong(),
        stat.path("RepoSize").asLong() / 1e6);
  }

  /** Which Go would build it; an IOException that says what to do, if none would. */
  static String go() throws IOException, InterruptedException {
    return build().checkGo();
  }

  private static KuboBuild build() {
    return KuboBuild.of(Root.folder());
  }
}
