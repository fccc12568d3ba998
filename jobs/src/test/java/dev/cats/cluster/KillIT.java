package dev.cats.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.content.Cid;
import dev.cats.replay.IntegrityCheck;
import dev.cats.replay.IntegrityReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a job's process again and again, each time restoring it from its newest checkpoint, and
 * looks at the chain it leaves.
 *
 * <p>The moments are random ones and, on purpose, the worst ones: when source records are sealed
 * but no checkpoint holds them, when a checkpoint is complete but not committed, when its segments
 * are visible but no manifest names them. {@code -Dcats.seed} repeats the choice.
 */
@ExtendWith(Leftovers.class)
class KillIT {
  private static final int TICKS = 20_000;
  private static final double TICKS_PER_SECOND = 400;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration GLANCE = Duration.ofMillis(1);

  /** When a process is killed: some time after something that it did. */
  private enum Moment {
    /** At any time, often before it has restored anything. */
    ANY,
    /** After it has committed something. */
    COMMITTED,
    /** When lots lie sealed in the staging folder, before their checkpoint is complete. */
    SEALED,
    /** When a checkpoint is complete and its commit is about to begin. */
    COMPLETE,
    /** In the middle of a commit: a segment has become visible. */
    VISIBLE
  }

  @TempDir private Path folder;
  private final long seed = Long.getLong("cats.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final long started = System.nanoTime();
  private Path store;
  private Path checkpoints;

  @Test
  void aChainHasNoGapAndNoForkHoweverOftenItsJobIsKilled() throws Exception {
    System.out.println("KillIT: seed " + seed + " (repeat with -Dcats.seed=" + seed + ")");
    CommittedChain expected = uninterrupted();
    store = folder.resolve("store");
    checkpoints = folder.resolve("checkpoints");
    int round = 0;
    Set<Optional<Path>> from = new HashSet<>();
    for (Moment moment : moments()) {
      from.add(newest());
      killedAt(moment, round++);
    }
    assertThat(from).as("places to go on from, seed %d", seed).hasSizeGreaterThan(3);
    assertThat(run("last", 0, newest())).as("exit code").isZero();

    CommittedChain chain = CommittedChain.read(CarFolderBlockStore.at(store));
    assertThat(chain.runs()).as("runs, seed %d", seed).hasSize(1);
    assertThat(chain.checkpoints()).as("checkpoints, seed %d", seed).doesNotHaveDuplicates();
    assertThat(chain.checkpoints()).as("checkpoints, seed %d", seed).isSorted();
    assertThat(chain.manifests().size()).isGreaterThan(expected.manifests().size());
    assertThat(chain.boms()).as("BOMs, seed %d", seed).doesNotHaveDuplicates();
    assertThat(chain.manifests().stream().mapToLong(manifest -> manifest.rejected()).sum())
        .isEqualTo(TICKS / TickJob.MALFORMED);
    assertThat(chain.sources().keySet()).containsExactlyElementsOf(allTicks());
    assertThat(moreThanOnce(chain.sources())).as("ticks read twice, seed %d", seed).isEmpty();
    assertThat(chain.counts()).isEqualTo(expected.counts());
    assertThat(chain.records()).as("records, seed %d", seed).isEqualTo(expected.records());
    assertIntact();

    whatTheTestWouldSeeIfLeftoversCounted();
    anOlderCheckpointIsRefused(chain);
  }

  /** The killed processes did seal the same ticks again and again; only the chain tells. */
  private void whatTheTestWouldSeeIfLeftoversCounted() throws IOException {
    assertThat(moreThanOnce(CommittedChain.sourcesOfAllSegments(store)))
        .as("ticks in more than one source lot, committed or not, seed %d", seed)
        .isNotEmpty();
  }

  private void anOlderCheckpointIsRefused(CommittedChain chain) throws Exception {
    Path oldest = all().get(0);
    Optional<Cid> head = CarFolderBlockStore.at(store).head();
    try (JavaProcess job = start("forked", 0, Optional.of(oldest))) {
      assertThat(job.await(PATIENCE)).as("exit code").isEqualTo(1);
      assertThat(job.output())
          .contains(
              "Cannot go on from checkpoint "
                  + number(oldest)
                  + ": the chain of "
                  + CarFolderBlockStore.at(store).describe()
                  + " already holds checkpoint "
                  + chain.manifests().get(0).checkpoint()
                  + " of this run");
    }
    assertThat(CarFolderBlockStore.at(store).head()).isEqualTo(head);
  }

  private CommittedChain uninterrupted() throws Exception {
    store = folder.resolve("uninterrupted");
    checkpoints = folder.resolve("uninterrupted-checkpoints");
    assertThat(run("uninterrupted", 0, Optional.empty())).as("exit code").isZero();
    assertIntact();
    return CommittedChain.read(CarFolderBlockStore.at(store));
  }

  private void assertIntact() throws IOException {
    CarFolderBlockStore blocks = CarFolderBlockStore.at(store);
    IntegrityReport report =
        IntegrityCheck.run(blocks, blocks.head().orElseThrow(), (done, bytes, problems) -> {});
    assertThat(report.problems()).as("problems, seed %d", seed).isEmpty();
    assertThat(report.boms()).isPositive();
  }

  /** Each of the worst moments for certain, in random order among random ones. */
  private List<Moment> moments() {
    List<Moment> moments =
        new ArrayList<>(
            List.of(
                Moment.ANY,
                Moment.ANY,
                Moment.COMMITTED,
                Moment.COMMITTED,
                Moment.COMMITTED,
                Moment.SEALED,
                Moment.COMPLETE,
                Moment.COMPLETE,
                Moment.VISIBLE));
    Collections.shuffle(moments, random);
    return moments;
  }

  /**
   * Kills the job once at such a moment. Where lots are sealed it does so until their checkpoint
   * was not complete when the process died, as only then the next one reads the same ticks again.
   */
  private void killedAt(Moment moment, int round) throws Exception {
    Optional<Path> from = newest();
    kill(moment, round, from);
    for (int again = 0; moment == Moment.SEALED && !newest().equals(from); again++) {
      assertThat(again).as("kills too late to leave sealed lots, seed %d", seed).isLessThan(10);
      from = newest();
      kill(moment, round, from);
    }
  }

  private void kill(Moment moment, int round, Optional<Path> from) throws Exception {
    try (JavaProcess job = start("round-" + round, TICKS_PER_SECOND, from)) {
      switch (moment) {
        case ANY -> letRun(job, 4_000);
        case COMMITTED -> {
          await(job, moment, () -> head().stream().toList());
          letRun(job, 900);
        }
        case SEALED -> await(job, moment, () -> files("staged", "lines-", ".car"));
        case COMPLETE -> await(job, moment, () -> newest().stream().toList());
        case VISIBLE -> await(job, moment, () -> files("segments", "lines-", ".car"));
      }
      job.kill();
    }
    System.out.printf(
        "KillIT: %d s: round %d, from %s, killed when %s, HEAD %s%n",
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started),
        round,
        from.map(path -> path.getFileName().toString()).orElse("the start"),
        moment,
        head().map(Cid::toString).orElse("none"));
  }

  private void letRun(JavaProcess job, int atMostMillis) throws Exception {
    boolean ended = job.endsWithin(Duration.ofMillis(random.nextInt(atMostMillis)));
    assertThat(ended).as("%s ended by itself, seed %d:%n%s", job, seed, job.output()).isFalse();
  }

  private interface Look {
    List<?> now() throws IOException;
  }

  /** Waits until there is something that is not there now. */
  private static void await(JavaProcess job, Moment moment, Look look) throws Exception {
    List<?> before = look.now();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (before.containsAll(look.now())) {
      if (job.endsWithin(GLANCE) || System.nanoTime() - deadline > 0) {
        throw new AssertionError("Nothing came to be " + moment + " in " + job + job.output());
      }
    }
  }

  private Optional<Cid> head() throws IOException {
    return CarFolderBlockStore.at(store).head();
  }

  private List<String> files(String of, String prefix, String suffix) throws IOException {
    Path in = store.resolve(of);
    if (!Files.isDirectory(in)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(in)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(prefix) && name.endsWith(suffix))
          .sorted()
          .toList();
    }
  }

  private int run(String name, double perSecond, Optional<Path> from) throws Exception {
    try (JavaProcess job = start(name, perSecond, from)) {
      int exitCode = job.await(PATIENCE);
      assertThat(exitCode).as(job.output()).isZero();
      return exitCode;
    }
  }

  private JavaProcess start(String name, double perSecond, Optional<Path> from) throws IOException {
    Path work = Files.createDirectories(folder.resolve(name));
    List<String> command = new ArrayList<>(JavaProcess.opens());
    command.addAll(
        List.of(
            "-Xmx400m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Djava.io.tmpdir=" + work,
            "-cp",
            JavaProcess.classPath(),
            TickJob.class.getName(),
            store.toString(),
            checkpoints.toUri().toString(),
            Files.writeString(folder.resolve("ticks.csv"), TickJob.TEXT).toString(),
            Integer.toString(TICKS),
            Double.toString(perSecond)));
    from.ifPresent(path -> command.add(path.toUri().toString()));
    return JavaProcess.start(name, work, command);
  }

  private Optional<Path> newest() throws IOException {
    List<Path> all = all();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /** The complete checkpoints, oldest first. */
  private List<Path> all() throws IOException {
    if (!Files.isDirectory(checkpoints)) {
      return List.of();
    }
    return new ChangingFolder(checkpoints)
        .checkpoints().stream().sorted(Comparator.comparingLong(KillIT::number)).toList();
  }

  private static long number(Path checkpoint) {
    return Long.parseLong(checkpoint.getFileName().toString().substring("chk-".length()));
  }

  private static List<Long> allTicks() {
    return LongStream.range(0, TICKS).boxed().toList();
  }

  private static List<Long> moreThanOnce(SortedMap<Long, Integer> sources) {
    return sources.entrySet().stream()
        .filter(entry -> entry.getValue() > 1)
        .map(entry -> entry.getKey())
        .toList();
  }
}
