package dev.cats.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cats.connector.kafka.KafkaBroker;
import dev.cats.connector.kafka.LocalBroker;
import dev.cats.service.Services.Ending;
import dev.cats.service.Services.Up;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that outlive their starter: which one is meant, whose turn it is, and how they end. */
class ServicesIT {
  private static final Service KAFKA = Services.ALL.get(0);

  @TempDir private Path store;

  @Test
  void whoDoesNotEndIsKilled() throws Exception {
    KafkaBroker.assumeAvailable();
    Services services = Services.of(store, "").withPatience(Duration.ofSeconds(1));
    List<String> said = new ArrayList<>();
    Up up = services.up(KAFKA, OptionalInt.of(LocalBroker.freePort()), said::add);
    ProcessHandle process = up.daemon().process().orElseThrow();
    try {
      assertThat(new ProcessBuilder("kill", "-STOP", "" + process.pid()).start().waitFor())
          .isZero();
      assertThat(services.down(KAFKA, said::add).orElseThrow().ending()).isEqualTo(Ending.KILLED);
      assertThat(Daemon.endsWithin(process, Duration.ZERO)).isTrue();
      assertThat(said)
          .containsExactly(
              "Starting kafka", "Stopping kafka", "kafka did not end within 1 s; killing it");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void commandsTakeTurns() throws IOException {
    Path folder = Files.createDirectories(store.resolve("services/kafka"));
    Services services = Services.of(store, "");
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThatThrownBy(
              () -> services.up(KAFKA, OptionalInt.of(LocalBroker.freePort()), line -> {}))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("Cannot change kafka: another `./cats up` or `./cats down`")
          .hasMessageContaining(folder.resolve("lock").toString());
    }
  }

  @Test
  void aProcessIsRememberedByItsIdAndItsBeginning() throws Exception {
    Process process = new ProcessBuilder("sleep", "600").start();
    try {
      Daemon daemon = Daemon.of(process.toHandle(), 9092, "127.0.0.1:9092");
      daemon.write(store);
      assertThat(Daemon.in(store)).contains(daemon);
      assertThat(daemon.isAlive()).isTrue();
      Instant other = daemon.started().minusSeconds(3);
      assertThat(new Daemon(daemon.pid(), other, 9092, "").isAlive()).isFalse();
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(Daemon.in(store).orElseThrow().isAlive()).isFalse();
    Daemon.forget(store);
    assertThat(Daemon.in(store)).isEmpty();
  }

  @Test
  void aZombieIsNoProcess() throws Exception {
    assumeThat(Path.of("/proc/self/stat")).exists();
    // The second sleep has a child that it knows nothing of, and so never collects.
    Process parent = new ProcessBuilder("sh", "-c", "sleep 0.5 & exec sleep 600").start();
    try {
      Awaitility.await().until(() -> parent.children().findAny().isPresent());
      ProcessHandle child = parent.children().findAny().orElseThrow();
      Daemon daemon = Daemon.of(child, 9092, "");
      assertThat(daemon.isAlive()).isTrue();
      assertThat(Daemon.endsWithin(child, Duration.ZERO)).isFalse();
      assertThat(Daemon.endsWithin(child, Duration.ofSeconds(20))).isTrue();
      assertThat(child.isAlive()).as("as the JDK sees it").isTrue();
      assertThat(daemon.isAlive()).isFalse();
    } finally {
      parent.destroyForcibly().waitFor();
    }
  }

  @Test
  void aFileThatCannotBeUnderstoodRemembersNobody() throws IOException {
    for (String text : List.of("", "pid=x", "pid=1\nstarted=yesterday\nport=1", "\\u00zz")) {
      Files.writeString(store.resolve("running"), text);
      assertThat(Daemon.in(store)).as(text).isEmpty();
    }
  }

  @Test
  void nobodyListensAtAFreePort() throws IOException {
    assertThat(Services.portOwner(LocalBroker.freePort())).isEmpty();
  }
}
