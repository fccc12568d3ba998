package dev.cats.ray.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;

/** A Ray cluster by the address of its head. */
record Cluster(String host, int port) {
  private static final int CONNECT_MILLIS = 2000;
  private static final int LAST_PORT = 65_535;

  static Cluster of(String address) {
    int colon = address.lastIndexOf(':');
    try {
      int port = Integer.parseInt(address.substring(colon + 1));
      if (colon > 0 && port > 0 && port <= LAST_PORT) {
        return new Cluster(address.substring(0, colon), port);
      }
    } catch (NumberFormatException e) {
      // It is said below.
    }
    throw new IllegalArgumentException(
        "Invalid address of Ray: expected HOST:PORT, found '%s'".formatted(address));
  }

  /** Fails unless the head takes connections. */
  void checkHead() throws NoClusterException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
    } catch (IOException e) {
      throw new NoClusterException("no head answers at %s: %s".formatted(this, e.getMessage()));
    }
  }

  /** Whether this is how somebody else on this host names the same head. */
  boolean isAlso(Cluster other) {
    if (port != other.port) {
      return false;
    }
    try {
      InetAddress one = InetAddress.getByName(host);
      InetAddress another = InetAddress.getByName(other.host);
      return one.equals(another) || (isOfThisHost(one) && isOfThisHost(another));
    } catch (UnknownHostException | SocketException e) {
      return host.equals(other.host);
    }
  }

  /** Ray gives a head that was started at a loopback address another address of its host. */
  private static boolean isOfThisHost(InetAddress address) throws SocketException {
    return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
