package dev.cats.cli;

import java.io.Closeable;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/**
 * Tells how a run in this process is going: after two seconds, and then every second in which it
 * changed, a line with what the lot operators have counted so far.
 */
final class RunProgress implements Closeable {
  private static final long FIRST_SECONDS = 2;

  /** How often to tell of a run in which nothing changes. */
  private static final long QUIET_SECONDS = 30;

  /** Flink makes the reporter itself, so it and the command meet here. */
  private static final Map<Counter, String> COUNTERS = new ConcurrentHashMap<>();

  /** How often Flink has restarted the job after a failure. */
  private static final Set<Gauge<?>> RESTARTS = ConcurrentHashMap.newKeySet();

  private final Thread thread;
  private volatile boolean over;

  private RunProgress(PrintWriter err) {
    thread = new Thread(() -> tell(err), "cats-progress");
    thread.setDaemon(true);
  }

  /** Lets Flink report to us. */
  static void configure(Configuration configuration) {
    configuration.setString("metrics.reporter.cats.factory.class", Factory.class.getName());
  }

  static RunProgress start(PrintWriter err, boolean local) {
    forget();
    RunProgress progress = new RunProgress(err);
    if (local) {
      progress.thread.start();
    }
    return progress;
  }

  private void tell(PrintWriter err) {
    long started = System.nanoTime();
    long waitSeconds = FIRST_SECONDS;
    String before = "";
    long said = 0;
    while (true) {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(waitSeconds));
      if (over) {
        return;
      }
      waitSeconds = 1;
      String line = counted() + restarted();
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started);
      if (!line.equals(before) || seconds - said >= QUIET_SECONDS) {
        before = line;
        said = seconds;
        err.printf(Locale.ROOT, "%4d s  %s%n", seconds, line);
        err.flush();
      }
    }
  }

  private static String counted() {
    long records = total("records");
    return records == 0
        ? "starting"
        : String.format(
            Locale.ROOT,
            "%,d records in %,d lots, %,d rejected",
            records,
            total("lots"),
            total("rejected"));
  }

  /** How many answers of functions on Ray were taken from the store so far. */
  static long remembered() {
    return total("stageRemembered");
  }

  private static String restarted() {
    long restarts =
        RESTARTS.stream().mapToLong(gauge -> ((Number) gauge.getValue()).longValue()).sum();
    return restarts == 0
        ? ""
        : String.format(
            Locale.ROOT,
            "; restarted %,d time%s after a failure, see %s",
            restarts,
            restarts == 1 ? "" : "s",
            System.getProperty("cats.log", "the log"));
  }

  private static long total(String name) {
    return COUNTERS.entrySet().stream()
        .filter(entry -> entry.getValue().equals(name))
        .mapToLong(entry -> entry.getKey().getCount())
        .sum();
  }

  @Override
  public void close() {
    over = true;
    LockSupport.unpark(thread);
    forget();
  }

  private static void forget() {
    COUNTERS.clear();
    RESTARTS.clear();
  }

  /** Found by Flink through its service file. */
  public static final class Factory implements MetricReporterFactory {
    @Override
    public MetricReporter createMetricReporter(java.util.Properties properties) {
      return new Reporter();
    }
  }

  /** Remembers the counters of lot operators, and that of restarts. */
  private static final class Reporter implements MetricReporter {
    @Override
    public void open(MetricConfig config) {}

    @Override
    public void close() {}

    @Override
    public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
      if (metric instanceof Counter counter
          && group.getMetricIdentifier(name).endsWith("cats." + name)) {
        COUNTERS.put(counter, name);
      }
      if (metric instanceof Gauge<?> gauge && name.equals("numRestarts")) {
        RESTARTS.add(gauge);
      }
    }

    @Override
    public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
      // What a finished step has counted still counts.
    }
  }
}
