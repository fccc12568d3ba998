package dev.cats.job.seismology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.junit.jupiter.api.Test;

class DailyMagnitudesTest {
  private static final LocalDate DAY = LocalDate.of(2018, 2, 1);

  @Test
  void theMeanIsOfTheDecimals() {
    List<Quake> quakes = GutenbergRichterTest.quakes(1, "0.1");
    quakes.addAll(GutenbergRichterTest.quakes(1, "0.2"));
    assertThat(DailyMagnitudes.stats("xx", DAY, quakes))
        .isEqualTo(new DailyStats("xx", DAY, 2L, 0.15, 0.2));
  }

  @Test
  void theOrderOfVeryDifferentMagnitudesDoesNotShow() {
    String tiny = "1E-39";
    List<Quake> up = new ArrayList<>();
    up.addAll(GutenbergRichterTest.quakes(3, tiny));
    up.addAll(GutenbergRichterTest.quakes(1, "-1"));
    up.addAll(GutenbergRichterTest.quakes(1, "1"));
    assertThat(DailyMagnitudes.stats("xx", DAY, up).getMeanMagnitude()).isEqualTo(6e-40);
  }

  @Test
  void theLargestOfNegativeMagnitudesIsNearestToZero() {
    List<Quake> quakes = GutenbergRichterTest.quakes(2, "-0.8");
    quakes.addAll(GutenbergRichterTest.quakes(1, "-0.07"));
    assertThat(DailyMagnitudes.stats("xx", DAY, quakes).getMaxMagnitude()).isEqualTo(-0.07);
  }

  @Test
  void theDayIsThatOfTheWindowsStart() {
    Instant start = Instant.parse("2018-02-01T00:00:00Z");
    List<DailyStats> out = new ArrayList<>();
    new DailyMagnitudes()
        .apply(
            "xx",
            new TimeWindow(start.toEpochMilli(), start.plus(Duration.ofDays(1)).toEpochMilli()),
            GutenbergRichterTest.quakes(1, "2"),
            new ListCollector<>(out));
    assertThat(out).containsExactly(new DailyStats("xx", DAY, 1L, 2.0, 2.0));
  }

  @Test
  void anEmptyDayIsRefused() {
    assertThatThrownBy(() -> DailyMagnitudes.stats("xx", DAY, List.of()))
        .hasMessage("Invalid day 2018-02-01 of xx: no quakes");
  }
}
