package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.cluster.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The services of a store, as the commands start, ask and end them. */
record StoreServices(Path store) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int KILL_SECONDS = 30;

  Answer ask(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--store", store.toString()));
    return Answer.to(all.toArray(String[]::new));
  }

  /** Starts a service, and answers with what {@code up --json} says of it. */
  JsonNode up(String... service) throws IOException {
    List<String> all = new ArrayList<>(List.of("up", "--json"));
    all.addAll(List.of(service));
    Answer answer = ask(all.toArray(String[]::new));
    assertThat(answer.code()).as(answer.err()).isZero();
    assertThat(answer.lines()).hasSize(1);
    return JSON.readTree(answer.out()).get("services").get(0);
  }

  /** What the doctor says of a service or tool, and his exit code. */
  JsonNode doctor(String name, int code) throws IOException {
    Answer answer = ask("doctor", "--json");
    assertThat(answer.code()).as(answer.out() + answer.err()).isEqualTo(code);
    JsonNode all = JSON.readTree(answer.out());
    assertThat(all.get("ok").asBoolean()).isEqualTo(code == 0);
    for (JsonNode check : all.get("checks")) {
      if (check.get("name").asText().equals(name)) {
        return check;
      }
    }
    throw new AssertionError("no check of " + name + " in " + answer.out());
  }

  static ProcessHandle process(JsonNode up) {
    return ProcessHandle.of(up.get("pid").asLong()).orElseThrow();
  }

  static void kill(ProcessHandle process) throws Exception {
    process.destroyForcibly();
    process.onExit().get(KILL_SECONDS, TimeUnit.SECONDS);
  }

  /** Runs a command where there is nothing but Java: no tool on the path, nothing fetched. */
  static Shell withoutTools(Path folder, String... arguments) throws Exception {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Dcats.root=" + System.getProperty("cats.root"));
    command.addAll(List.of("-cp", JavaProcess.classPath(), Cats.class.getName()));
    command.addAll(List.of(arguments));
    return Shell.run(
        folder,
        Map.of("PATH", empty.toString(), "XDG_CACHE_HOME", folder.resolve("cache").toString()),
        command);
  }
}
