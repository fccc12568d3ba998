package dev.cats.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.job.seismology.SampleFeed;
import dev.cats.replay.IntegrityCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.configuration.CoreOptions;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The job jar on a JobManager and TaskManagers that are processes of their own. */
@ExtendWith(Leftovers.class)
class StandaloneClusterIT {
  private static final int EVENTS = 1_707;
  private static final int EARTHQUAKES = 1_679;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  /** How often the bundled feed is repeated for a job that runs for some seconds. */
  private static final int WEEKS = 20;

  @TempDir private Path folder;

  @Test
  void theJobJarRunsThroughTheRestApiAndThroughFlinkRun() throws Exception {
    Path feed = SampleFeed.copyTo(folder);
    Path one = folder.resolve("through-rest");
    Path two = folder.resolve("through-flink-run");
    try (StandaloneCluster cluster = StandaloneCluster.start(folder.resolve("cluster"))) {
      awaitTaskManager(cluster);
      RestApi rest = cluster.rest();
      String jar = rest.upload(StandaloneCluster.JOB_JAR);
      awaitFinished(cluster, rest.run(jar, 2, arguments(feed, one)));

      try (JavaProcess flinkRun =
          cluster.flinkRun(
              concat(
                  List.of("-p", "2", StandaloneCluster.JOB_JAR.toString()),
                  arguments(feed, two)))) {
        assertThat(flinkRun.await(PATIENCE)).as(flinkRun.output() + cluster.logs()).isZero();
        assertThat(flinkRun.output()).contains("HEAD " + head(two));
      }
    }
    CommittedChain throughRest = intact(one);
    CommittedChain throughFlinkRun = intact(two);
    assertThat(throughRest.counts())
        .containsEntry("feed", EVENTS)
        .containsEntry("earthquakes", EARTHQUAKES)
        .containsEntry("earthquakes (others)", EVENTS - EARTHQUAKES);
    assertThat(throughFlinkRun.records()).isEqualTo(throughRest.records());
  }

  @Test
  void aJobGoesOnWhenItsTaskManagerIsKilledAndAnotherOneComes() throws Exception {
    Path feed = weeks(SampleFeed.copyTo(folder));
    Path store = folder.resolve("store");
    try (StandaloneCluster cluster = StandaloneCluster.start(folder.resolve("cluster"))) {
      awaitTaskManager(cluster);
      RestApi rest = cluster.rest();
      String jar = rest.upload(StandaloneCluster.JOB_JAR);
      String job =
          rest.run(
              jar,
              2,
              concat(
                  arguments(feed, store),
                  List.of(
                      "-D",
                      "execution.checkpointing.interval=200ms",
                      "-D",
                      "execution.checkpointing.min-pause=0ms",
                      "-D",
                      "cats.lot.records=16")));
      patiently(cluster, "something is committed")
          .pollInterval(Duration.ofMillis(5))
          .until(() -> CarFolderBlockStore.at(store).head().isPresent());
      assertThat(rest.state(job)).isEqualTo("RUNNING");
      cluster.taskManager().kill();
      cluster.startTaskManager();
      awaitFinished(cluster, job);
    }
    CommittedChain chain = intact(store);
    assertThat(chain.runs()).hasSize(1);
    assertThat(chain.checkpoints()).hasSizeGreaterThan(1).isSorted().doesNotHaveDuplicates();
    assertThat(chain.sources().keySet())
        .containsExactlyElementsOf(LongStream.range(0, (long) WEEKS * EVENTS).boxed().toList());
    assertThat(chain.sources().values()).containsOnly(1);
    assertThat(chain.counts())
        .containsEntry("earthquakes", WEEKS * EARTHQUAKES)
        .containsEntry("earthquakes (others)", WEEKS * (EVENTS - EARTHQUAKES));
    assertThat(Collections.max(CommittedChain.sourcesOfAllSegments(store).values()))
        .as("how often the killed TaskManager and the next one sealed an event, committed or not")
        .isGreaterThan(1);
  }

  @Test
  void theProcessesOpenWhatThePomOpens() throws IOException {
    String pom = Files.readString(StandaloneCluster.ROOT.resolve("pom.xml"));
    assertThat(pom)
        .contains(
            "<flink.opens>"
                + StandaloneCluster.configuration().get(CoreOptions.FLINK_JVM_OPTIONS)
                + "</flink.opens>");
  }

  private static void awaitTaskManager(StandaloneCluster cluster) {
    patiently(cluster, "a TaskManager").until(() -> cluster.rest().taskManagers() == 1);
  }

  private static void awaitFinished(StandaloneCluster cluster, String job) {
    patiently(cluster, "job " + job + " ends")
        .until(
            () -> {
              String state = cluster.rest().state(job);
              assertThat(state).as(cluster.logs()).isNotIn("FAILED", "CANCELED");
              return state.equals("FINISHED");
            });
  }

  private static ConditionFactory patiently(StandaloneCluster cluster, String what) {
    return Awaitility.await(what)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .pollInSameThread()
        .ignoreExceptionsInstanceOf(IOException.class);
  }

  private static CommittedChain intact(Path store) throws IOException {
    CarFolderBlockStore blocks = CarFolderBlockStore.at(store);
    assertThat(
            IntegrityCheck.run(blocks, blocks.head().orElseThrow(), (done, bytes, problems) -> {})
                .problems())
        .isEmpty();
    return CommittedChain.read(blocks);
  }

  private static String head(Path store) throws IOException {
    return CarFolderBlockStore.at(store).head().orElseThrow().toString();
  }

  private static List<String> arguments(Path feed, Path store) {
    return List.of("run", "seismology", "--input", feed.toString(), "--store", store.toString());
  }

  /** A feed that holds every event of the given one many times. */
  private static Path weeks(Path feed) throws IOException {
    String text = Files.readString(feed);
    int first = text.indexOf('[', text.indexOf("\"features\"")) + 1;
    int end = text.lastIndexOf(']', text.lastIndexOf("\"bbox\""));
    String events = text.substring(first, end);
    return Files.writeString(
        feed.resolveSibling("weeks.geojson"),
        text.substring(0, first)
            + String.join(",", Collections.nCopies(WEEKS, events))
            + text.substring(end));
  }

  private static List<String> concat(List<String> first, List<String> then) {
    return Stream.concat(first.stream(), then.stream()).toList();
  }
}
