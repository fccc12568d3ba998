package dev.cats.bench;

import dev.cats.bench.Meter.Rate;
import dev.cats.bom.Manifest;
import dev.cats.connector.kafka.KafkaEvents;
import dev.cats.connector.kafka.Offsets;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.egress.EgressOptions;
import dev.cats.event.Arrival;
import dev.cats.event.DataInitiativeEvent;
import dev.cats.initiative.DataInitiative;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import dev.cats.lot.HandOver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 * What provenance costs where events come in: the same source of a real Kafka topic, into committed
 * lots or into a plain job of Flink's, which throws its events away or keeps them in files.
 *
 * <p>The broker is a process of its own on this machine and takes its share of the processors; its
 * CPU time is said apart. What a round has committed is counted in its chain of manifests, and has
 * to be all that it has read.
 */
public final class KafkaReads implements AutoCloseable {
  /** Events per second, read and thrown away, and in committed lots. */
  public static final String SOURCE = "kafka/source";

  /** Events per second, in Avro files of Flink's own file sink, and in committed lots. */
  public static final String FILES = "kafka/files";

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
      String name,
      double plain,
      double plainCpu,
      double plainBroker,
      double traced,
      double tracedCpu,
      double tracedBroker) {

    private static Comparison of(String name, List<Rate> plain, List<Rate> traced) {
      return new Comparison(
          name,
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
          Figure.rate(name, traced, "events/s", plain),
          Figure.cost(name + "/cpu", tracedCpu, "µs/event", plainCpu),
          Figure.cost(name + "/broker-cpu", tracedBroker, "µs/event", plainBroker));
    }
  }

  /** The names of the cases. */
  public static List<String> names() {
    return List.of(SOURCE, FILES, MEMORY);
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

  /**
   * Runs all rounds of a comparison.
   *
   * @param name {@link #SOURCE} or {@link #FILES}
   */
  public Comparison compare(String name, Progress progress)
      throws IOException, InterruptedException {
    Work plainly = name.equals(FILES) ? Work.FILES : Work.NOTHING;
    List<Rate> plain = new ArrayList<>();
    List<Rate> traced = new ArrayList<>();
    try (Cluster cluster = Cluster.start(settings.parallelism())) {
      // A round that is not counted, for the compiler.
      measure(cluster, plainly);
      measure(cluster, Work.LOTS);
      for (int round = 1; round <= settings.rounds(); round++) {
        plain.add(measure(cluster, plainly));
        traced.add(measure(cluster, Work.LOTS));
        progress.round(round, Comparison.of(name, plain, traced));
      }
    }
    return Comparison.of(name, plain, traced);
  }

  private Rate measure(Cluster cluster, Work work) throws IOException, InterruptedException {
    Measurement measurement =
        new Measurement(settings, (long) (events * MEASURED_PART), topic::cpuNanos);
    return run(cluster, measurement, work, measurement::of);
  }

  /** Reads the topic once, traced, and looks at the memory meanwhile. */
  public List<Footprint> remember(Progress progress) throws IOException, InterruptedException {
    try (Cluster cluster = Cluster.start(settings.parallelism())) {
      Measurement measurement = new Measurement(settings, events, topic::cpuNanos);
      return run(cluster, measurement, Work.LOTS, job -> looks(job, progress));
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

  /** What is done with the events. */
  private enum Work {
    NOTHING,
    FILES,
    LOTS
  }

  /** What is done with a job that runs. */
  private interface Watch<R> {
    R watch(JobClient job) throws IOException, InterruptedException;
  }

  private <R> R run(Cluster cluster, Measurement measurement, Work work, Watch<R> watch)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(settings.folder(), "round-");
    try {
      Configuration config = measurement.configuration(folder);
      StreamExecutionEnvironment env = cluster.environment(config);
      Meter.start();
      if (work == Work.LOTS) {
        String store = folder.resolve("store").toString();
        config.set(EgressOptions.STORE, store);
        DataInitiative initiative = DataInitiative.on(env, "bench", config);
        initiative.source("events", source(), DataInitiativeEvent.class).egress();
        R result = watch.watch(initiative.executeAsync());
        checkCommitted(store);
        return result;
      }
      env.fromSource(
              source(),
              WatermarkStrategy.noWatermarks(),
              "events",
              HandOver.<Arrival<DataInitiativeEvent>>type())
          .sinkTo(
              work == Work.FILES ? EventFiles.in(folder.resolve("files")) : new DiscardingSink<>());
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

  /** Every event that was read has to be in a lot that a manifest names. */
  private static void checkCommitted(String store) throws IOException {
    long committed = 0;
    try (BlockStore blocks = BlockStores.open(store)) {
      Documents documents = new Documents(blocks);
      Chain chain = Chain.ofHead(documents);
      for (Optional<Manifest> at = chain.next(); at.isPresent(); at = chain.next()) {
        for (Cid bom : documents.boms(at.get())) {
          committed += documents.bom(bom, "committed").output().records();
        }
      }
    }
    if (committed != Meter.records()) {
      throw new IOException(
          "Cannot benchmark: read %,d events, committed %,d".formatted(Meter.records(), committed));
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
