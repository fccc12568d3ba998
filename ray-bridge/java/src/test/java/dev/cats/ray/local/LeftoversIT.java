package dev.cats.ray.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host that was killed has left behind is ended by the next one, and nothing else is. */
class LeftoversIT {
  @TempDir private Path folder;

  @Test
  void whatIsRememberedEndsWithTheSession() throws Exception {
    Leftovers leftovers = new Leftovers(folder);
    Process process = new ProcessBuilder("sleep", "600").start();
    try {
      Path session = leftovers.newSession();
      Files.writeString(Files.createDirectories(session.resolve("logs")).resolve("a.log"), "said");
      assertThat(session.toString()).hasSizeLessThan(45);
      leftovers.remember();
      new Leftovers(folder).end();
      assertThat(process.isAlive()).isFalse();
      assertThat(session).doesNotExist();
      assertThat(folder).isEmptyDirectory();
    } finally {
      process.destroyForcibly().waitFor();
    }
    new Leftovers(folder).end();
  }

  @Test
  void aRecycledProcessIdIsLeftAlone() throws Exception {
    Process stranger = new ProcessBuilder("sleep", "600").start();
    try {
      Files.writeString(
          folder.resolve("processes"),
          stranger.pid() + " " + Instant.now().minusSeconds(3600) + "\n");
      new Leftovers(folder).end();
      assertThat(stranger.isAlive()).isTrue();
    } finally {
      stranger.destroyForcibly().waitFor();
    }
  }

  @Test
  void aNewSessionTakesThePlaceOfTheLast() throws Exception {
    Leftovers leftovers = new Leftovers(folder);
    Path first = leftovers.newSession();
    Path second = leftovers.newSession();
    assertThat(first).doesNotExist();
    assertThat(second).isEmptyDirectory();
    leftovers.end();
    assertThat(second).doesNotExist();
  }
}
