package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private static final Patience PATIENCE =
      new Patience(
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          5,
          Duration.ofMillis(100),
          Duration.ofMillis(500));

  @Test
  void pausesDoubleUpToTheLongestAndAreShortenedAtRandom() {
    long[] full = {100, 200, 400, 500, 500};
    for (int failed = 1; failed <= 5; failed++) {
      for (int i = 0; i < 200; i++) {
        assertThat(PATIENCE.pause(failed).toMillis())
            .isBetween(full[failed - 1] / 2, full[failed - 1]);
      }
    }
    assertThat(PATIENCE.pause(1000).toMillis()).isBetween(250L, 500L);
  }

  @Test
  void nonsenseIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PATIENCE.withAttempts(0))
        .withMessageStartingWith("Invalid patience: expected an attempt or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PATIENCE.withSilence(Duration.ZERO))
        .withMessageStartingWith("Invalid patience: expected times above zero");
  }
}
