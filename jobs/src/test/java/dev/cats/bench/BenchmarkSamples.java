package dev.cats.bench;

/** The samples of {@code cats bench} for the JMH benchmarks in other packages. */
public final class BenchmarkSamples {
  private BenchmarkSamples() {}

  public static Sample of(long sequence) {
    return Samples.of(sequence);
  }
}
