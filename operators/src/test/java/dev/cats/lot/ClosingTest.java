package dev.cats.lot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosingTest {
  private final List<String> closed = new ArrayList<>();

  @Test
  void whatCannotBeClosedKeepsNothingElseOpen() {
    AutoCloseable refuses =
        () -> {
          closed.add("refuses");
          throw new IOException("No space left on device");
        };
    assertThatNoException()
        .isThrownBy(() -> Closing.quietly(null, refuses, () -> closed.add("next")));
    assertThat(closed).containsExactly("refuses", "next");
  }

  @Test
  void aThreadThatWasInterruptedStaysSo() {
    Closing.quietly(
        () -> {
          throw new InterruptedException();
        });
    assertThat(Thread.interrupted()).isTrue();
  }
}
