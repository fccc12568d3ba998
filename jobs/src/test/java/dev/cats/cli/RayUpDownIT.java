package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.ray.local.RayParts;
import dev.cats.service.Services;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ray with a pool of workers that the commands start, ask and end. */
class RayUpDownIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** All that was ever seen below a host. */
  private final Set<ProcessHandle> seen = new HashSet<>();

  @TempDir private Path folder;
  private StoreServices services;

  @BeforeEach
  void choose() {
    services = new StoreServices(folder.resolve("store"));
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    services.ask("down");
    assertThat(Services.ray(services.store().toUri())).isEmpty();
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).noneMatch(this::isThere));
  }

  /** One that has ended and that nobody collects is not. */
  private boolean isThere(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }

  @Test
  void aPoolComesUpIsKilledGoesOnAndEnds() throws Exception {
    RayParts.installed();
    assertThat(services.doctor("ray", 0).get("state").asText()).isEqualTo("off");
    assertThat(services.store()).doesNotExist();

    JsonNode pool = services.up("ray");
    String address = pool.get("address").asText();
    assertThat(address).matches("http://127\\.0\\.0\\.1:\\d+");
    assertThat(Path.of(pool.get("log").asText())).startsWith(services.store()).isRegularFile();
    assertThat(Services.ray(services.store().toUri())).contains(address);
    JsonNode well = services.doctor("ray", 0);
    assertThat(well.get("state").asText()).isEqualTo("ok");
    assertThat(well.get("found").asText())
        .matches("Ray 2\\.\\d+\\.\\d+ with 2 workers, at " + address + ".*");
    assertThat(services.doctor("python", 0).get("found").asText()).contains("is installed in");
    assertThat(services.ask("up", "ray").out()).contains("ray is already up at " + address);
    String cid = "bafkreihnnda2eyjolsfzabwaxijb2hp6zhgfk7rnecvmpzcpfdqpgsxkxi";
    Answer restricted = services.ask("up", "ray", "--allow", cid);
    assertThat(restricted.code()).isEqualTo(2);
    assertThat(restricted.err()).contains("Cannot restrict ray with --allow", "./cats down ray");

    Answer demo = services.ask("demo", "--repeatable", "--json", "--ray");
    assertThat(demo.code()).as(demo.err()).isZero();
    Path inJava = folder.resolve("java");
    assertThat(Answer.to("demo", "--repeatable", "--store", inJava.toString()).code()).isZero();
    assertThat(Committed.in(services.store()).records("b-value"))
        .hasSize(12)
        .isEqualTo(Committed.in(inJava).records("b-value"));
    Irises.in(folder).runOn("--ray", address);

    ProcessHandle first = StoreServices.process(pool);
    see(first);
    List<JsonNode> workers = workers(address);
    assertThat(workers).hasSize(2);
    StoreServices.kill(gateway(first)); // which the host starts again, and the workers go on
    await().atMost(PATIENCE).ignoreExceptions().until(() -> workers(address).equals(workers));
    see(first);

    StoreServices.kill(first);
    assertThat(services.doctor("ray", 1).get("next").asText())
        .contains("./cats up ray --store " + services.store());
    Answer again = services.ask("up", "ray");
    assertThat(again.err()).contains("is gone; going on with its data");
    assertThat(again.out()).contains("ray is up at " + address);
    assertThat(seen).as("what the first host had started").noneMatch(this::isThere);
    ProcessHandle.allProcesses()
        .filter(
            process ->
                process.info().commandLine().orElse("").contains(services.store().toString()))
        .forEach(this::see);
    assertThat(seen).anyMatch(this::isThere);
    Answer down = services.ask("down", "ray");
    assertThat(down.out()).startsWith("ray is down");
    assertThat(seen).noneMatch(this::isThere);
    assertThat(services.store().resolve("services/ray/cache/blocks")).isDirectory();
    assertThat(services.store().resolve("services/ray/session")).doesNotExist();
  }

  @Test
  void withoutPythonTheDoctorAndUpSayHowToGetIt() throws Exception {
    Shell upped = StoreServices.withoutTools(folder, "up", "ray");
    assertThat(upped.code()).isEqualTo(2);
    assertThat(upped.err())
        .contains("cats: Cannot install Ray: expected Python 3.11")
        .contains("Install Python 3.11");

    Shell asked = StoreServices.withoutTools(folder, "doctor");
    assertThat(asked.out())
        .contains("python  off    Cannot install Ray: expected Python 3.11")
        .contains("Only ./cats up ray needs it");
  }

  private void see(ProcessHandle host) {
    seen.add(host);
    host.descendants().forEach(seen::add);
  }

  private static ProcessHandle gateway(ProcessHandle host) {
    return host.children()
        .filter(child -> child.info().command().orElse("").endsWith("/java"))
        .findFirst()
        .orElseThrow();
  }

  private static List<JsonNode> workers(String address) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/pool")).build();
    String answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    List<JsonNode> workers = new ArrayList<>();
    JSON.readTree(answer).get("workers").forEach(workers::add);
    return workers;
  }
}
