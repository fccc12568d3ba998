package dev.cats.ray.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway and a head of Ray as they are run, with workers that stand in for the real ones. */
class GatewayIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static RayHead head;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    head = RayHead.start();
  }

  @AfterAll
  static void end() throws Exception {
    if (head != null) {
      head.close();
    }
  }

  @Test
  void aPoolAnswersAndIsScaled() throws Exception {
    try (GatewayProcess gateway = gateway(2).listening()) {
      Map<String, Integer> two = gateway.workers();
      assertThat(two).containsOnlyKeys("cats-worker-0", "cats-worker-1");
      assertThat(two.values()).allSatisfy(port -> assertThat(pid(port)).isPositive());
      assertThat(gateway.get("/pool").body()).startsWith("{\"ray\":\"" + head.address() + "\"");

      Map<String, Integer> three = gateway.resize(3);
      assertThat(three).hasSize(3).containsAllEntriesOf(two);
      assertThat(pid(three.get("cats-worker-2"))).isPositive();

      assertThat(gateway.resize(1)).isEqualTo(Map.of("cats-worker-0", two.get("cats-worker-0")));
      await().atMost(PATIENCE).until(() -> pid(three.get("cats-worker-2")) < 0);
      assertThat(gateway.get("/health").body()).startsWith("{\"ok\":true");
      assertThat(gateway.resize(0)).isEmpty();
      await().atMost(PATIENCE).until(() -> pid(three.get("cats-worker-0")) < 0);
    }
  }

  @Test
  void itSaysWhatItDoesNotUnderstand() throws Exception {
    try (GatewayProcess gateway = gateway(0).listening()) {
      assertThat(gateway.post("/pool", "{\"size\":\"3\"}").body())
          .isEqualTo(
              "{\"error\":\"Invalid size of the pool: expected {\\\"size\\\":N} with 0 to 1000 for"
                  + " N\"}\n");
      assertThat(gateway.post("/pool", "{\"size\":1001}").statusCode()).isEqualTo(400);
      assertThat(gateway.get("/pools").statusCode()).isEqualTo(404);
      HttpRequest page =
          HttpRequest.newBuilder(gateway.uri().resolve("/pool"))
              .header("Origin", "http://example.org")
              .build();
      assertThat(gateway.send(page).statusCode()).isEqualTo(403);
    }
  }

  @Test
  void aWorkerWhoseProcessIsKilledIsBackAtTheSamePort() throws Exception {
    try (GatewayProcess gateway = gateway(2).listening()) {
      Map<String, Integer> workers = gateway.workers();
      int port = workers.get("cats-worker-1");
      long killed = pid(port);
      ProcessHandle.of(killed).orElseThrow().destroyForcibly();
      await().atMost(PATIENCE).until(() -> pid(port) > 0 && pid(port) != killed);
      await()
          .atMost(PATIENCE)
          .until(() -> gateway.get("/health").body().startsWith("{\"ok\":true"));
      assertThat(gateway.workers()).isEqualTo(workers);
      assertThat(gateway.resize(0)).isEmpty();
    }
  }

  @Test
  void aWorkerThatSomebodyEndedForGoodIsMadeAgain() throws Exception {
    try (GatewayProcess gateway = gateway(2).listening()) {
      long ended = pid(gateway.workers().get("cats-worker-0"));
      head.endActor("cats-worker-0");
      await()
          .atMost(PATIENCE)
          .until(() -> gateway.errors().contains("cats-worker-0 is gone, and is made again"));
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                Integer port = gateway.workers().get("cats-worker-0");
                return port != null && pid(port) > 0 && pid(port) != ended;
              });
      assertThat(gateway.resize(0)).isEmpty();
    }
  }

  @Test
  void aGatewayThatIsStartedAgainGoesOnWithTheWorkersThatItWouldMake() throws Exception {
    GatewayProcess first = gateway(3).listening();
    Map<String, Integer> workers = first.workers();
    long one = pid(workers.get("cats-worker-0"));
    first.kill();
    assertThat(pid(workers.get("cats-worker-0"))).isEqualTo(one);

    GatewayProcess second = gateway(2).listening();
    assertThat(second.workers()).hasSize(2);
    assertThat(workers).containsAllEntriesOf(second.workers());
    assertThat(pid(workers.get("cats-worker-0"))).isEqualTo(one);
    await().atMost(PATIENCE).until(() -> pid(workers.get("cats-worker-2")) < 0);
    second.kill();

    try (GatewayProcess other = gateway(2, "bafyother").listening()) {
      assertThat(other.errors())
          .contains(
              "cats-worker-0 was there already, and is ended: it was made with other settings or"
                  + " from another source");
      assertThat(pid(other.workers().get("cats-worker-0"))).isPositive().isNotEqualTo(one);
      assertThat(other.resize(0)).isEmpty();
    }
  }

  @Test
  void workersThatCannotBeMadeEndIt() throws Exception {
    try (GatewayProcess gateway = gateway(1, "bafyrefused")) {
      assertThat(gateway.exitCode()).as(gateway.errors()).isEqualTo(1);
      assertThat(gateway.output()).isEmpty();
      assertThat(gateway.errors())
          .contains(
              "Cannot make the pool: 0 of 1 workers answer; cats-worker-0: ValueError: Invalid"
                  + " configuration: this worker refuses it");
    }
  }

  @Test
  void itEndsWithAMessageWhenTheClusterIsLost() throws Exception {
    try (RayHead lost = RayHead.start();
        GatewayProcess gateway = gateway(lost.address(), 1, "*").listening()) {
      lost.kill();
      assertThat(gateway.exitCode()).as(gateway.errors()).isEqualTo(3);
      assertThat(gateway.errors())
          .contains(
              "Cannot go on without Ray at %s: no head answers at %s: Connection refused"
                  .formatted(lost.address(), lost.address()))
          .doesNotContain("known-to-this-test-only");
    }
  }

  private GatewayProcess gateway(int size) throws IOException, InterruptedException {
    return gateway(size, "*");
  }

  private GatewayProcess gateway(int size, String allow) throws IOException, InterruptedException {
    return gateway(head.address(), size, allow);
  }

  private GatewayProcess gateway(String ray, int size, String allow)
      throws IOException, InterruptedException {
    return GatewayProcess.start(
        folder,
        RayHead.runtime().toString(),
        List.of(
            "--ray", ray,
            "--python", Path.of("src/test/python").toAbsolutePath().toString(),
            "--cache", folder.resolve("cache").toString(),
            "--allow", allow,
            "--size", Integer.toString(size)));
  }

  /** The process of the worker that listens at this port; -1 where none does. */
  private static long pid(int port) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      byte[] answer = socket.getInputStream().readAllBytes();
      return answer.length == 0 ? -1 : Long.parseLong(new String(answer, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return -1;
    }
  }
}
