package dev.cats.ray.gateway;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The process of Ray on this host that belongs to a cluster. A driver needs one: without, Ray ends
 * the JVM that it is started in, where nothing can catch it; so it is looked for before.
 */
record Raylet(Optional<ProcessHandle> process, Path socket) {
  private static final String HEAD = "--gcs-address=";
  private static final String SOCKET = "--raylet_socket_name=";

  /** The one of this cluster, among the processes of this host. */
  static Raylet find(Cluster cluster) throws NoClusterException {
    Optional<Raylet> found =
        ProcessHandle.allProcesses()
            .filter(process -> process.info().command().filter(Raylet::isRaylet).isPresent())
            .flatMap(process -> of(process, cluster).stream())
            .findFirst();
    Raylet raylet =
        found.orElseThrow(
            () ->
                new NoClusterException(
                    "no process of Ray on this host belongs to it; start one with ray start"
                        + " --address %s, or name its socket with --raylet".formatted(cluster)));
    raylet.checkSocket();
    return raylet;
  }

  /** The one behind this socket, where its process cannot be seen. */
  static Raylet at(Path socket) throws NoClusterException {
    Raylet raylet = new Raylet(Optional.empty(), socket);
    raylet.checkSocket();
    return raylet;
  }

  /** Fails when it is gone. */
  void check() throws NoClusterException {
    if (process.filter(Raylet::hasEnded).isPresent() || !Files.exists(socket)) {
      throw new NoClusterException("the process of Ray on this host ended");
    }
  }

  /** One that ended and that its parent has not asked for counts as alive, but runs nothing. */
  private static boolean hasEnded(ProcessHandle process) {
    return process.info().command().isEmpty();
  }

  private void checkSocket() throws NoClusterException {
    try {
      SocketChannel.open(UnixDomainSocketAddress.of(socket)).close();
    } catch (IOException e) {
      throw new NoClusterException(
          "the process of Ray on this host does not answer at %s: %s"
              .formatted(socket, e.getMessage()));
    }
  }

  private static Optional<Raylet> of(ProcessHandle process, Cluster cluster) {
    List<String> arguments = arguments(process);
    Optional<String> head = value(arguments, HEAD);
    Optional<Path> socket = value(arguments, SOCKET).map(Path::of);
    return head.isPresent() && socket.isPresent() && Cluster.of(head.get()).isAlso(cluster)
        ? Optional.of(new Raylet(Optional.of(process), socket.get()))
        : Optional.empty();
  }

  private static boolean isRaylet(String command) {
    return Path.of(command).getFileName().toString().equals("raylet");
  }

  /** Java leaves arguments out that are longer than a page, as those of Ray are. */
  private static List<String> arguments(ProcessHandle process) {
    Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
    try {
      if (Files.exists(file)) {
        return List.of(Files.readString(file).split("\0"));
      }
    } catch (IOException e) {
      // It ended, or is another user's.
    }
    return process.info().arguments().map(List::of).orElse(List.of());
  }

  private static Optional<String> value(List<String> arguments, String name) {
    return arguments.stream()
        .filter(argument -> argument.startsWith(name))
        .map(argument -> argument.substring(name.length()))
        .findFirst();
  }
}
