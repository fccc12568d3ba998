package dev.cats.connector;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A range of ports of the loopback interface for servers of one kind.
 *
 * <p>It lies below the ports that systems hand out to clients: one of these that tries to reach a
 * server which is away must not be given the server's own port.
 *
 * @param last inclusive
 */
public record Ports(int first, int last) {
  /** Where servers are bound. */
  public static final String HOST = "127.0.0.1";

  private static final int ATTEMPTS = 100;

  /** A port that nobody listens at now, and that the system gives to no client. */
  public int free() throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = ThreadLocalRandom.current().nextInt(first, last + 1);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IOException(
        "Cannot find a free port: %d tried of %d to %d".formatted(ATTEMPTS, first, last));
  }

  /** Whether a server could listen at this port. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // as servers do: what was closed lately does not count
      socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
