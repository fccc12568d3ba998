package dev.cats.lot;

import dev.cats.stage.StageMonitor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is counted of a stage, and what its function says, in the log of the TaskManager. */
final class StageMetrics implements StageMonitor {
  private static final Logger LOG = LoggerFactory.getLogger("dev.cats.stage");

  /** Of the latest calls; percentiles are of these. */
  private static final int WINDOW = 1000;

  private static final long NANOS_PER_MICRO = 1_000;

  private final String step;
  private final Counter bytesOut;
  private final Counter bytesIn;
  private final Counter remembered;
  private final Counter retries;
  private final Counter reconnects;
  private final Counter functionMicros;
  private final Histogram micros;

  StageMetrics(String step, MetricGroup group) {
    this.step = step;
    this.bytesOut = group.counter("stageBytesOut", new ThreadSafeSimpleCounter());
    this.bytesIn = group.counter("stageBytesIn", new ThreadSafeSimpleCounter());
    this.remembered = group.counter("stageRemembered", new ThreadSafeSimpleCounter());
    this.retries = group.counter("stageRetries", new ThreadSafeSimpleCounter());
    this.reconnects = group.counter("stageReconnects", new ThreadSafeSimpleCounter());
    this.functionMicros = group.counter("stageFunctionMicros", new ThreadSafeSimpleCounter());
    this.micros = group.histogram("stageMicros", new DescriptiveStatisticsHistogram(WINDOW));
  }

  /** A call was answered after so long; the task's own thread only. */
  void took(long nanos) {
    micros.update(nanos / NANOS_PER_MICRO);
  }

  @Override
  public void sent(long bytes) {
    bytesOut.inc(bytes);
  }

  @Override
  public void received(long bytes, long functionNanos) {
    bytesIn.inc(bytes);
    functionMicros.inc(functionNanos / NANOS_PER_MICRO);
  }

  @Override
  public void remembered() {
    remembered.inc();
  }

  @Override
  public void retried() {
    retries.inc();
  }

  @Override
  public void reconnected() {
    reconnects.inc();
  }

  @Override
  public void said(String from, String level, String line) {
    switch (level) {
      case "ERROR" -> LOG.error("{} on {}: {}", step, from, line);
      case "WARN" -> LOG.warn("{} on {}: {}", step, from, line);
      case "DEBUG" -> LOG.debug("{} on {}: {}", step, from, line);
      default -> LOG.info("{} on {}: {}", step, from, line);
    }
  }
}
