package dev.cats.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Tells the generators of the job at hand when to end, and counts what they have emitted. One per
 * JVM: the tasks of a MiniCluster reach it without a wire.
 */
final class Meter {
  private static final LongAdder RECORDS = new LongAdder();
  private static volatile boolean running;

  private Meter() {}

  /**
   * What had happened at one moment.
   *
   * @param besideNanos CPU time of another process that works for this one, 0 for none
   */
  record Reading(long records, long nanos, long cpuNanos, long besideNanos) {
    Rate until(Reading later) {
      long count = Math.max(1, later.records - records);
      return new Rate(
          count * 1e9 / (later.nanos - nanos),
          (later.cpuNanos - cpuNanos) / 1e3 / count,
          (later.besideNanos - besideNanos) / 1e3 / count);
    }
  }

  /**
   * How fast records went through.
   *
   * @param perSecond records per second, of all subtasks
   * @param cpuMicros CPU time of the whole process per record, microseconds
   * @param besideMicros the same of the other process
   */
  record Rate(double perSecond, double cpuMicros, double besideMicros) {}

  static void start() {
    RECORDS.reset();
    running = true;
  }

  static void stop() {
    running = false;
  }

  static boolean runs() {
    return running;
  }

  static void count(int records) {
    RECORDS.add(records);
  }

  static long records() {
    return RECORDS.sum();
  }

  /**
   * @param besideNanos the CPU time of another process that works for this one
   */
  static Reading read(LongSupplier besideNanos) {
    long cpu = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    return new Reading(RECORDS.sum(), System.nanoTime(), cpu, besideNanos.getAsLong());
  }
}
