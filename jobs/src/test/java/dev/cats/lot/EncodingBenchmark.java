package dev.cats.lot;

import dev.cats.bench.BenchmarkSamples;
import dev.cats.bench.Sample;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A record of 189 bytes to its Avro form and back, by our codec and by Avro's own datum API. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EncodingBenchmark {

  /** The fields of a sample as a Java record. */
  public record Plain(
      String station,
      long sequence,
      long time,
      double latitude,
      double longitude,
      double depth,
      double value,
      String place,
      String note) {}

  private final Sample sample = BenchmarkSamples.of(12_345);
  private final Plain plain =
      new Plain(
          sample.getStation(),
          sample.getSequence(),
          sample.getTime(),
          sample.getLatitude(),
          sample.getLongitude(),
          sample.getDepth(),
          sample.getValue(),
          sample.getPlace(),
          sample.getNote());

  private final Codec<Sample> codec = Codec.of(Sample.class);
  private final Codec<Plain> plainCodec = Codec.of(Plain.class);
  private final byte[] bytes = codec.encode(sample);
  private final byte[] plainBytes = plainCodec.encode(plain);
  private final AvroOut out = new AvroOut(1024);

  private final SpecificDatumWriter<Sample> writer = new SpecificDatumWriter<>(Sample.class);
  private final SpecificDatumReader<Sample> reader = new SpecificDatumReader<>(Sample.class);
  private final ByteArrayOutputStream stream = new ByteArrayOutputStream(1024);
  private final BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(stream, null);
  private BinaryDecoder decoder;

  @Benchmark
  public int encodeRecord() {
    out.position(0);
    codec.write(sample, out);
    return out.position();
  }

  @Benchmark
  public int encodePojo() {
    out.position(0);
    plainCodec.write(plain, out);
    return out.position();
  }

  @Benchmark
  public int encodeRecordByAvro() throws IOException {
    stream.reset();
    writer.write(sample, encoder);
    encoder.flush();
    return stream.size();
  }

  @Benchmark
  public Sample decodeRecord() {
    return codec.decode(bytes, 0, bytes.length);
  }

  @Benchmark
  public Plain decodePojo() {
    return plainCodec.decode(plainBytes, 0, plainBytes.length);
  }

  @Benchmark
  public Sample decodeRecordByAvro() throws IOException {
    decoder = DecoderFactory.get().binaryDecoder(bytes, decoder);
    return reader.read(null, decoder);
  }
}
