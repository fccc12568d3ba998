package dev.cats.bench;

import dev.cats.initiative.DataInitiative;
import dev.cats.initiative.TracedStream;
import dev.cats.lot.LotOptions.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;

/**
 * One pipeline, with and without provenance.
 *
 * @param scope which steps share a lot on the traced side
 */
record Pipeline(Shape shape, Scope scope) {

  /** What the pipeline does. */
  enum Shape {
    /** Generator, map, map, discard: no exchange, and next to no work. */
    CHAIN,
    /**
     * Generator, map, exchange by station, the difference to the sample before, kept in RocksDB,
     * discard.
     */
    KEYED,
    /** Generator, map, exchange by station, windows of 100 records kept in RocksDB, discard. */
    WINDOWED
  }

  private static final int RECORDS_PER_WINDOW = 100;

  static List<Pipeline> all() {
    List<Pipeline> all = new ArrayList<>();
    for (Shape shape : Shape.values()) {
      for (Scope scope : Scope.values()) {
        all.add(new Pipeline(shape, scope));
      }
    }
    return all;
  }

  String name() {
    return (shape + "/" + scope).toLowerCase(Locale.ROOT);
  }

  /** Every generator has each station once in so many milliseconds of event time. */
  private static TumblingEventTimeWindows windows(int parallelism) {
    return TumblingEventTimeWindows.of(
        Duration.ofMillis((long) RECORDS_PER_WINDOW * Samples.STATIONS / parallelism));
  }

  void plain(StreamExecutionEnvironment env, PlainType plainType) {
    TypeInformation<Sample> type = plainType.samples();
    DataStream<Sample> calibrated =
        env.fromSource(
                new Generator<>(new Samples.Bare()),
                WatermarkStrategy.noWatermarks(),
                "samples",
                type)
            .map(new Samples.Calibrate(), type);
    DataStream<?> out =
        switch (shape) {
          case CHAIN -> calibrated.map(new Samples.Correct(), type);
          case KEYED ->
              calibrated
                  .keyBy(new Samples.StationOf(), Types.STRING)
                  .process(new Samples.PlainChange(), type);
          case WINDOWED ->
              calibrated
                  .assignTimestampsAndWatermarks(
                      WatermarkStrategy.<Sample>forMonotonousTimestamps()
                          .withTimestampAssigner(new Samples.SampleTime()))
                  .keyBy(new Samples.StationOf(), Types.STRING)
                  .window(windows(env.getParallelism()))
                  .apply(new Samples.WindowTally(), Types.POJO(Samples.Tally.class));
        };
    out.sinkTo(new DiscardingSink<>());
  }

  void traced(DataInitiative initiative, int parallelism) {
    TracedStream<Sample> calibrated =
        initiative
            .source("samples", new Generator<>(new Samples.Arriving()), Sample.class)
            .map("calibrate", new Samples.Calibrate());
    TracedStream<?> out =
        switch (shape) {
          case CHAIN -> calibrated.map("correct", new Samples.Correct());
          case KEYED ->
              calibrated
                  .keyBy(new Samples.StationOf())
                  .process("change", new Samples.TracedChange());
          case WINDOWED ->
              calibrated
                  .timestamps(new Samples.SampleTime(), WatermarkStrategy.forMonotonousTimestamps())
                  .keyBy(new Samples.StationOf())
                  .window("tally", windows(parallelism), new Samples.WindowTally());
        };
    out.plain().sinkTo(new DiscardingSink<>());
  }
}
