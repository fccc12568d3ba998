package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.cluster.JavaProcess;
import dev.cats.connector.ipfs.KuboNode;
import dev.cats.service.Services;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Kubo node that the commands start, ask and end. */
class KuboUpDownIT {
  private static final ObjectMapper JSON = new ObjectMapper();

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
    assertThat(Services.kubo(store().toUri())).isEmpty();
  }

  private JsonNode doctor(int code) throws IOException {
    Answer answer = ask("doctor", "--json");
    assertThat(answer.code()).as(answer.out() + answer.err()).isEqualTo(code);
    for (JsonNode check : JSON.readTree(answer.out()).get("checks")) {
      if (check.get("name").asText().equals("kubo")) {
        return check;
      }
    }
    throw new AssertionError("no check of kubo in " + answer.out());
  }

  @Test
  void aNodeComesUpIsKilledGoesOnAndEnds() throws Exception {
    KuboNode.assumeAvailable();
    assertThat(doctor(0).get("state").asText()).isEqualTo("off");
    assertThat(store()).doesNotExist();

    Answer up = ask("up", "kubo", "--json");
    assertThat(up.code()).as(up.err()).isZero();
    JsonNode node = JSON.readTree(up.out()).get("services").get(0);
    String address = node.get("address").asText();
    assertThat(address).matches("kubo://127\\.0\\.0\\.1:\\d+");
    assertThat(Path.of(node.get("log").asText())).startsWith(store()).isRegularFile();
    assertThat(Services.kubo(store().toUri())).contains(address);
    JsonNode well = doctor(0);
    assertThat(well.get("state").asText()).isEqualTo("ok");
    assertThat(well.get("found").asText())
        .matches("Kubo 0\\.\\d+\\.\\d+ with \\d+ blocks, .*" + address + ".*");
    assertThat(ask("up", "kubo").out()).contains("kubo is already up at " + address);

    ProcessHandle process = ProcessHandle.of(node.get("pid").asLong()).orElseThrow();
    process.destroyForcibly();
    process.onExit().get(30, TimeUnit.SECONDS);
    assertThat(doctor(1).get("next").asText()).contains("./cats up kubo --store " + store());
    Answer again = ask("up", "kubo");
    assertThat(again.err()).contains("is gone; going on with its data");
    assertThat(again.out()).contains("kubo is up at " + address);

    Answer down = ask("down", "kubo");
    assertThat(down.out()).startsWith("kubo is down (process ");
    assertThat(Files.exists(store().resolve("services/kubo/repo/config"))).isTrue();
  }

  @Test
  void withoutGoTheDoctorAndUpSayHowToGetIt() throws Exception {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1"));
    command.add("-Dcats.root=" + System.getProperty("cats.root"));
    command.addAll(List.of("-cp", JavaProcess.classPath(), Cats.class.getName()));
    Map<String, String> bare =
        Map.of("PATH", empty.toString(), "XDG_CACHE_HOME", folder.resolve("cache").toString());

    List<String> up = new ArrayList<>(command);
    up.addAll(List.of("up", "kubo"));
    Shell upped = Shell.run(folder, bare, up);
    assertThat(upped.code()).isEqualTo(2);
    assertThat(upped.err())
        .contains("cats: Cannot build Kubo: there is no go on the path\nInstall Go 1.");

    List<String> doctor = new ArrayList<>(command);
    doctor.add("doctor");
    Shell asked = Shell.run(folder, bare, doctor);
    assertThat(asked.out())
        .contains("go      off    Cannot build Kubo: there is no go on the path")
        .contains("Install Go 1.", "Only ./cats up kubo needs it");
  }
}
