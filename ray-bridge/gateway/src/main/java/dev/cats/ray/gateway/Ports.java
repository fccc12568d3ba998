package dev.cats.ray.gateway;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Where workers listen: below the ports that systems hand out to clients, above those that Ray
 * hands out to its processes. None is given twice, because two Flight servers can listen at the
 * same port and would share what comes.
 */
final class Ports {
  private static final int FIRST = 20_000;
  private static final int AFTER = 30_000;
  private static final int ATTEMPTS = 100;

  private final Set<Integer> given = new HashSet<>();

  /** A port that was not given before, and that nobody listens at on this host now. */
  int free() {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, AFTER);
      try (ServerSocket socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(port));
        if (given.add(port)) {
          return port;
        }
      } catch (IOException e) {
        // Somebody has it.
      }
    }
    throw new IllegalStateException(
        "Cannot find a free port: %d tried of %d to %d".formatted(ATTEMPTS, FIRST, AFTER - 1));
  }
}
