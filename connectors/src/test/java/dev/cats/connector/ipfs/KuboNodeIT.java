package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The node that the other tests stand on: that it is a real one, and that it ends. */
class KuboNodeIT {

  @Test
  void aNodeOutlivesItsProcessAndLeavesNothingBehind() throws Exception {
    long pid;
    Path folder;
    try (KuboNode node = KuboNode.start()) {
      LocalKubo kubo = LocalKubo.of(Path.of("unused"), node.folder(), node.uri().getPort());
      String id = kubo.ask("id").path("ID").asText();
      assertThat(id).startsWith("12D3Koo");
      assertThat(kubo.ask("version").path("Version").asText())
          .isEqualTo(KuboBuild.of(Path.of(System.getProperty("cats.root"))).version());
      kubo.ask("files/cp?arg=/ipfs/bafkqaaa&arg=/kept");
      URI uri = node.uri();
      URI gateway = node.gateway();
      node.kill();
      assertThat(node.isRunning()).isFalse();
      node.restart();
      assertThat(node.uri()).isEqualTo(uri);
      assertThat(node.gateway()).isEqualTo(gateway);
      node.stop();
      node.restart();
      assertThat(kubo.ask("id").path("ID").asText()).isEqualTo(id);
      assertThat(kubo.ask("files/stat?arg=/kept").path("Type").asText()).isEqualTo("file");
      node.collectGarbage();
      assertThat(kubo.ask("files/stat?arg=/kept").path("Type").asText()).isEqualTo("file");
      assertThat(node.log()).contains("Daemon is ready", "offline mode");
      pid = node.pid();
      folder = node.folder();
    }
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(folder).doesNotExist();
  }

  @Test
  void itListensOnThisMachineOnlyAndAsksNobody() throws Exception {
    try (KuboNode node = KuboNode.startOnline()) {
      String config = Files.readString(node.folder().resolve("repo/config"));
      assertThat(config)
          .contains("\"Bootstrap\" : [ ]", "pebble")
          .doesNotContain("0.0.0.0", "/ip6/::/");
      assertThat(Files.getPosixFilePermissions(node.folder().resolve("repo/config")))
          .allMatch(permission -> permission.name().startsWith("OWNER"));
      HttpURLConnection gateway =
          (HttpURLConnection) node.gateway().resolve("/ipfs/bafkqaaa").toURL().openConnection();
      assertThat(gateway.getResponseCode()).isEqualTo(200);
    }
  }

  @Test
  void twoNodesFindEachOther() throws Exception {
    try (KuboNode one = KuboNode.startOnline();
        KuboNode other = KuboNode.startOnline()) {
      one.connect(other);
      LocalKubo kubo = LocalKubo.of(Path.of("unused"), one.folder(), one.uri().getPort());
      assertThat(kubo.ask("swarm/peers").path("Peers").findValuesAsText("Peer"))
          .hasSize(1)
          .allMatch(other.address()::endsWith);
    }
  }

  @Test
  void aNodeThatCannotStartHasTheLastWord() throws Exception {
    assertThatThrownBy(() -> KuboNode.start(Map.of("Datastore.Spec", "{\"type\":\"nonsense\"}")))
        .hasMessageContaining("Cannot start Kubo at 127.0.0.1:")
        .hasMessageContaining("it ended")
        .hasMessageContaining("nonsense");
  }
}
