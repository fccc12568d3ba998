package dev.cats.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.lot.Codec;
import org.junit.jupiter.api.Test;

class SamplesTest {

  @Test
  void aSampleIsOfTheSizeThatTheFiguresAreFor() {
    Codec<Sample> codec = Codec.of(Sample.class);

    for (long sequence : new long[] {0, 999, 12_345, 5_000_000}) {
      assertThat(codec.encode(Samples.of(sequence)).length).isBetween(185, 193);
    }
  }

  @Test
  void theMedianOfAnEvenNumberLiesInTheMiddle() {
    assertThat(Measurement.median(4, 1, 3)).isEqualTo(3);
    assertThat(Measurement.median(4, 1, 3, 2)).isEqualTo(2.5);
  }
}
