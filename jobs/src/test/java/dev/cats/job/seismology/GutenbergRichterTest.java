package dev.cats.job.seismology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GutenbergRichterTest {

  @ParameterizedTest
  @CsvSource({
    "2, 20",
    "1.70, 17",
    "1.25, 13",
    "1.24999999, 12",
    "-0.05, -1",
    "-0.04, 0",
    "-0.25, -3",
    "0.05, 1",
    "2.0499999999999998, 20",
    "1E-2, 0",
    "-0, 0"
  })
  void aTieGoesAwayFromZero(String written, int tenths) {
    assertThat(GutenbergRichter.tenths(written)).isEqualTo(tenths);
  }

  /** By hand: 25 times 1.0 and 25 times 1.2, so the mean is 1.1, and 1.1 - 0.95 = 0.15. */
  @Test
  void aCatalogueMadeByHandHasTheBValueWorkedOutByHand() {
    List<Quake> quakes = quakes(25, "1.0");
    quakes.addAll(quakes(25, "1.2"));
    BValue value = GutenbergRichter.estimate("xx", quakes);
    assertThat(value.getEvents()).isEqualTo(50);
    assertThat(value.getComplete()).isEqualTo(50);
    assertThat(value.getCompleteness()).isEqualTo(1.0);
    double b = 0.4342944819032518 / 0.15;
    assertThat(value.getBValue()).isCloseTo(b, offset(1e-14));
    // every event is 0.1 from the mean: sqrt(50 * 0.01 / (50 * 49)) = 0.1 / 7
    assertThat(value.getStandardError()).isCloseTo(2.30 * b * b * 0.1 / 7, offset(1e-13));
  }

  @Test
  void oneEventLessThanEnoughHasNoBValue() {
    assertThat(GutenbergRichter.estimate("xx", quakes(50, "1.0")).getBValue()).isNotNull();
    BValue value = GutenbergRichter.estimate("xx", quakes(49, "1.0"));
    assertThat(value.getBValue()).isNull();
    assertThat(value.getStandardError()).isNull();
    assertThat(value.getCompleteness()).isEqualTo(1.0);
  }

  @Test
  void eventsBelowCompletenessDoNotCountTowardsEnough() {
    List<Quake> quakes = quakes(49, "1.0");
    quakes.addAll(quakes(48, "0.9"));
    BValue value = GutenbergRichter.estimate("xx", quakes);
    assertThat(value.getEvents()).isEqualTo(97);
    assertThat(value.getComplete()).isEqualTo(49);
    assertThat(value.getBValue()).isNull();
  }

  @Test
  void theLowerOfTwoFullestBinsIsTaken() {
    List<Quake> quakes = quakes(30, "1.5");
    quakes.addAll(quakes(30, "-0.25"));
    assertThat(GutenbergRichter.estimate("xx", quakes).getCompleteness()).isEqualTo(-0.3);
    Collections.reverse(quakes);
    assertThat(GutenbergRichter.estimate("xx", quakes).getCompleteness()).isEqualTo(-0.3);
  }

  @Test
  void eventsOfOneMagnitudeHaveNoSpread() {
    BValue value = GutenbergRichter.estimate("xx", quakes(60, "2.04"));
    assertThat(value.getBValue()).isCloseTo(0.4342944819032518 / 0.05, offset(1e-13));
    assertThat(value.getStandardError()).isZero();
  }

  @Test
  void anEmptyCatalogueIsRefused() {
    assertThatThrownBy(() -> GutenbergRichter.estimate("xx", List.of()))
        .hasMessage("Invalid catalogue of xx: no quakes");
  }

  static List<Quake> quakes(int count, String magnitude) {
    List<Quake> quakes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      quakes.add(quake(magnitude, Instant.EPOCH));
    }
    return quakes;
  }

  static Quake quake(String magnitude, Instant time) {
    return Quake.newBuilder()
        .setId("xx1")
        .setNetwork("xx")
        .setTime(time)
        .setKind("earthquake")
        .setMagnitude(Double.parseDouble(magnitude))
        .setMagnitudeText(magnitude)
        .setLongitude(0)
        .setLatitude(0)
        .build();
  }
}
