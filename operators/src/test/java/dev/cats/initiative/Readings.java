package dev.cats.initiative;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.event.Arrival;
import dev.cats.event.Position;
import dev.cats.lot.HandOver;
import dev.cats.sample.Reading;
import dev.cats.step.KeyedStep;
import dev.cats.step.Output;
import dev.cats.step.Rule;
import dev.cats.step.Side;
import dev.cats.step.Step;
import java.util.Optional;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.FilterFunction;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** A sample initiative: readings of a few stations, one per second of event time. */
final class Readings {
  static final Cid FILE = Cid.sha256(Cid.RAW, Bytes.utf8("readings"));
  static final Side<Reading> LOW = Side.of("low", Reading.class);

  private Readings() {}

  static Source<Arrival<String>, ?, ?> source(long count) {
    return new DataGeneratorSource<>(new Lines(), count, HandOver.type());
  }

  static Source<Arrival<String>, ?, ?> source(long count, double perSecond) {
    return new DataGeneratorSource<>(
        new Lines(), count, RateLimiterStrategy.perSecond(perSecond), HandOver.type());
  }

  record Lines() implements GeneratorFunction<Long, Arrival<String>> {
    @Override
    public Arrival<String> map(Long index) {
      String line = index % 100 == 99 ? "not a reading " + index : line(index);
      return Arrival.of(new Position.FileRecord("readings.csv", FILE, index), line);
    }

    private static String line(long index) {
      return "s" + index % 5 + "," + index * 1000 + "," + (index % 7) * 0.5;
    }
  }

  record Parse() implements Step<String, Reading> {
    @Override
    public void apply(String line, Output<Reading> out) {
      String[] parts = line.split(",", -1);
      if (parts.length != 3) {
        out.reject("malformed", "expected 3 fields, found " + parts.length);
        return;
      }
      out.collect(new Reading(parts[0], Long.parseLong(parts[1]), Double.parseDouble(parts[2])));
    }
  }

  record NotNegative() implements Rule<Reading> {
    @Override
    public String name() {
      return "not-negative";
    }

    @Override
    public Optional<String> broken(Reading reading) {
      return reading.getValue() < 0
          ? Optional.of("value is " + reading.getValue())
          : Optional.empty();
    }
  }

  record IsHigh() implements FilterFunction<Reading> {
    @Override
    public boolean filter(Reading reading) {
      return reading.getValue() > 0.25;
    }
  }

  record Doubled() implements MapFunction<Reading, Reading> {
    @Override
    public Reading map(Reading reading) {
      return new Reading(reading.getStation(), reading.getTime(), reading.getValue() * 2);
    }
  }

  record StationOf() implements KeySelector<Reading, String> {
    @Override
    public String getKey(Reading reading) {
      return reading.getStation();
    }
  }

  record ReadingTime() implements TimestampAssigner<Reading>, java.io.Serializable {
    @Override
    public long extractTimestamp(Reading reading, long recordTimestamp) {
      return reading.getTime();
    }
  }

  /** A POJO as a record. */
  public record Total(String station, long count, double sum) {}

  record Sums() implements WindowFunction<Reading, Total, String, TimeWindow> {
    @Override
    public void apply(
        String station, TimeWindow window, Iterable<Reading> readings, Collector<Total> out) {
      long count = 0;
      double sum = 0;
      for (Reading reading : readings) {
        count++;
        sum += reading.getValue();
      }
      out.collect(new Total(station, count, sum));
    }
  }

  record Counting() implements AggregateFunction<Reading, Long, Long> {
    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long add(Reading reading, Long count) {
      return count + 1;
    }

    @Override
    public Long getResult(Long count) {
      return count;
    }

    @Override
    public Long merge(Long a, Long b) {
      return a + b;
    }
  }

  static final class RunningMax extends KeyedStep<String, Reading, Total> {
    private static final long serialVersionUID = 1L;
    private transient ValueState<Double> max;

    @Override
    public void open(OpenContext context, RuntimeContext runtime) {
      max = runtime.getState(new ValueStateDescriptor<>("max", Types.DOUBLE));
    }

    @Override
    public void apply(Reading reading, Context<String> context, Citing<Total> out)
        throws Exception {
      Double known = max.value();
      if (known == null || reading.getValue() > known) {
        max.update(reading.getValue());
        out.collect(new Total(context.key(), 1, reading.getValue()));
      }
    }
  }
}
