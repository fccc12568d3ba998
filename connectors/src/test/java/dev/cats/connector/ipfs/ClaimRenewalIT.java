package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.cats.connector.kafka.Said;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.apache.logging.log4j.Level;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A claim on a file system that becomes so slow that its renewal comes too late. */
class ClaimRenewalIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private java.nio.file.Path folder;
  private final SlowFileSystem files = new SlowFileSystem();
  private Path claims;

  /** Holds back, from a moment on, what is written. */
  private static final class SlowFileSystem extends LocalFileSystem {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private volatile boolean slow;

    @Override
    public FSDataOutputStream create(Path file, WriteMode mode) throws IOException {
      if (slow) {
        reached.countDown();
        try {
          release.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("Cannot write " + file);
        }
      }
      return super.create(file, mode);
    }
  }

  @BeforeEach
  void makeFolder() throws IOException {
    claims = new Path(folder.resolve("claims").toUri());
    files.mkdirs(claims);
  }

  @Test
  void aRenewalThatTookTooLongIsTakenBack() throws Exception {
    try (Said said = Said.everything(Level.INFO);
        Claim claim = Claim.take(files, claims, "a store", "a run")) {
      claim.requireHeld("write HEAD");
      files.slow = true;
      assertThat(files.reached.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThatIOException()
                      .isThrownBy(() -> claim.requireHeld("write HEAD"))
                      .withMessageMatching(
                          "Cannot write HEAD: the claim .* was lost after \\d+ s without a renewal, and another writer may have the store now"));
      files.slow = false;
      files.release.countDown();
      Awaitility.await().atMost(PATIENCE).until(() -> !said.about("Lost ").isEmpty());
      assertThat(said.about("Lost "))
          .singleElement()
          .asString()
          .endsWith(": to renew it took too long");
      Awaitility.await().atMost(PATIENCE).until(() -> files.listStatus(claims).length == 0);
      assertThatIOException().as("for good").isThrownBy(() -> claim.requireHeld("write HEAD"));
      try (Claim next = Claim.take(files, claims, "a store", "the next run")) {
        next.requireHeld("write HEAD");
      }
    }
  }
}
