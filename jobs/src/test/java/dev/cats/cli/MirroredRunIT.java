package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.cluster.TickJob;
import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.connector.ipfs.KuboNode;
import dev.cats.connector.kafka.Said;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.content.MirrorSettings.Pins;
import dev.cats.egress.EgressOptions;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.logging.log4j.Level;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that a real node follows, however that comes and goes. */
class MirroredRunIT {
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static KuboNode node;

  @TempDir private Path folder;

  @BeforeAll
  static void startNode() throws Exception {
    node = KuboNode.start();
  }

  @AfterAll
  static void endNode() throws Exception {
    if (node != null) {
      node.close();
    }
  }

  private Path store() {
    return folder.resolve("store");
  }

  private Configuration following(String name) {
    Configuration config = new Configuration();
    config.set(EgressOptions.MIRROR, node.uri() + "/" + name);
    config.set(EgressOptions.MIRROR_IN_FLIGHT, 2);
    config.set(EgressOptions.MIRROR_PINS, Pins.DIRECT);
    config.set(EgressOptions.MIRROR_AT_END, PATIENCE);
    return config;
  }

  private CompletableFuture<Void> run(long ticks, double perSecond, Configuration config)
      throws IOException {
    Path file = Files.writeString(folder.resolve("ticks.csv"), TickJob.TEXT);
    return CompletableFuture.runAsync(
        () -> {
          try {
            String checkpoints = folder.resolve("checkpoints").toUri().toString();
            TickJob.run(store().toString(), checkpoints, file, ticks, perSecond, config);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private int manifests() {
    int manifests = 0;
    try (BlockStore store = CarFolderBlockStore.at(store())) {
      Chain chain = Chain.ofHead(new Documents(store));
      while (chain.next().isPresent()) {
        manifests++;
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return manifests;
  }

  private static Optional<Cid> head(String uri) throws IOException {
    try (BlockStore store = BlockStores.open(uri)) {
      return store.head();
    }
  }

  private static void await(java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await().atMost(PATIENCE).until(condition);
  }

  private static void verified(String uri) {
    Answer verify = Answer.to("verify", "HEAD", "--store", uri);
    assertThat(verify.code()).as(verify.out() + verify.err()).isZero();
    assertThat(verify.out()).startsWith("ok: ");
  }

  @Test
  void aNodeThatComesLateAndIsKilledHasEveryBlockOfHeadInTheEnd() throws Exception {
    String uri = node.uri() + "/late";
    node.stop();
    CompletableFuture<Void> job = run(6_000, 200, following("late"));
    await(() -> job.isDone() || manifests() > 3);
    node.restart();
    await(() -> job.isDone() || head(uri).isPresent());
    assertThat(job).as("in the middle of it").isNotDone();
    node.kill();
    int before = manifests();
    await(() -> job.isDone() || manifests() > before + 3);
    node.restart();
    job.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(head(uri)).isPresent().isEqualTo(head(store().toString()));
    verified(uri);
    node.collectGarbage();
    verified(uri);
  }

  @Test
  void aTinyBacklogHoldsTheJobBackUntilTheNodeTakesIt() throws Exception {
    String uri = node.uri() + "/tiny";
    node.stop();
    Configuration config = following("tiny");
    config.set(EgressOptions.MIRROR_BACKLOG, MemorySize.ofMebiBytes(0));
    try (Said said = Said.everything(Level.INFO)) {
      CompletableFuture<Void> job = run(2_000, 500, config);
      await(() -> !said.about("Waiting for Kubo at ").isEmpty());
      assertThat(manifests()).as("the first commit waits").isEqualTo(1);
      assertThat(job).isNotDone();
      node.restart();
      job.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(said.about("Going on: of Kubo at "))
          .hasSameSizeAs(said.about("Waiting for Kubo at "));
      // One for each reason: it refuses connections, and while it starts answers in its own ways.
      assertThat(said.about("goes on without it")).hasSizeLessThan(6);
      assertThat(manifests()).isGreaterThan(1);
    }
    assertThat(head(uri)).isEqualTo(head(store().toString()));
    verified(uri);
  }

  @Test
  void theMetricsSayWhatTheNodeDoesNotHave() throws Exception {
    InMemoryReporter metrics = InMemoryReporter.createWithRetainedMetrics();
    Configuration config = metrics.addToConfiguration(following("measured"));
    config.set(EgressOptions.MIRROR_BACKLOG, MemorySize.ofMebiBytes(0));
    node.stop();
    CompletableFuture<Void> job;
    try (Said said = Said.everything(Level.INFO)) {
      job = run(2_000, 500, config);
      await(() -> job.isDone() || !said.about("Waiting for Kubo at ").isEmpty());
      assertThat(job).as("it waits behind its first commit").isNotDone();
      List<Path> segments = segments();
      assertThat(gauge(metrics, "segments")).isEqualTo(segments.size()).isPositive();
      assertThat(gauge(metrics, "bytes"))
          .isEqualTo(segments.stream().mapToLong(file -> file.toFile().length()).sum());
      assertThat(gauge(metrics, "manifests")).isEqualTo(1);
    } finally {
      node.restart();
    }
    job.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(gauge(metrics, "segments")).isZero();
    assertThat(gauge(metrics, "bytes")).isZero();
    assertThat(gauge(metrics, "manifests")).isZero();
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(store().resolve("segments"))) {
      return files.filter(file -> file.toString().endsWith(".car")).toList();
    }
  }

  private static long gauge(InMemoryReporter metrics, String name) {
    for (var group : metrics.getMetricsByGroup().entrySet()) {
      if (String.join(".", group.getKey().getScopeComponents()).endsWith(".cats.mirror")) {
        return (Long) ((Gauge<?>) group.getValue().get(name)).getValue();
      }
    }
    throw new AssertionError("No metric of a mirror");
  }

  @Test
  void theSummaryNamesTheNodeAndItsName() throws Exception {
    String uri = node.uri() + "/demo";
    Answer demo =
        Answer.to(
            "demo",
            "--store",
            store().toString(),
            "--mirror",
            uri,
            "-D",
            "cats.mirror.name=quakes");
    assertThat(demo.code()).as(demo.err()).isZero();
    assertThat(demo.out())
        .containsPattern("\n\nMirror \\QKubo at %s, store demo\\E\n".formatted(node.rpc()))
        .containsPattern("  [\\d,]+ blocks with [\\d,]+ bytes in \\d+ segments, HEAD as here\n")
        .containsPattern("  ipns://k51[a-z0-9]+\n")
        .contains("  ./cats verify HEAD --store " + uri + "\n");
    verified(uri);

    Answer again = Answer.to("demo", "--store", store().toString(), "--mirror", uri, "--json");
    JsonNode mirror = JSON.readTree(again.out()).get("mirror");
    assertThat(mirror.get("store").asText()).isEqualTo(uri);
    assertThat(mirror.get("head").asText()).isEqualTo(head(uri).orElseThrow().toString());
    assertThat(mirror.get("behind").asBoolean()).isFalse();
    assertThat(mirror.get("segments").asLong()).isPositive();
    verified(uri);
  }

  @Test
  void aRunWhoseNodeIsAwayAtTheEndSaysWhatIsNotThere() throws Exception {
    node.stop();
    Answer demo;
    try {
      demo =
          Answer.to(
              "demo",
              "--store",
              store().toString(),
              "--mirror",
              node.uri() + "/away",
              "-D",
              "cats.mirror.at-end=0");
    } finally {
      node.restart();
    }
    assertThat(demo.code()).isNotZero();
    assertThat(demo.err())
        .containsPattern(
            "cats: Cannot bring all of \\Qfolder %s\\E to \\QKubo at %s, store away\\E: \\d+ segments with [\\d,]+ bytes and \\d+ manifests? are not there yet\\. Cannot lock "
                .formatted(store(), node.rpc()))
        .contains("./cats publish brings it there.");
    verified(store().toString());
  }

  @Test
  void whatIsNoMirrorIsRefusedBeforeTheRun() {
    Answer none = Answer.to("demo", "--store", store().toString(), "--mirror", "s3://bucket/x");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err())
        .contains("cats: Cannot open mirror s3://bucket/x: expected kubo://HOST:PORT/NAME");
    Answer many =
        Answer.to(
            "demo",
            "--store",
            store().toString(),
            "--mirror",
            "kubo://127.0.0.1:1/x",
            "-D",
            "cats.mirror.in-flight=0");
    assertThat(many.code()).isEqualTo(2);
    assertThat(many.err()).contains("expected 1 to 64 segments in flight, found 0");
    assertThat(store()).doesNotExist();
  }
}
