package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TroubleTest {
  private final Trouble<String> trouble = new Trouble<>("Kubo at here");

  private boolean fails(String what, String why) {
    return trouble.with(
        what, new IOException("Cannot send %s: Kubo at here %s".formatted(what, why)));
  }

  private boolean getsThrough(String what) {
    return trouble.over(what::equals);
  }

  @Test
  void eachReasonIsSaidOnceWhateverFailsForItAndHoweverMuch() {
    assertThat(fails("a", "stored 3 of 4 blocks")).isTrue();
    assertThat(fails("b", "stored 1,234 of 5,678 blocks")).isFalse();
    assertThat(fails("b", "is full")).isTrue();
    assertThat(fails("a", "stored 2 of 4 blocks")).isFalse();
  }

  @Test
  void itIsOverOnceAndWhenAllThatHadFailedGotThrough() {
    fails("a", "is full");
    fails("b", "is full");
    assertThat(getsThrough("b")).isFalse();
    assertThat(getsThrough("c")).isFalse();
    assertThat(getsThrough("a")).isTrue();
    assertThat(getsThrough("d")).isFalse();
    assertThat(fails("a", "is full")).as("a new trouble").isTrue();
    assertThat(getsThrough("a")).isTrue();
  }

  @Test
  void whatGetsThroughDoesNotMakeAReasonNewThatLasts() {
    fails("a", "refuses it");
    for (int i = 0; i < 5; i++) {
      assertThat(getsThrough("good " + i)).isFalse();
      assertThat(fails("a", "refuses it")).isFalse();
    }
  }

  @Test
  void aReasonThatEndedAndComesBackIsSaidAgainThoughAnotherLasts() {
    fails("a", "refuses it");
    assertThat(fails("b", "cannot be reached")).isTrue();
    getsThrough("b");
    assertThat(fails("a", "refuses it")).isFalse();
    assertThat(fails("b", "cannot be reached")).isTrue();
  }

  @Test
  void whatNeedNotGetThroughAnyMoreHoldsNothingUp() {
    fails("a", "is full");
    trouble.gone("a"::equals);
    assertThat(getsThrough("b")).as("that it is over is said still").isTrue();
  }

  @Test
  void pausesGrowUntilSomethingGetsThrough() {
    assertThat(trouble.nanos()).isZero();
    fails("a", "is full");
    assertThat(trouble.pause()).isEqualTo(Duration.ofMillis(200));
    fails("a", "is full");
    assertThat(trouble.pause()).isEqualTo(Duration.ofMillis(400));
    for (int i = 0; i < 100; i++) {
      fails("a", "is full");
    }
    assertThat(trouble.pause()).isEqualTo(Duration.ofSeconds(Trouble.LONGEST_SECONDS));
    assertThat(trouble.nanos()).isPositive();
    assertThat(getsThrough("b")).isFalse();
    assertThat(trouble.nanos()).as("something got through").isZero();
    assertThat(trouble.reason()).isEqualTo(". Cannot send a: Kubo at here is full");
    getsThrough("a");
    assertThat(trouble.reason()).isEmpty();
  }

  @Test
  void whatHasNoMessageIsSaidToo() {
    assertThat(trouble.with("a", new IllegalStateException())).isTrue();
    assertThat(trouble.reason()).isEqualTo(". null");
  }
}
