package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.cluster.JavaProcess;
import dev.cats.ray.PythonFunction;
import dev.cats.ray.local.LocalRay;
import dev.cats.ray.local.RayBuild;
import dev.cats.ray.local.RayParts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool of workers on a cluster that somebody else has started, with a token. */
class RayClusterIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir private Path folder;
  private StoreServices services;

  @BeforeEach
  void choose() {
    services = new StoreServices(folder.resolve("store"));
  }

  @AfterEach
  void end() {
    services.ask("down", "ray");
  }

  @Test
  void aPoolIsMadeOnAClusterThatIsThereAndEndsWithoutIt() throws Exception {
    RayBuild build = RayParts.installed();
    try (LocalRay ray = LocalRay.start(build, folder.resolve("ray"))) {
      String token = ray.environment().get("RAY_AUTH_TOKEN");
      Path secret = Files.writeString(folder.resolve("token"), token);
      Map<String, String> inFile = Map.of("RAY_AUTH_TOKEN_PATH", secret.toString());
      Shell first = up(ray, inFile);
      List<ProcessHandle> workers = workers(gateway(first));
      assertThat(workers).hasSize(2).allMatch(RayClusterIT::isThere);
      ProcessHandle owner = StoreServices.process(pool(first));
      owner.destroyForcibly(); // and not what it started
      await().atMost(PATIENCE).until(() -> !isThere(owner));

      Shell up = up(ray, inFile);
      assertThat(up.err()).contains("is gone; going on with its data");
      await().atMost(PATIENCE).until(() -> workers.stream().noneMatch(RayClusterIT::isThere));
      List<ProcessHandle> next = workers(gateway(up));
      assertThat(next).hasSize(2).allMatch(RayClusterIT::isThere);
      String gateway = gateway(up);
      assertThat(get(gateway, "/pool").get("ray").asText()).isEqualTo(ray.address());

      Answer demo = services.ask("demo", "--repeatable", "--json", "--ray", ray.address());
      assertThat(demo.code()).as(demo.err()).isZero();
      assertThat(Committed.in(services.store()).records("b-value")).hasSize(12);
      Answer elsewhere = services.ask("demo", "--ray", "127.0.0.9:6379");
      assertThat(elsewhere.code()).isEqualTo(2);
      assertThat(elsewhere.err())
          .contains("Cannot compute on Ray at 127.0.0.9:6379: the pool of workers of ")
          .contains(" is on Ray at " + ray.address());
      assertThat(services.ask("up", "ray", "--ray", "127.0.0.9:6379").err())
          .contains("ray is up at " + gateway + ", on Ray at " + ray.address())
          .contains("End that first: ./cats down ray");

      assertThat(first.out() + first.err() + up.out() + up.err()).doesNotContain(token);
      assertThat(ProcessHandle.allProcesses().map(each -> each.info().commandLine().orElse("")))
          .noneMatch(line -> line.contains(token));
      assertNowhereBelow(services.store(), token);

      assertThat(services.ask("down", "ray").out()).startsWith("ray is down");
      await().atMost(PATIENCE).until(() -> next.stream().noneMatch(RayClusterIT::isThere));
      assertThat(ProcessHandle.of(pool(up).get("pid").asLong()).filter(RayClusterIT::isThere))
          .isEmpty();
      assertThat(ray.isRunning()).isTrue();
    }
  }

  @Test
  void whatIsNoClusterAndWhatIsNoFunctionIsRefused() {
    assertThat(services.ask("up", "ray", "--ray", "http://here:1").err())
        .contains("Invalid --ray: expected HOST:PORT, found 'http://here:1'");
    assertThat(services.ask("up", "--ray", "here:1").err())
        .contains("Invalid --ray: expected the service ray with it, found none")
        .contains("Try: ./cats up ray --ray here:1");
    assertThat(services.ask("up", "ray", "--allow", "all").err())
        .contains("Invalid --allow: expected CIDs, found 'all'");
    assertThat(services.ask("demo", "--ray", "here:1").err())
        .contains("Cannot compute on Ray at here:1: no pool of workers is up for ")
        .contains("Start one: ./cats up ray --ray here:1 --store ");
  }

  /** In a process of its own, as the token is in its environment; only its function may run. */
  private Shell up(LocalRay ray, Map<String, String> token) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Dcats.root=" + System.getProperty("cats.root"));
    command.addAll(List.of("-cp", JavaProcess.classPath(), Cats.class.getName()));
    command.addAll(List.of("up", "ray", "--json", "--ray", ray.address(), "--allow", bundle()));
    command.addAll(List.of("--store", services.store().toString()));
    Shell up = Shell.run(folder, token, command);
    assertThat(up.code()).as(up.out() + up.err()).isZero();
    return up;
  }

  private static JsonNode pool(Shell up) throws IOException {
    return JSON.readTree(up.out()).get("services").get(0);
  }

  private static String gateway(Shell up) throws IOException {
    return pool(up).get("address").asText();
  }

  /** One that has ended and that nobody collects is not. */
  private static boolean isThere(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }

  private static String bundle() {
    return PythonFunction.of("seismology:b_value").document().artifact().orElseThrow().toString();
  }

  private static List<ProcessHandle> workers(String gateway) throws Exception {
    List<ProcessHandle> workers = new ArrayList<>();
    for (JsonNode pid : get(gateway, "/health").findValues("pid")) {
      workers.add(ProcessHandle.of(pid.asLong()).orElseThrow());
    }
    return workers;
  }

  private static JsonNode get(String gateway, String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(gateway + path)).build();
    return JSON.readTree(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
  }

  private static void assertNowhereBelow(Path folder, String token) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("services"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(token);
      }
    }
  }
}
