package dev.cats.job.seismology;

import dev.cats.connector.kafka.EventOf;
import java.time.Instant;
import java.time.ZoneOffset;
import javax.annotation.Nullable;

/** What the initiative's results say of themselves where they leave as events; all by network. */
final class QuakeEvents {
  private QuakeEvents() {}

  record OfDaily() implements EventOf<DailyStats> {
    @Override
    public String type() {
      return "dev.cats.seismology.daily";
    }

    @Override
    public String subject(DailyStats stats) {
      return stats.getNetwork();
    }

    @Override
    public Instant time(DailyStats stats) {
      return stats.getDay().atStartOfDay(ZoneOffset.UTC).toInstant();
    }
  }

  record OfBValue() implements EventOf<BValue> {
    @Override
    public String type() {
      return "dev.cats.seismology.b-value";
    }

    @Override
    public String subject(BValue value) {
      return value.getNetwork();
    }

    @Override
    @Nullable
    public Instant time(BValue value) {
      return value.getWeek() == null
          ? null
          : value.getWeek().atStartOfDay(ZoneOffset.UTC).toInstant();
    }
  }

  record OfQuake() implements EventOf<Quake> {
    @Override
    public String type() {
      return "dev.cats.seismology.quake";
    }

    @Override
    public String subject(Quake quake) {
      return quake.getNetwork();
    }

    @Override
    public Instant time(Quake quake) {
      return quake.getTime();
    }
  }
}
