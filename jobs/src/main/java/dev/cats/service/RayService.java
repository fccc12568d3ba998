package dev.cats.service;

import dev.cats.ray.local.LocalPool;
import dev.cats.ray.local.RayBuild;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Ray with a pool of workers, as the module {@code ray-bridge} says how to install and run it.
 *
 * @param cluster the head of the cluster to make the pool on; one is started where there is none
 * @param allow what may run there: CIDs with commas between them, or {@code *}
 */
record RayService(Optional<String> cluster, String allow) implements Service {
  /** Two nodes of Ray, the gateway and the workers, one after the other. */
  private static final long START_SECONDS = 600;

  /** On a cluster of its own, where everything may run. */
  RayService() {
    this(Optional.empty(), "*");
  }

  @Override
  public String name() {
    return "ray";
  }

  /** None: where Ray has a usual port, it is that of somebody else's cluster. */
  @Override
  public OptionalInt defaultPort() {
    return OptionalInt.empty();
  }

  @Override
  public String address(int port) {
    return pool(Path.of(""), port).uri().toString();
  }

  @Override
  public Path log(Path folder) {
    return pool(folder, 1).log();
  }

  @Override
  public Tool tool() {
    return Tool.PYTHON;
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
  public Process start(Path folder, int port) throws IOException {
    return pool(folder, port).on(cluster).allowing(allow).start(Detached.launcher());
  }

  @Override
  public void awaitAnswer(ProcessHandle process, Path folder, int port)
      throws IOException, InterruptedException {
    pool(folder, port).awaitAnswer(process, START_SECONDS);
  }

  @Override
  public String ask(String address) throws IOException, InterruptedException {
    int workers = pool(Path.of(""), URI.create(address).getPort()).workers();
    return "Ray %s with %d worker%s".formatted(build().version(), workers, workers == 1 ? "" : "s");
  }

  /** The head of the cluster that the pool of this gateway is on. */
  static String cluster(String address) throws IOException, InterruptedException {
    return pool(Path.of(""), URI.create(address).getPort()).cluster();
  }

  @Override
  public void endLeftovers(Path folder) throws IOException, InterruptedException {
    pool(folder, 1).endLeftovers();
  }

  /** Which Python would install it; an IOException that says what to do, if none would. */
  static String python() throws IOException, InterruptedException {
    RayBuild build = build();
    String python = build.checkPython();
    return build.isBuilt()
        ? "%s; Ray %s is installed in %s".formatted(python, build.version(), build.folder())
        : "%s; Ray %s is not installed yet".formatted(python, build.version());
  }

  private static RayBuild build() {
    return RayBuild.of(Root.folder());
  }

  private static LocalPool pool(Path folder, int port) {
    return LocalPool.of(Root.folder(), folder, port);
  }
}
