package dev.cats.bench;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.event.Arrival;
import dev.cats.event.Position;
import dev.cats.step.KeyedStep;
import java.io.Serializable;
import org.apache.flink.api.common.eventtime.SerializableTimestampAssigner;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** The records that the benchmarks stream, and the functions of both sides. */
final class Samples {
  static final int STATIONS = 1000;
  private static final long EPOCH = 1_750_000_000_000L;
  private static final String[] CODES = new String[STATIONS];
  private static final String[] PLACES = new String[STATIONS];
  private static final String[] NOTES = new String[STATIONS];

  static {
    for (int i = 0; i < STATIONS; i++) {
      CODES[i] = "ST%05d".formatted(i);
      PLACES[i] = "%4d km north-north-west of the town of number %03d".formatted(i % 300, i);
      NOTES[i] =
          "Borehole seismometer, replaced in %d, sampled at %3d Hz, battery good, clock on GPS"
              .formatted(1990 + i % 30, 20 + i % 200);
    }
  }

  private Samples() {}

  /** The record of a generator: a millisecond of event time each, stations in turn. */
  static Sample of(long sequence) {
    int station = (int) (sequence % STATIONS);
    Sample sample = new Sample();
    sample.setStation(CODES[station]);
    sample.setSequence(sequence);
    sample.setTime(EPOCH + sequence);
    sample.setLatitude(station * 0.09 - 45);
    sample.setLongitude(station * 0.36 - 180);
    sample.setDepth(sequence % 700);
    sample.setValue((sequence & 0x3FF) * 0.001);
    sample.setPlace(PLACES[station]);
    sample.setNote(NOTES[station]);
    return sample;
  }

  /** In what form a generator emits a sample. */
  interface Form<T> extends Serializable {
    T of(int generator, long sequence);
  }

  record Bare() implements Form<Sample> {
    @Override
    public Sample of(int generator, long sequence) {
      return Samples.of(sequence);
    }
  }

  /** With a position, as if read from a file of this generator's own. */
  record Arriving() implements Form<Arrival<Sample>> {
    private static final Cid FILE = Cid.sha256(Cid.RAW, Bytes.utf8("samples"));
    private static final String[] NAMES = {"samples-0", "samples-1", "samples-2", "samples-3"};

    @Override
    public Arrival<Sample> of(int generator, long sequence) {
      return Arrival.of(
          new Position.FileRecord(name(generator), FILE, sequence), Samples.of(sequence));
    }

    private static String name(int generator) {
      return generator < NAMES.length ? NAMES[generator] : "samples-" + generator;
    }
  }

  record Calibrate() implements MapFunction<Sample, Sample> {
    @Override
    public Sample map(Sample sample) {
      return valued(sample, sample.getValue() * 1.01 + 0.2);
    }
  }

  record Correct() implements MapFunction<Sample, Sample> {
    @Override
    public Sample map(Sample sample) {
      return valued(sample, sample.getValue() - sample.getDepth() * 1e-4);
    }
  }

  private static Sample valued(Sample sample, double value) {
    Sample made = new Sample();
    made.setStation(sample.getStation());
    made.setSequence(sample.getSequence());
    made.setTime(sample.getTime());
    made.setLatitude(sample.getLatitude());
    made.setLongitude(sample.getLongitude());
    made.setDepth(sample.getDepth());
    made.setValue(value);
    made.setPlace(sample.getPlace());
    made.setNote(sample.getNote());
    return made;
  }

  record StationOf() implements KeySelector<Sample, String> {
    @Override
    public String getKey(Sample sample) {
      return sample.getStation();
    }
  }

  record SampleTime() implements SerializableTimestampAssigner<Sample> {
    @Override
    public long extractTimestamp(Sample sample, long recordTimestamp) {
      return sample.getTime();
    }
  }

  /** What a window of a station's samples comes to. */
  public static final class Tally {
    public String station = "";
    public long records;
    public double sum;
    public double maximum = Double.NEGATIVE_INFINITY;

    /** For Flink. */
    public Tally() {}

    Tally(String station) {
      this.station = station;
    }

    void add(Sample sample) {
      records++;
      sum += sample.getValue();
      maximum = Math.max(maximum, sample.getValue());
    }
  }

  /** The sample before of each station: state as large as a record. */
  private static ValueState<Sample> before(RuntimeContext runtime) {
    return runtime.getState(new ValueStateDescriptor<>("before", PlainType.POJO.samples()));
  }

  /** The change since the sample before: one read and one write of RocksDB for each record. */
  private static Sample change(ValueState<Sample> before, Sample sample) throws Exception {
    Sample last = before.value();
    before.update(sample);
    return last == null ? sample : valued(sample, sample.getValue() - last.getValue());
  }

  static final class PlainChange extends KeyedProcessFunction<String, Sample, Sample> {
    private static final long serialVersionUID = 1L;
    private transient ValueState<Sample> before;

    @Override
    public void open(OpenContext context) {
      before = before(getRuntimeContext());
    }

    @Override
    public void processElement(Sample sample, Context context, Collector<Sample> out)
        throws Exception {
      out.collect(change(before, sample));
    }
  }

  static final class TracedChange extends KeyedStep<String, Sample, Sample> {
    private static final long serialVersionUID = 1L;
    private transient ValueState<Sample> before;

    @Override
    public void open(OpenContext context, RuntimeContext runtime) {
      before = before(runtime);
    }

    @Override
    public void apply(Sample sample, Context<String> context, Citing<Sample> out) throws Exception {
      out.collect(change(before, sample));
    }
  }

  record WindowTally() implements WindowFunction<Sample, Tally, String, TimeWindow> {
    @Override
    public void apply(
        String station, TimeWindow window, Iterable<Sample> samples, Collector<Tally> out) {
      Tally tally = new Tally(station);
      for (Sample sample : samples) {
        tally.add(sample);
      }
      out.collect(tally);
    }
  }
}
