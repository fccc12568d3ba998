package dev.cats.initiative;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.egress.EgressOptions;
import dev.cats.sample.Reading;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.WatermarkAlignmentParams;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.SourceTransformation;
import org.junit.jupiter.api.Test;

class EventTimeTest {

  record LineTime() implements TimestampAssigner<String>, java.io.Serializable {
    @Override
    public long extractTimestamp(String line, long recordTimestamp) {
      return recordTimestamp;
    }
  }

  @Test
  void theAlignmentOfASourceReachesFlink() {
    Duration ahead = Duration.ofSeconds(30);
    Duration every = Duration.ofSeconds(2);

    WatermarkAlignmentParams found =
        alignment(
            WatermarkStrategy.<String>forMonotonousTimestamps()
                .withWatermarkAlignment("stations", ahead, every));

    assertThat(found.isEnabled()).isTrue();
    assertThat(found.getWatermarkGroup()).isEqualTo("stations");
    assertThat(found.getMaxAllowedWatermarkDrift()).isEqualTo(ahead.toMillis());
    assertThat(found.getUpdateInterval()).isEqualTo(every.toMillis());
    assertThat(alignment(WatermarkStrategy.forMonotonousTimestamps()).isEnabled()).isFalse();
  }

  private static WatermarkAlignmentParams alignment(WatermarkStrategy<String> watermarks) {
    Configuration config = new Configuration();
    config.set(EgressOptions.STORE, "memory:event-time");
    DataInitiative initiative =
        DataInitiative.on(
            StreamExecutionEnvironment.getExecutionEnvironment(new Configuration()),
            "sample",
            config);
    DataStream<Reading> readings =
        initiative
            .source("lines", Readings.source(1), String.class, new LineTime(), watermarks)
            .flatMap("parse", new Readings.Parse())
            .plain();
    return readings.getTransformation().getTransitivePredecessors().stream()
        .filter(SourceTransformation.class::isInstance)
        .map(each -> ((SourceTransformation<?, ?, ?>) each).getWatermarkStrategy())
        .findFirst()
        .orElseThrow()
        .getAlignmentParameters();
  }
}
