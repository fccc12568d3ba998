package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.cluster.JavaProcess;
import dev.cats.service.Service;
import dev.cats.service.Services;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ray with a pool of workers that the commands start, ask and end. */
class RayUpDownIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** All that was ever seen below a host. */
  private final Set<ProcessHandle> seen = new HashSet<>();

  @TempDir private Path folder;

  private Path store() {
    return folder.resolve("store");
  }

  private Answer ask(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--store", store().toString()));
    return Answer.to(all.toArray(String[]::new));
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    ask("down");
    assertThat(Services.ray(store().toUri())).isEmpty();
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).noneMatch(this::isThere));
  }

  /** One that has ended and that nobody collects is not. */
  private boolean isThere(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }

  private JsonNode doctor(String name, int code) throws IOException {
    Answer answer = ask("doctor", "--json");
    assertThat(answer.code()).as(answer.out() + answer.err()).isEqualTo(code);
    for (JsonNode check : JSON.readTree(answer.out()).get("checks")) {
      if (check.get("name").asText().equals(name)) {
        return check;
      }
    }
    throw new AssertionError("no check of " + name + " in " + answer.out());
  }

  @Test
  void aPoolComesUpIsKilledGoesOnAndEnds() throws Exception {
    assumeAvailable();
    assertThat(doctor("ray", 0).get("state").asText()).isEqualTo("off");
    assertThat(store()).doesNotExist();

    Answer up = ask("up", "ray", "--json");
    assertThat(up.code()).as(up.err()).isZero();
    JsonNode pool = JSON.readTree(up.out()).get("services").get(0);
    String address = pool.get("address").asText();
    assertThat(address).matches("http://127\\.0\\.0\\.1:\\d+");
    assertThat(Path.of(pool.get("log").asText())).startsWith(store()).isRegularFile();
    assertThat(Services.ray(store().toUri())).contains(address);
    JsonNode well = doctor("ray", 0);
    assertThat(well.get("state").asText()).isEqualTo("ok");
    assertThat(well.get("found").asText())
        .matches("Ray 2\\.\\d+\\.\\d+ with 2 workers, at " + address + ".*");
    assertThat(doctor("python", 0).get("found").asText()).contains("is installed in");
    assertThat(ask("up", "ray").out()).contains("ray is already up at " + address);

    Answer demo = ask("demo", "--repeatable", "--json", "--ray");
    assertThat(demo.code()).as(demo.err()).isZero();
    assertThat(Committed.in(store()).records("b-value")).hasSize(12);

    ProcessHandle first = ProcessHandle.of(pool.get("pid").asLong()).orElseThrow();
    see(first);
    List<JsonNode> workers = workers(address);
    assertThat(workers).hasSize(2);
    kill(gateway(first)); // which the host starts again, and the workers go on
    await().atMost(PATIENCE).ignoreExceptions().until(() -> workers(address).equals(workers));
    see(first);

    kill(first);
    assertThat(doctor("ray", 1).get("next").asText()).contains("./cats up ray --store " + store());
    Answer again = ask("up", "ray");
    assertThat(again.err()).contains("is gone; going on with its data");
    assertThat(again.out()).contains("ray is up at " + address);
    assertThat(seen).as("what the first host had started").noneMatch(this::isThere);
    ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains(store().toString()))
        .forEach(this::see);
    assertThat(seen).anyMatch(this::isThere);
    Answer down = ask("down", "ray");
    assertThat(down.out()).startsWith("ray is down");
    assertThat(seen).noneMatch(this::isThere);
    assertThat(store().resolve("services/ray/cache/blocks")).isDirectory();
    assertThat(store().resolve("services/ray/session")).doesNotExist();
  }

  @Test
  void withoutPythonTheDoctorAndUpSayHowToGetIt() throws Exception {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1"));
    command.add("-Dcats.root=" + System.getProperty("cats.root"));
    command.addAll(List.of("-cp", JavaProcess.classPath(), Cats.class.getName()));
    Map<String, String> bare =
        Map.of("PATH", empty.toString(), "XDG_CACHE_HOME", folder.resolve("cache").toString());

    List<String> up = new ArrayList<>(command);
    up.addAll(List.of("up", "ray"));
    Shell upped = Shell.run(folder, bare, up);
    assertThat(upped.code()).isEqualTo(2);
    assertThat(upped.err())
        .contains("cats: Cannot install Ray: expected Python 3.11")
        .contains("Install Python 3.11");

    List<String> doctor = new ArrayList<>(command);
    doctor.add("doctor");
    Shell asked = Shell.run(folder, bare, doctor);
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

  private static void kill(ProcessHandle process) throws Exception {
    process.destroyForcibly();
    process.onExit().get(30, TimeUnit.SECONDS);
  }

  private static List<JsonNode> workers(String address) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/pool")).build();
    String answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    List<JsonNode> workers = new ArrayList<>();
    JSON.readTree(answer).get("workers").forEach(workers::add);
    return workers;
  }

  /** Skips the test that calls this where there is no Python for Ray; in CI it fails. */
  private static void assumeAvailable() throws InterruptedException {
    Service ray = Services.ALL.get(2);
    assertThat(ray.name()).isEqualTo("ray");
    if (ray.isFetched()) {
      return;
    }
    try {
      Services.python();
    } catch (IOException e) {
      if ("true".equals(System.getenv("CI"))) {
        throw new AssertionError(e.getMessage(), e);
      }
      abort(e.getMessage());
    }
  }
}
