package dev.cats.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is read while somebody writes to it. */
class FollowIT {
  @TempDir private Path folder;
  private Path file;
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private volatile boolean over;
  private CompletableFuture<Void> reading;

  @BeforeEach
  void makeTheFile() throws IOException {
    file = Files.writeString(folder.resolve("log.csv"), "n\n1\n2\n");
  }

  private void follow() {
    reading =
        CompletableFuture.runAsync(
            () -> {
              try (EventFile events =
                  EventFile.follow(file, FileFormat.CSV, Attributes.NONE, () -> over)) {
                for (Optional<Entry> each = events.next(); each.isPresent(); each = events.next()) {
                  seen.add(
                      each.get().place()
                          + " "
                          + StandardCharsets.UTF_8.decode(each.get().event().getData()));
                }
              } catch (IOException e) {
                seen.add(e.toString());
              }
            });
  }

  @AfterEach
  void stop() throws Exception {
    over = true;
    reading.get(10, TimeUnit.SECONDS);
  }

  private void append(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }

  private void awaitSeen(String... entries) {
    Awaitility.await().untilAsserted(() -> assertThat(seen).containsExactly(entries));
  }

  @Test
  void linesAreReadAsTheyAreFinished() throws IOException {
    follow();
    awaitSeen("line 2 {\"n\":\"1\"}", "line 3 {\"n\":\"2\"}");
    append("3");
    append("3\n4");
    awaitSeen("line 2 {\"n\":\"1\"}", "line 3 {\"n\":\"2\"}", "line 4 {\"n\":\"33\"}");
  }

  @Test
  void aFileThatIsRotatedIsReadToItsEndAndThenTheNewOne() throws IOException {
    follow();
    awaitSeen("line 2 {\"n\":\"1\"}", "line 3 {\"n\":\"2\"}");
    Path old = Files.move(file, folder.resolve("log.csv.1"));
    Files.writeString(old, "3\n4", StandardOpenOption.APPEND);
    Files.writeString(file, "n\n5\n");
    awaitSeen(
        "line 2 {\"n\":\"1\"}",
        "line 3 {\"n\":\"2\"}",
        "line 4 {\"n\":\"3\"}",
        "line 5 {\"n\":\"4\"}",
        "line 2 {\"n\":\"5\"}");
  }

  @Test
  void aFileThatIsEmptiedIsReadFromItsStart() throws IOException {
    follow();
    awaitSeen("line 2 {\"n\":\"1\"}", "line 3 {\"n\":\"2\"}");
    Files.writeString(file, "n\n");
    append("3\n");
    awaitSeen("line 2 {\"n\":\"1\"}", "line 3 {\"n\":\"2\"}", "line 2 {\"n\":\"3\"}");
  }
}
