package dev.cats.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.connector.kafka.KafkaBroker;
import dev.cats.replay.IntegrityCheck;
import java.io.Closeable;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.flink.util.IOUtils;
import org.awaitility.Awaitility;

/** An {@link EventJob} on a cluster of its own, the broker of its topics, and a feed of events. */
final class EventPipeline implements Closeable {
  private static final String IN = "readings";
  private static final String OUT = "counts";
  private static final int PARTITIONS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Duration GLANCE = Duration.ofMillis(20);

  /** Processes find out quickly that another one is gone or back. */
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("heartbeat.interval", "200 ms"),
          Map.entry("heartbeat.timeout", "8 s"),
          Map.entry("cluster.registration.initial-timeout", "200 ms"),
          Map.entry("cluster.registration.max-timeout", "1 s"),
          Map.entry("cluster.registration.error-delay", "300 ms"),
          Map.entry("cluster.registration.refused-registration-delay", "300 ms"),
          Map.entry("taskmanager.slot.timeout", "4 s"),
          Map.entry("taskmanager.numberOfTaskSlots", "6"),
          Map.entry("web.refresh-interval", "50"),
          Map.entry("execution.checkpointing.num-retained", "3"));

  private final Path folder;
  private final Path store;
  private final KafkaBroker broker;
  private final StandaloneCluster cluster;
  private final EventFeed feed;
  private final String jar;
  private String job = "";

  private EventPipeline(
      Path folder, KafkaBroker broker, StandaloneCluster cluster, EventFeed feed, String jar) {
    this.folder = folder;
    this.store = folder.resolve("store");
    this.broker = broker;
    this.cluster = cluster;
    this.feed = feed;
    this.jar = jar;
  }

  /** Starts everything but the job. */
  static EventPipeline start(Path folder) throws Exception {
    KafkaBroker broker = KafkaBroker.start();
    StandaloneCluster cluster = null;
    EventFeed feed = null;
    try {
      broker.createTopic(IN, PARTITIONS);
      broker.createTopic(OUT, PARTITIONS);
      Map<String, String> settings = new HashMap<>(SETTINGS);
      cluster = StandaloneCluster.start(folder.resolve("cluster"), settings);
      RestApi rest = cluster.rest();
      patiently("a TaskManager", () -> rest.taskManagers() == 1);
      String jar = rest.upload(jobJar(folder));
      feed = EventFeed.to(broker.bootstrap(), IN);
      return new EventPipeline(folder, broker, cluster, feed, jar);
    } catch (Throwable e) {
      IOUtils.closeAllQuietly(feed, cluster, broker);
      throw e;
    }
  }

  /** The job jar with the job of the test, as people build one of their own. */
  private static Path jobJar(Path folder) throws IOException, URISyntaxException {
    Path jar = folder.resolve("events.jar");
    Files.copy(StandaloneCluster.JOB_JAR, jar, StandardCopyOption.REPLACE_EXISTING);
    String name = EventJob.class.getSimpleName();
    Path classes =
        Path.of(Objects.requireNonNull(EventJob.class.getResource(name + ".class")).toURI())
            .getParent();
    try (var zip = FileSystems.newFileSystem(jar);
        Stream<Path> files = Files.list(classes)) {
      Path inside = zip.getPath(EventJob.class.getPackageName().replace('.', '/'));
      Files.createDirectories(inside);
      for (Path file :
          files
              .filter(each -> each.getFileName().toString().matches(name + "(\\$.*)?\\.class"))
              .toList()) {
        Files.copy(file, inside.resolve(file.getFileName().toString()));
      }
    }
    return jar;
  }

  KafkaBroker broker() {
    return broker;
  }

  StandaloneCluster cluster() {
    return cluster;
  }

  RestApi rest() {
    return cluster.rest();
  }

  EventFeed feed() {
    return feed;
  }

  String job() {
    return job;
  }

  Path store() {
    return store;
  }

  EventTopic counts() {
    return new EventTopic(broker, OUT);
  }

  /** Submits the job, as soon as the JobManager takes it. */
  void submit(int parallelism, Optional<Path> from) {
    List<String> arguments = List.of(broker.bootstrap(), IN, OUT, store.toString());
    patiently(
        "a JobManager",
        () -> {
          assertThat(cluster.jobManager().isAlive()).as("JobManager is alive").isTrue();
          return rest().taskManagers() >= 0;
        });
    try {
      job = rest().run(jar, Optional.of(EventJob.class), parallelism, from, arguments);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException("Cannot submit the job from " + from, e);
    }
  }

  /** The newest checkpoint that is complete, of any of the jobs. */
  Optional<Path> newest() throws IOException {
    Path checkpoints = folder.resolve("cluster/checkpoints");
    if (!Files.isDirectory(checkpoints)) {
      return Optional.empty();
    }
    return new ChangingFolder(checkpoints)
        .checkpoints().stream().max(Comparator.comparingLong(EventPipeline::number));
  }

  static long number(Path checkpoint) {
    return Long.parseLong(checkpoint.getFileName().toString().substring("chk-".length()));
  }

  long newestNumber() throws IOException {
    return newest().map(EventPipeline::number).orElse(0L);
  }

  /** Ends the feed, and waits until readers of committed records have seen all that it sent. */
  void drain() throws InterruptedException {
    feed.stop();
    assertThat(feed.failures()).isEmpty();
    long wellFormed =
        feed.acknowledged().values().stream().filter(id -> !EventFeed.isMalformed(id)).count();
    patiently(
        "every event is counted in the sink topic",
        Duration.ofMillis(500),
        () -> counts().counts().size() >= wellFormed);
  }

  /** Stops the job with a savepoint. */
  Path stop() throws Exception {
    String request = rest().stop(job, folder.resolve("savepoints"));
    patiently("a savepoint", () -> rest().stopped(job, request).isPresent());
    Path savepoint = rest().stopped(job, request).orElseThrow();
    patiently("the end of the job", () -> rest().state(job).equals("FINISHED"));
    return savepoint;
  }

  /**
   * What was sent and what came of it, once the job has stopped: all of it is there exactly once,
   * in one chain that is intact.
   *
   * @param note for the message of a failure
   */
  Ledger assertExactlyOnce(String note) throws IOException {
    CarFolderBlockStore blocks = CarFolderBlockStore.at(store);
    CommittedEvents chain = CommittedEvents.read(blocks);
    assertThat(chain.runs()).as("runs, %s", note).hasSize(1);
    assertThat(chain.checkpoints()).as("checkpoints, %s", note).isSorted();
    assertThat(chain.checkpoints()).as("checkpoints, %s", note).doesNotHaveDuplicates();
    assertThat(chain.boms()).as("BOMs, %s", note).doesNotHaveDuplicates();
    Ledger ledger =
        new Ledger(
            feed.acknowledged(),
            new EventTopic(broker, IN).ids(),
            chain.taken(),
            chain.counted(),
            counts().counts(),
            chain.rejected());
    assertThat(ledger.problems()).as(note).isEmpty();
    assertThat(ledger.acknowledged()).as(note).isEqualTo(ledger.topic());
    assertThat(
            IntegrityCheck.run(blocks, blocks.head().orElseThrow(), (done, bytes, problems) -> {})
                .and(blocks.inspect())
                .problems())
        .as("what verify HEAD finds, %s", note)
        .isEmpty();
    return ledger;
  }

  static void patiently(String what, Callable<Boolean> condition) {
    patiently(what, GLANCE, condition);
  }

  private static void patiently(String what, Duration pause, Callable<Boolean> condition) {
    Awaitility.await(what)
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(pause)
        .pollInSameThread()
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(condition);
  }

  @Override
  public void close() throws IOException {
    try {
      IOUtils.closeAll(feed, cluster, broker);
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
