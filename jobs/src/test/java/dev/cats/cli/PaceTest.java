package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {

  @ParameterizedTest
  @ValueSource(strings = {"200", "200/s"})
  void eventsAreSpreadEvenly(String rate) {
    Pace pace = Pace.of(rate);
    long started = System.nanoTime();
    for (int i = 0; i < 41; i++) {
      pace.await(() -> false);
    }
    assertThat((System.nanoTime() - started) / 1e9).isGreaterThan(0.199);
  }

  @Test
  void itDoesNotHoldUpAnEnd() {
    Pace pace = Pace.of("0.001/s");
    for (int i = 0; i < 5; i++) {
      pace.await(() -> true);
    }
    Pace.unlimited().await(() -> false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fast", "", "0", "-5", "/s", "NaN", "Infinity", "5/m"})
  void whatIsNoRateIsRefused(String rate) {
    assertThatExceptionOfType(Failure.class)
        .isThrownBy(() -> Pace.of(rate))
        .withMessage(
            "Invalid --rate: expected events per second, found " + rate + "\nTry: --rate 500/s");
  }
}
