package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cats.connector.ipfs.KuboNode;
import dev.cats.service.Services;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Kubo node that the commands start, ask and end. */
class KuboUpDownIT {
  @TempDir private Path folder;
  private StoreServices services;

  @BeforeEach
  void choose() {
    services = new StoreServices(folder.resolve("store"));
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    services.ask("down");
    assertThat(Services.kubo(services.store().toUri())).isEmpty();
  }

  @Test
  void aNodeComesUpIsKilledGoesOnAndEnds() throws Exception {
    KuboNode.assumeAvailable();
    assertThat(services.doctor("kubo", 0).get("state").asText()).isEqualTo("off");
    assertThat(services.store()).doesNotExist();

    JsonNode node = services.up("kubo");
    String address = node.get("address").asText();
    assertThat(address).matches("kubo://127\\.0\\.0\\.1:\\d+");
    assertThat(Path.of(node.get("log").asText())).startsWith(services.store()).isRegularFile();
    assertThat(Services.kubo(services.store().toUri())).contains(address);
    JsonNode well = services.doctor("kubo", 0);
    assertThat(well.get("state").asText()).isEqualTo("ok");
    assertThat(well.get("found").asText())
        .matches("Kubo 0\\.\\d+\\.\\d+ with \\d+ blocks, .*" + address + ".*");
    assertThat(services.ask("up", "kubo").out()).contains("kubo is already up at " + address);

    StoreServices.kill(StoreServices.process(node));
    assertThat(services.doctor("kubo", 1).get("next").asText())
        .contains("./cats up kubo --store " + services.store());
    Answer again = services.ask("up", "kubo");
    assertThat(again.err()).contains("is gone; going on with its data");
    assertThat(again.out()).contains("kubo is up at " + address);

    Answer down = services.ask("down", "kubo");
    assertThat(down.out()).startsWith("kubo is down (process ");
    assertThat(Files.exists(services.store().resolve("services/kubo/repo/config"))).isTrue();
  }

  @Test
  void withoutGoTheDoctorAndUpSayHowToGetIt() throws Exception {
    Shell upped = StoreServices.withoutTools(folder, "up", "kubo");
    assertThat(upped.code()).isEqualTo(2);
    assertThat(upped.err())
        .contains("cats: Cannot build Kubo: there is no go on the path\nInstall Go 1.");

    Shell asked = StoreServices.withoutTools(folder, "doctor");
    assertThat(asked.out())
        .contains("go      off    Cannot build Kubo: there is no go on the path")
        .contains("Install Go 1.", "Only ./cats up kubo needs it");
  }
}
