package dev.cats.bench;

import dev.cats.bench.RayCalls.Side;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Calls, so many under way at a time, one as soon as another is answered. */
final class Round {
  private static final long PATIENCE_SECONDS = 120;

  private final Semaphore free;
  private final int inFlight;
  private final Supplier<CompletableFuture<?>> call;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private long[] nanos = new long[1024];
  private int count;

  private Round(int inFlight, Supplier<CompletableFuture<?>> call) {
    this.inFlight = inFlight;
    this.free = new Semaphore(inFlight);
    this.call = call;
  }

  /** Measures for as long as the settings say, after a while that is not counted. */
  static Side of(Settings settings, int records, int inFlight, Supplier<CompletableFuture<?>> call)
      throws IOException, InterruptedException {
    Round round = new Round(inFlight, call);
    round.run(settings.warmUpSeconds());
    round.count = 0;
    double seconds = round.run(settings.seconds());
    long[] sorted = Arrays.copyOf(round.nanos, round.count);
    Arrays.sort(sorted);
    return new Side(
        (double) records * sorted.length / seconds,
        sorted[sorted.length / 2] / 1e6,
        sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)] / 1e6);
  }

  /** Returns how long it took until the last was answered, in seconds. */
  private double run(double seconds) throws IOException, InterruptedException {
    long began = System.nanoTime();
    do {
      acquire(1);
      long sent = System.nanoTime();
      call.get().whenComplete((answer, thrown) -> answered(sent, thrown));
    } while (System.nanoTime() - began < seconds * 1e9);
    acquire(inFlight);
    free.release(inFlight);
    return (System.nanoTime() - began) / 1e9;
  }

  private void acquire(int permits) throws IOException, InterruptedException {
    if (!free.tryAcquire(permits, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("Cannot benchmark: no answer came in " + PATIENCE_SECONDS + " seconds");
    }
    if (failure.get() != null) {
      throw new IOException("Cannot benchmark: " + failure.get().getMessage(), failure.get());
    }
  }

  private synchronized void answered(long sent, Throwable thrown) {
    if (thrown != null) {
      failure.compareAndSet(null, thrown);
    }
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = System.nanoTime() - sent;
    free.release();
  }
}
