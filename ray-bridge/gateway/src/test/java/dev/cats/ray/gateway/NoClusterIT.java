package dev.cats.ray.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where Ray would end the JVM, the gateway does it first, and says why. */
class NoClusterIT {
  @TempDir private Path folder;

  @Test
  void aHeadThatIsAwayIsSaid() throws Exception {
    int port = RayHead.freePort();
    try (GatewayProcess gateway = gateway("127.0.0.1:" + port)) {
      assertThat(gateway.exitCode()).as(gateway.errors()).isEqualTo(3);
      assertThat(gateway.errors())
          .isEqualTo(
              "gateway: Cannot work on Ray: no head answers at 127.0.0.1:%d: Connection refused\n"
                  .formatted(port));
    }
  }

  @Test
  void aHostWithoutAProcessOfRayIsSaid() throws Exception {
    try (ServerSocket head = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        GatewayProcess gateway = gateway("127.0.0.1:" + head.getLocalPort())) {
      assertThat(gateway.exitCode()).as(gateway.errors()).isEqualTo(3);
      assertThat(gateway.errors())
          .startsWith(
              "gateway: Cannot work on Ray: no process of Ray on this host belongs to it; start one"
                  + " with ray start --address 127.0.0.1:"
                  + head.getLocalPort());
    }
  }

  @Test
  void aSocketThatNobodyListensAtIsSaid() throws Exception {
    Path socket = folder.resolve("raylet");
    try (ServerSocket head = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        GatewayProcess gateway =
            gateway("127.0.0.1:" + head.getLocalPort(), "--raylet", socket.toString())) {
      assertThat(gateway.exitCode()).as(gateway.errors()).isEqualTo(3);
      assertThat(gateway.errors())
          .contains("the process of Ray on this host does not answer at " + socket);
    }
  }

  private GatewayProcess gateway(String ray, String... more) throws Exception {
    List<String> options =
        List.of(
            "--ray",
            ray,
            "--python",
            Path.of("src/test/python").toAbsolutePath().toString(),
            "--cache",
            folder.resolve("cache").toString(),
            "--allow",
            "*");
    return GatewayProcess.start(
        folder,
        System.getProperty("java.class.path"),
        Stream.concat(options.stream(), Arrays.stream(more)).toList());
  }
}
