package dev.cats.bench;

import dev.cats.bench.Meter.Rate;
import dev.cats.connector.kafka.KafkaEvents;
import dev.cats.connector.kafka.Offsets;
import dev.cats.egress.EgressOptions;
import dev.cats.event.Arrival;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.initiative.DataInitiative;
import dev.cats.lot.HandOver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.FileUtils;

/**
 * What provenance costs where events come in: the same source of a real Kafka topic, its events
 * thrown away, or in committed lots.
 *
 * <p>The broker is a process of its own on this machine and takes its share of the processors; its
 * CPU time is said apart. The plain side decodes each event and does nothing with it, so the ratio
 * is that of a job which has nothing to do but provenance.
 */
public final class KafkaReads implements AutoCloseable {
  /** Events per second, plain and traced. */
  public static final String SOURCE = "kafka/source";

  /** Memory at the start, in the middle and at the end of reading the topic once, traced. */
  public static final String MEMORY = "kafka/memory";

  /** Near the end one partition may be read before the others. */
  private static final double MEASURED_PART = 0.95;

  private static final double[] LOOKS = {0.1, 0.5, 0.99};
  private static final double LOOK_EVERY_SECONDS = 0.02;

  private final Settings settings;
  private final long events;
  private final EventTopic topic;

  private KafkaReads(Settings settings, long events, EventTopic topic) {
    this.settings = settings;
    this.events = events;
    this.topic = topic;
  }

  /** Hears of what takes its time. */
  public interface Progress {
    /** So many events of all were sent to the topic. */
    void filled(long sent, long all);

    /** A round of the comparison is over. */
    void round(int round, Comparison soFar);

    /** A look at the memory. */
    void looked(Footprint footprint);
  }

  /**
   * Medians over rounds of both sides: events per second, CPU time of this process and of the
   * broker per event, microseconds.
   */
  public record Comparison(
      double plain,
      double plainCpu,
      double plainBroker,
      double traced,
      double tracedCpu,
      double tracedBroker) {

    private static Comparison of(List<Rate> plain, List<Rate> traced) {
      return new Comparison(
          median(plain, Rate::perSecond),
          median(plain, Rate::cpuMicros),
          median(plain, Rate::besideMicros),
          median(traced, Rate::perSecond),
          median(traced, Rate::cpuMicros),
          median(traced, Rate::besideMicros));
    }

    private static double median(List<Rate> rates, ToDoubleFunction<Rate> value) {
      return Measurement.median(rates.stream().mapToDouble(value).toArray());
    }

    public List<Figure> figures() {
      return List.of(
          new Figure(SOURCE, traced, "events/s", OptionalDouble.of(plain)),
          new Figure(SOURCE + "/cpu", tracedCpu, "µs/event", OptionalDouble.of(plainCpu)),
          new Figure(
              SOURCE + "/broker-cpu", tracedBroker, "µs/event", OptionalDouble.of(plainBroker)));
    }
  }

  /** The names of the cases. */
  public static List<String> names() {
    return List.of(SOURCE, MEMORY);
  }

  /**
   * Starts a broker and fills its topic, once for all that is measured.
   *
   * @param jars the broker's
   */
  public static KafkaReads of(Settings settings, Path jars, long events, Progress progress)
      throws IOException, InterruptedException {
    Path folder = settings.folder().resolve("broker");
    return new KafkaReads(
        settings,
        events,
        EventTopic.fill(jars, folder, events, sent -> progress.filled(sent, events)));
  }

  /** Runs all rounds of {@link #SOURCE}. */
  public Comparison compare(Progress progress) throws IOException, InterruptedException {
    List<Rate> plain = new ArrayList<>();
    List<Rate> traced = new ArrayList<>();
    try (Cluster cluster = Cluster.start(settings.parallelism())) {
      // A round that is not counted, for the compiler.
      measure(cluster, false);
      measure(cluster, true);
      for (int round = 1; round <= settings.rounds(); round++) {
        plain.add(measure(cluster, false));
        traced.add(measure(cluster, true));
        progress.round(round, Comparison.of(plain, traced));
      }
    }
    return Comparison.of(plain, traced);
  }

  private Rate measure(Cluster cluster, boolean traced) throws IOException, InterruptedException {
    Measurement measurement =
        new Measurement(settings, (long) (events * MEASURED_PART), topic::cpuNanos);
    return run(cluster, measurement, traced, measurement::of);
  }

  /** Reads the topic once, traced, and looks at the memory meanwhile. */
  public List<Footprint> remember(Progress progress) throws IOException, InterruptedException {
    try (Cluster cluster = Cluster.start(settings.parallelism())) {
      Measurement measurement = new Measurement(settings, events, topic::cpuNanos);
      return run(cluster, measurement, true, job -> looks(job, progress));
    }
  }

  private List<Footprint> looks(JobClient job, Progress progress)
      throws IOException, InterruptedException {
    CompletableFuture<JobExecutionResult> end = job.getJobExecutionResult();
    List<Footprint> looks = new ArrayList<>();
    boolean over = false;
    try {
      Measurement.awaitFirst(end);
      for (double part : LOOKS) {
        while (Meter.records() < events * part) {
          Measurement.step(end, LOOK_EVERY_SECONDS);
        }
        Footprint look = Footprint.now();
        looks.add(look);
        progress.looked(look);
      }
      end.get();
      over = true;
      if (Meter.records() != events) {
        throw new IOException(
            "Cannot benchmark: expected %,d events, read %,d".formatted(events, Meter.records()));
      }
      return looks;
    } catch (ExecutionException e) {
      over = true;
      throw Measurement.failed(e);
    } finally {
      if (!over) {
        Measurement.cancel(job, end);
      }
    }
  }

  /** What is done with a job that runs. */
  private interface Watch<R> {
    R watch(JobClient job) throws IOException, InterruptedException;
  }

  private <R> R run(Cluster cluster, Measurement measurement, boolean traced, Watch<R> watch)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(settings.folder(), "round-");
    try {
      Configuration config = measurement.configuration(folder);
      StreamExecutionEnvironment env = cluster.environment(config);
      Meter.start();
      if (traced) {
        config.set(EgressOptions.STORE, folder.resolve("store").toString());
        DataInitiative initiative = DataInitiative.on(env, "bench", config);
        initiative.source("events", source(), DataInitiativeEvent.class).egress();
        return watch.watch(initiative.executeAsync());
      }
      env.fromSource(
              source(),
              WatermarkStrategy.noWatermarks(),
              "events",
              HandOver.<Arrival<DataInitiativeEvent>>type())
          .sinkTo(new DiscardingSink<>());
      return watch.watch(env.executeAsync("bench"));
    } catch (IOException | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw Measurement.failed(e);
    } finally {
      Meter.stop();
      FileUtils.deleteDirectory(folder.toFile());
    }
  }

  private Source<Arrival<DataInitiativeEvent>, ?, ?> source() {
    return new MeteredSource<>(
        KafkaEvents.source(topic.bootstrap(), EventTopic.NAME).until(Offsets.latest()).build());
  }

  @Override
  public void close() throws IOException, InterruptedException {
    topic.close();
  }
}
