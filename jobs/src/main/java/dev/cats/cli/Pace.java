package dev.cats.cli;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** So many events a second and no more, evenly spread. */
final class Pace {
  /** How far behind it may fall, for example while the broker is away, and then catch up. */
  private static final long MOST_BEHIND_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final double nanosApart;
  private double due;
  private boolean begun;

  private Pace(double nanosApart) {
    this.nanosApart = nanosApart;
  }

  static Pace unlimited() {
    return new Pace(0);
  }

  /** A rate as people write it: {@code 500}, {@code 500/s}, {@code 0.5/s}. */
  static Pace of(String rate) {
    String number = rate.endsWith("/s") ? rate.substring(0, rate.length() - 2) : rate;
    double perSecond;
    try {
      perSecond = Double.parseDouble(number);
    } catch (NumberFormatException e) {
      perSecond = 0;
    }
    if (!(perSecond > 0) || Double.isInfinite(perSecond)) {
      throw Failure.usage(
          "Invalid --rate: expected events per second, found " + rate, "Try: --rate 500/s");
    }
    return new Pace(1e9 / perSecond);
  }

  /** Waits until the next event is due, or it is over. */
  void await(BooleanSupplier over) {
    if (nanosApart == 0) {
      return;
    }
    long now = System.nanoTime();
    due = begun ? Math.max(due, (double) now - MOST_BEHIND_NANOS) : now;
    begun = true;
    for (double left = due - now;
        left > 0 && !over.getAsBoolean();
        left = due - System.nanoTime()) {
      LockSupport.parkNanos((long) Math.min(left, MOST_BEHIND_NANOS));
    }
    due += nanosApart;
  }
}
