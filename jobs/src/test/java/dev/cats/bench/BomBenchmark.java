package dev.cats.bench;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.bom.Inputs;
import dev.cats.bom.Invoice;
import dev.cats.bom.Lineage;
import dev.cats.bom.Run;
import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A BOM to dag-cbor and back: of one run, and of the runs that a lot behind a shuffle has. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BomBenchmark {
  @Param({"1", "1400"})
  int runs;

  private final Cid order = dagCbor("order");
  private final Cid before = dagCbor("before");
  private final Cid lot = Cid.sha256(Cid.RAW, Bytes.utf8("lot"));
  private long[] triples;
  private Block block;

  private static Cid dagCbor(String of) {
    return Cid.sha256(Cid.DAG_CBOR, Bytes.utf8(of));
  }

  @Setup
  public void fill() {
    triples = new long[3 * runs];
    for (int i = 0; i < runs; i++) {
      triples[3 * i + 1] = 2L * i;
      triples[3 * i + 2] = 1;
    }
    block = encode();
  }

  @Benchmark
  public Block encode() {
    Inputs inputs = new Inputs(List.of(before), Run.ofTriples(triples), List.of(), List.of());
    return new Bom(
            order,
            inputs,
            new Lineage.Same(),
            new Invoice(lot, runs, 189L * runs),
            Optional.empty())
        .block();
  }

  @Benchmark
  public Document decode() throws DecodeException {
    return Document.of(block);
  }
}
