package dev.cats.initiative;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.content.MemoryBlockStore;
import dev.cats.egress.EgressOptions;
import dev.cats.event.Arrival;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.Departure;
import dev.cats.event.Position;
import dev.cats.event.Rejected;
import dev.cats.event.TraceContext;
import dev.cats.lot.HandOver;
import dev.cats.lot.LotOptions;
import dev.cats.sample.Reading;
import dev.cats.step.KeyedStep;
import dev.cats.step.Output;
import dev.cats.step.Ref;
import dev.cats.step.Side;
import dev.cats.step.Step;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import javax.annotation.Nullable;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What leaves is part of the trace that what it was made from came with. */
class TracesIT {
  private static final int EVENTS = 40;
  private static final int WINDOW = 10;
  private static final TraceContext A =
      new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "rojo=1");
  private static final TraceContext B =
      new TraceContext("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", null);
  private static final Side<Reading> EVEN = Side.of("even", Reading.class);

  /** What left, by the names of the sinks of one test. */
  private static final Map<String, ConcurrentLinkedQueue<Departure<?>>> LEFT =
      new ConcurrentHashMap<>();

  private final String name = "traces-" + UUID.randomUUID();

  @AfterEach
  void forget() {
    MemoryBlockStore.forget(name);
    LEFT.clear();
  }

  /** Windows of A alone, of A and B, of A and none, and of none. */
  @Nullable
  private static TraceContext trace(long number) {
    boolean even = number % 2 == 0;
    return switch ((int) number / WINDOW) {
      case 0 -> A;
      case 1 -> even ? A : B;
      case 2 -> even ? A : null;
      default -> null;
    };
  }

  record Events() implements GeneratorFunction<Long, Arrival<DataInitiativeEvent>> {
    @Override
    public Arrival<DataInitiativeEvent> map(Long number) {
      Position position = new Position.KafkaRecord("readings", 3, number);
      TraceContext trace = trace(number);
      if (number % WINDOW == 7) {
        return Arrival.refused(position, "unknown-format", "no event", new byte[0], null, trace);
      }
      String data = number % WINDOW == 3 ? "nonsense" : "s1," + 1000 * number + "," + number;
      DataInitiativeEvent event =
          DataInitiativeEvent.newBuilder()
              .setId(number.toString())
              .setSource("urn:stations")
              .setType("reading")
              .setExtensions(new HashMap<>())
              .setData(ByteBuffer.wrap(data.getBytes(UTF_8)))
              .build();
      if (trace != null) {
        event.setTraceparent(trace.traceparent());
        event.setTracestate(trace.tracestate());
      }
      return Arrival.of(position, event);
    }
  }

  record EventTimes() implements TimestampAssigner<DataInitiativeEvent>, java.io.Serializable {
    @Override
    public long extractTimestamp(DataInitiativeEvent event, long recordTimestamp) {
      return 1000 * Long.parseLong(event.getId());
    }
  }

  /** Each twice; the even ones aside too. */
  record Decode() implements Step<DataInitiativeEvent, Reading> {
    @Override
    public void apply(DataInitiativeEvent event, Output<Reading> out) throws Exception {
      List<Reading> read = new ArrayList<>();
      new Readings.Parse()
          .apply(
              UTF_8.decode(event.getData().duplicate()).toString(),
              new Output<>() {
                @Override
                public void collect(Reading reading) {
                  read.add(reading);
                }

                @Override
                public <S> void side(Side<S> side, S value) {}

                @Override
                public void reject(String rule, String reason) {
                  out.reject(rule, reason);
                }
              });
      for (Reading reading : read) {
        out.collect(reading);
        out.collect(reading);
        if (reading.getValue() % 2 == 0) {
          out.side(EVEN, reading);
        }
      }
    }
  }

  /** Hands each reading on as made of itself, and then as made of itself and the one before. */
  static final class Linking extends KeyedStep<String, Reading, Reading> {
    private static final long serialVersionUID = 1L;
    @Nullable private transient Ref before;

    @Override
    public void apply(Reading reading, Context<String> context, Citing<Reading> out) {
      out.collect(reading);
      out.collect(reading, List.of(context.origin()));
      if (before != null) {
        out.collect(new Reading("both", reading.getTime(), 0.0), List.of(before, context.origin()));
      }
      before = context.origin();
    }
  }

  record Leaving<T>(String sink) implements Sink<Departure<T>> {
    @Override
    public SinkWriter<Departure<T>> createWriter(WriterInitContext context) {
      return new SinkWriter<>() {
        @Override
        public void write(Departure<T> departure, Context unused) {
          LEFT.computeIfAbsent(sink, key -> new ConcurrentLinkedQueue<>()).add(departure);
        }

        @Override
        public void flush(boolean endOfInput) {}

        @Override
        public void close() {}
      };
    }
  }

  private static List<TraceContext> left(String sink) {
    List<TraceContext> traces = new ArrayList<>();
    LEFT.get(sink).forEach(departure -> traces.add(departure.trace()));
    return traces;
  }

  /** That each reading there is part of the trace of its event; of both, of none. */
  private static void checkReadings(String sink, int count) {
    assertThat(LEFT.get(sink)).as(sink).hasSize(count);
    for (Departure<?> departure : LEFT.get(sink)) {
      Reading reading = (Reading) departure.value();
      assertThat(departure.trace())
          .as("%s: %s", sink, reading)
          .isEqualTo(reading.getStation().equals("both") ? null : trace(reading.getTime() / 1000));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTraceGoesThroughStepsOfEveryKind(LotOptions.Scope scope) throws Exception {
    Configuration config = new Configuration();
    config.set(EgressOptions.STORE, "memory:" + name);
    config.set(LotOptions.SCOPE, scope);
    config.set(LotOptions.RECORDS, 6);
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    env.setParallelism(1);
    DataInitiative initiative = DataInitiative.on(env, "sample", config);
    TracedStream<Reading> decoded =
        initiative
            .source(
                "events",
                new DataGeneratorSource<>(new Events(), EVENTS, HandOver.type()),
                DataInitiativeEvent.class,
                new EventTimes(),
                WatermarkStrategy.forMonotonousTimestamps())
            .flatMap("decode", new Decode());
    decoded.to("to-decoded", new Leaving<>("decoded"));
    decoded.side(EVEN).to("to-even", new Leaving<>("even"));
    TracedStream<Reading> high =
        decoded.check("check", new Readings.NotNegative()).filter("high", new Readings.IsHigh());
    high.union(decoded).map("united", new Readings.Doubled()).to("to-all", new Leaving<>("all"));
    var byStation = high.keyBy(new Readings.StationOf());
    byStation.process("citing", new Linking()).to("to-cited", new Leaving<>("cited"));
    var windows = TumblingEventTimeWindows.of(Duration.ofSeconds(WINDOW));
    byStation.window("sums", windows, new Readings.Sums()).to("to-sums", new Leaving<>("sums"));
    byStation
        .aggregate("counts", windows, new Readings.Counting())
        .to("to-counts", new Leaving<>("counts"));
    byStation
        .aggregate(
            "sessions",
            EventTimeSessionWindows.withGap(Duration.ofSeconds(WINDOW)),
            new Readings.Counting())
        .to("to-sessions", new Leaving<>("sessions"));
    initiative.rejects().to("to-rejects", new Leaving<>("rejects"));
    initiative.execute();

    int readings = EVENTS / WINDOW * 8;
    checkReadings("decoded", 2 * readings);
    checkReadings("even", EVENTS / 2);
    int kept = 2 * readings - 2; // the first is 0, which is not high
    checkReadings("all", kept + 2 * readings);
    checkReadings("cited", 3 * kept - 1);
    for (String sink : List.of("sums", "counts")) {
      assertThat(left(sink)).as(sink).isEqualTo(Arrays.asList(A, null, null, null));
    }
    assertThat(left("sessions")).containsExactly((TraceContext) null);
    Map<Long, TraceContext> rejected = new HashMap<>();
    LEFT.get("rejects")
        .forEach(each -> rejected.put(((Rejected) each.value()).getOffset(), each.trace()));
    Map<Long, TraceContext> expected = new HashMap<>();
    IntStream.range(0, EVENTS)
        .filter(number -> number % WINDOW == 3 || number % WINDOW == 7)
        .forEach(number -> expected.put((long) number, trace(number)));
    assertThat(rejected).isEqualTo(expected);
  }
}
