package dev.cats.lot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.event.DataInitiativeEvent;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import org.junit.jupiter.api.Test;

/** Times in microseconds, which events have. */
class EventTimesTest {
  private static final Instant AT = Instant.parse("2024-02-29T12:34:56.789Z");

  @Test
  void timesOfEveryMicrosecondAreWrittenAsAvroWritesThem() throws IOException {
    Codec<DataInitiativeEvent> codec = Codec.of(DataInitiativeEvent.class);
    for (long micros :
        new long[] {Long.MIN_VALUE, -1_000_001, -1_000_000, -1, 0, 1, 999_999, Long.MAX_VALUE}) {
      DataInitiativeEvent event = event(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
      AvroOut out = new AvroOut(64);

      assertThat(codec.write(event, out)).as("exact").isTrue();

      assertThat(out.toArray()).isEqualTo(CodecTest.byAvro(event));
      assertThat(codec.decode(out.toArray(), 0, out.position())).isEqualTo(event);
    }
  }

  @Test
  void aTimeOfMoreThanMicrosecondsIsSaidToBeInexact() {
    Codec<DataInitiativeEvent> codec = Codec.of(DataInitiativeEvent.class);
    AvroOut out = new AvroOut(64);

    assertThat(codec.write(event(AT.plusNanos(1)), out)).isFalse();
    assertThat(codec.write(event(AT.plusNanos(1_000)), out)).isTrue();
  }

  @Test
  void aTimeBeyondMicrosecondsOf64BitsIsRefused() {
    Codec<DataInitiativeEvent> codec = Codec.of(DataInitiativeEvent.class);

    assertThatThrownBy(() -> codec.encode(event(Instant.MAX)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid time: expected one in microseconds of 64 bits since 1970, found "
                + Instant.MAX);
  }

  private static DataInitiativeEvent event(Instant time) {
    DataInitiativeEvent event = new DataInitiativeEvent();
    event.setSpecversion("1.0");
    event.setId("1");
    event.setSource("/test");
    event.setType("test");
    event.setInitiative("");
    event.setTime(time);
    event.setExtensions(new HashMap<>());
    return event;
  }
}
