package dev.cats.ray.gateway;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Looks whether the cluster is still there. Ray does so too, and ends the JVM without a word after
 * a minute; this is to be earlier, and to say why.
 */
final class Watch {
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int MISSES = 5;

  private final Cluster cluster;
  private final Raylet raylet;

  private Watch(Cluster cluster, Raylet raylet) {
    this.cluster = cluster;
    this.raylet = raylet;
  }

  /** Over a cluster that is there, with a process on this host. */
  static Watch of(Cluster cluster, Optional<Path> socket) throws NoClusterException {
    cluster.checkHead();
    return new Watch(cluster, socket.isPresent() ? Raylet.at(socket.get()) : Raylet.find(cluster));
  }

  /**
   * Watches from now on, and says why the cluster is lost when it was away several times in a row.
   */
  void start(Consumer<String> lost) {
    Thread thread = new Thread(() -> watch(lost), "watch over Ray");
    thread.setDaemon(true);
    thread.start();
  }

  private void watch(Consumer<String> lost) {
    int misses = 0;
    try {
      while (true) {
        Optional<String> trouble = trouble();
        misses = trouble.isPresent() ? misses + 1 : 0;
        if (misses >= MISSES) {
          lost.accept(trouble.orElseThrow());
          return;
        }
        Thread.sleep(PAUSE.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<String> trouble() {
    try {
      cluster.checkHead();
      raylet.check();
      return Optional.empty();
    } catch (NoClusterException e) {
      return Optional.of(e.getMessage());
    }
  }
}
