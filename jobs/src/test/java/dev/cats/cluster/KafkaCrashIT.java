package dev.cats.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.cluster.CommittedEvents.Counted;
import dev.cats.cluster.CommittedEvents.Taken;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the processes of a job that reads from Kafka and writes to Kafka, again and again, while
 * events go on coming: its TaskManager, its JobManager, both, and in some rounds the broker.
 *
 * <p>Each round waits until something was committed since the last one was restored. The moments
 * are random ones, or those right after a checkpoint is complete, when transactions and manifests
 * are about to be committed. {@code -Dcats.seed} repeats the choice, {@code -Dcats.rounds} says how
 * many rounds there are.
 */
@ExtendWith(Leftovers.class)
@Timeout(value = 45, unit = TimeUnit.MINUTES)
class KafkaCrashIT {
  private static final int PARALLELISM = 2;
  private static final int ROUNDS = Integer.getInteger("cats.rounds", 50);
  private static final int AT_MOST_MILLIS = 2_000;
  private static final int SOON_MILLIS = 40;

  /** Who is killed. */
  private enum Victim {
    /** While another one is starting, or has started. */
    TASK_MANAGER,
    /** The TaskManager that is left finds the next JobManager. */
    JOB_MANAGER,
    BOTH,
    /**
     * The TaskManager that is left goes on with its tasks for as long as it believes in the
     * JobManager, while the job has long been restored on another TaskManager.
     */
    JOB_MANAGER_AND_LATER_ITS_TASK_MANAGER
  }

  /** When it is killed. */
  private enum Moment {
    ANY,
    /** A checkpoint has just become complete, and its commits are about to begin. */
    COMPLETE
  }

  /** What happens to the broker in a round. */
  private enum Outage {
    NONE,
    /** Killed with the others, and back before them. */
    KILLED,
    /** Stopped in good order, and back when the others are back. */
    STOPPED
  }

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private final long seed = Long.getLong("cats.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final long started = System.nanoTime();
  private final Set<Long> restored = new HashSet<>();
  private EventPipeline pipeline;
  private StandaloneCluster cluster;

  @Test
  void nothingIsLostOrDoubledWhoeverIsKilled() throws Exception {
    say("%d rounds, seed %d (repeat with -Dcats.seed=%d)", ROUNDS, seed, seed);
    try (EventPipeline started = EventPipeline.start(folder)) {
      pipeline = started;
      cluster = started.cluster();
      pipeline.submit(PARALLELISM, Optional.empty());
      EventPipeline.patiently("a checkpoint", () -> pipeline.newestNumber() > 0);
      for (int round = 0; round < ROUNDS; round++) {
        round(round);
      }
      pipeline.drain();
      say("%d events sent, all of their counts delivered", pipeline.feed().count());
      pipeline.stop();
      assertThat(restored).as("checkpoints restored from, seed %d", seed).hasSize(ROUNDS);
      Ledger ledger = pipeline.assertExactlyOnce("seed " + seed);
      say(
          "%d events taken in, %d counts delivered, %d rejected",
          ledger.taken().size(), ledger.delivered().size(), ledger.rejected());
      theSameLedgerWithOneMistakeIsSeen(ledger);
      thereWasSomethingToLoseAndToDouble(ledger);
    }
  }

  private void round(int round) throws Exception {
    Victim victim = Victim.values()[round % 5 < 3 ? 0 : random.nextInt(Victim.values().length)];
    Outage outage = round % 6 == 5 ? Outage.values()[1 + random.nextInt(2)] : Outage.NONE;
    Moment moment = Moment.values()[random.nextInt(Moment.values().length)];
    long from = strike(victim, moment, outage);
    EventPipeline.patiently(
        "a checkpoint after that of restoring", () -> pipeline.newestNumber() > from);
    assertThat(pipeline.feed().failures()).isEmpty();
    restored.add(from);
    say(
        "round %d: killed %s (%s)%s, restored from checkpoint %d, at %d now, %d events",
        round,
        victim,
        moment,
        outage == Outage.NONE ? "" : " and the broker " + outage,
        from,
        pipeline.newestNumber(),
        pipeline.feed().count());
  }

  /** Kills and starts again; the answer is the checkpoint that the job goes on from. */
  private long strike(Victim victim, Moment moment, Outage outage) throws Exception {
    JavaProcess jobManager = cluster.jobManager();
    JavaProcess taskManager = cluster.taskManager();
    String job = pipeline.job();
    int restores = pipeline.rest().restores(job);
    if (victim == Victim.TASK_MANAGER) {
      cluster.startTaskManager();
    }
    await(moment, taskManager);
    switch (outage) {
      case NONE -> {}
      case KILLED -> pipeline.broker().kill();
      case STOPPED -> pipeline.broker().stop();
    }
    if (victim != Victim.TASK_MANAGER) {
      jobManager.kill();
    }
    if (victim == Victim.TASK_MANAGER || victim == Victim.BOTH) {
      taskManager.kill();
    }
    if (outage == Outage.KILLED) {
      pipeline.broker().restart();
    }
    if (victim == Victim.TASK_MANAGER) {
      EventPipeline.patiently("a restore", () -> pipeline.rest().restores(job) > restores);
    } else {
      cluster.startJobManager();
      if (victim != Victim.JOB_MANAGER) {
        cluster.startTaskManager();
      }
      pipeline.submit(PARALLELISM, pipeline.newest());
      EventPipeline.patiently("a restore", () -> pipeline.rest().restores(pipeline.job()) > 0);
    }
    if (outage == Outage.STOPPED) {
      pipeline.broker().restart();
    }
    long from = pipeline.rest().restored(pipeline.job());
    if (victim == Victim.JOB_MANAGER_AND_LATER_ITS_TASK_MANAGER) {
      EventPipeline.patiently("a checkpoint", () -> pipeline.newestNumber() > from);
      taskManager.kill();
    }
    return from;
  }

  private void await(Moment moment, JavaProcess process) throws Exception {
    letRun(process, AT_MOST_MILLIS);
    if (moment == Moment.COMPLETE) {
      long before = pipeline.newestNumber();
      EventPipeline.patiently("a checkpoint", () -> pipeline.newestNumber() > before);
      letRun(process, SOON_MILLIS);
    }
  }

  private void letRun(JavaProcess process, int atMostMillis) throws InterruptedException {
    boolean ended = process.endsWithin(Duration.ofMillis(random.nextInt(atMostMillis)));
    assertThat(ended).as("%s ended by itself, seed %d", process, seed).isFalse();
  }

  /** The same look at the same data, with one record lost or doubled, finds it. */
  private static void theSameLedgerWithOneMistakeIsSeen(Ledger sound) {
    Taken taken = sound.taken().get(sound.taken().size() / 2);
    Counted count = sound.delivered().get(sound.delivered().size() / 2);
    assertThat(sound.withTaken(without(sound.taken(), taken)).problems())
        .containsExactly("lost, not in committed source lots: " + taken);
    assertThat(sound.withTaken(with(sound.taken(), taken)).problems())
        .containsExactly("2 times in committed source lots: " + taken);
    assertThat(sound.withDelivered(without(sound.delivered(), count)).problems())
        .contains("lost, not in the sink topic: " + count.id());
    assertThat(sound.withDelivered(with(sound.delivered(), count)).problems())
        .contains("2 times in the sink topic: " + count.id());
  }

  private static <T> List<T> without(List<T> all, T one) {
    List<T> fewer = new ArrayList<>(all);
    fewer.remove(one);
    return fewer;
  }

  private static <T> List<T> with(List<T> all, T one) {
    return Stream.concat(all.stream(), Stream.of(one)).toList();
  }

  /** The killed processes did work in vain: only what was committed tells. */
  private void thereWasSomethingToLoseAndToDouble(Ledger ledger) throws IOException {
    int written = pipeline.counts().written();
    assertThat(written)
        .as("counts in the sink topic, committed or not, seed %d", seed)
        .isGreaterThan(ledger.delivered().size());
    assertThat(CommittedChain.recordsOfAllSegments(pipeline.store()))
        .as("events in source lots, committed or not, seed %d", seed)
        .isGreaterThan(ledger.taken().size());
  }

  private void say(String format, Object... arguments) {
    System.out.printf(
        "KafkaCrashIT: %d s: %s%n",
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started), format.formatted(arguments));
  }
}
