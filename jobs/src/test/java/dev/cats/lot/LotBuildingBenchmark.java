package dev.cats.lot;

import dev.cats.bench.BenchmarkSamples;
import dev.cats.bench.Sample;
import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a lot costs per record without the disk: encode, note its origin, hash, write the BOM. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LotBuildingBenchmark {
  private static final int RECORDS = 4096;

  private final Cid order = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("order"));
  private final Cid before = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("before"));
  private final Sample[] samples = new Sample[RECORDS];
  private final OpenLot<Sample> lot = new OpenLot<>(port(), LotOptions.MAX_BLOCK);

  public LotBuildingBenchmark() {
    for (int i = 0; i < RECORDS; i++) {
      samples[i] = BenchmarkSamples.of(i);
    }
  }

  private Port<Sample> port() {
    return new Port<>(Port.MAIN, Sample.class, order, true, null);
  }

  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public Block appendAndSeal() throws IOException {
    for (int i = 0; i < RECORDS; i++) {
      lot.append(samples[i], i, null, null);
      lot.provenance.add(before, i);
      lot.provenance.made(1);
    }
    Block bom = lot.seal(new Nowhere(), false);
    lot.clear();
    return bom;
  }

  /** A segment that keeps nothing. */
  private static final class Nowhere implements SegmentWriter {
    private long bytes;
    private int blocks;

    @Override
    public String name() {
      return "nowhere";
    }

    @Override
    public void append(Cid cid, byte[] buffer, int offset, int length) {
      bytes += length;
      blocks++;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public int blocks() {
      return blocks;
    }

    @Override
    public void seal() {}

    @Override
    public void close() {}
  }
}
