package dev.cats.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.content.Cid;
import dev.cats.content.MemoryBlockStore;
import dev.cats.initiative.DataInitiative;
import dev.cats.lot.LotOptions;
import dev.cats.lot.StageOptions;
import dev.cats.replay.IntegrityCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a job when its workers are gone, or slower than its source. */
class StageRecoveryIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int PARCELS = 400;
  private static final int RECORDS = 10;
  private static final int LARGE_PARCELS = 5 * 1024;

  /** Of the job that is given more data than that. */
  private static final long MEMORY = 192L << 20;

  @TempDir private static Path services;
  private static RayPool pool;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    pool = RayPool.start(services);
  }

  @AfterAll
  static void end() throws Exception {
    if (pool != null) {
      pool.close();
    }
  }

  /** A job that runs here. */
  private final class Running implements AutoCloseable {
    private final String name = UUID.randomUUID().toString();
    private final MemoryBlockStore store = MemoryBlockStore.named(name);
    private final JobClient job;

    /**
     * @param patience how long it waits for workers before it is restarted
     */
    Running(Path gate, Duration patience) throws Exception {
      Configuration config = StageJob.settings("memory:" + name, pool.gateway());
      config.set(LotOptions.RECORDS, RECORDS);
      config.set(StageOptions.IN_FLIGHT, 4 * PARCELS);
      config.set(StageOptions.PATIENCE, patience);
      config.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
      config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1_000);
      config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofSeconds(1));
      DataInitiative initiative =
          StageJob.initiative(
              config, file(), new RecordedFunction(name, StageJob.held(gate)), PARCELS, 100, 100);
      job = initiative.executeAsync();
    }

    /** How many batches at least are in a checkpoint: their lots are committed, no answer is. */
    int batchesInState() {
      try {
        Map<String, Integer> counts = CommittedChain.read(store).counts();
        assertThat(counts).doesNotContainKey("receipts");
        return counts.getOrDefault("parcels", 0) / RECORDS;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** The ids of batches that it sent, by attempt. */
    List<List<Cid>> sent() {
      return RecordedFunction.sent(name);
    }

    void endsWithEveryRecordOnce() throws Exception {
      job.getJobExecutionResult().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      CommittedChain chain = CommittedChain.read(store);
      List<String> expected =
          LongStream.range(0, PARCELS)
              .mapToObj("{\"number\":%d,\"bytes\":100}"::formatted)
              .sorted()
              .toList();
      assertThat(chain.records().get("receipts")).isEqualTo(expected);
      Cid head = store.head().orElseThrow();
      assertThat(IntegrityCheck.run(store, head, (blocks, bytes, problems) -> {}).problems())
          .isEmpty();
    }

    @Override
    public void close() {
      CompletableFuture<JobExecutionResult> end = job.getJobExecutionResult();
      if (!end.isDone()) {
        job.cancel().exceptionally(over -> null).join();
      }
      end.exceptionally(over -> null).join();
      MemoryBlockStore.forget(name);
      RecordedFunction.forget(name);
    }
  }

  @Test
  void aClusterThatIsKilledIsWaitedForAndWherePatienceRunsOutFlinkSendsTheSameBatchesAgain()
      throws Exception {
    Path gate = folder.resolve("gate");
    try (Running patient = new Running(gate, PATIENCE);
        Running hasty = new Running(gate, Duration.ofMillis(500))) {
      await().atMost(PATIENCE).until(() -> patient.batchesInState() > 1);
      await().atMost(PATIENCE).until(() -> hasty.batchesInState() > 1);
      int inState = hasty.batchesInState();
      pool.kill();
      await().atMost(PATIENCE).until(() -> hasty.sent().size() > 1);
      pool.startAgain();
      Files.createFile(gate);
      patient.endsWithEveryRecordOnce();
      hasty.endsWithEveryRecordOnce();

      assertThat(patient.sent()).as("attempts").hasSize(1);
      assertThat(patient.sent().get(0)).doesNotHaveDuplicates();
      assertThat(hasty.sent()).as("attempts").hasSizeGreaterThan(1);
      Cid[] underWay = hasty.sent().get(0).subList(0, inState).toArray(Cid[]::new);
      assertThat(hasty.sent().get(hasty.sent().size() - 1)).startsWith(underWay);
    }
  }

  @Test
  void aWorkerThatIsKilledInTheMiddleOfABatchIsBackAndTheJobNeverNoticed() throws Exception {
    Path gate = folder.resolve("gate");
    try (Running job = new Running(gate, PATIENCE)) {
      await().atMost(PATIENCE).until(() -> job.batchesInState() > 1);
      List<Long> killed = pool.workers();
      for (long pid : killed) {
        assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
      }
      Files.createFile(gate);
      job.endsWithEveryRecordOnce();
      assertThat(job.sent()).as("attempts").hasSize(1);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(pool.workers()).hasSize(2).doesNotContainAnyElementsOf(killed));
    }
  }

  @Test
  void moreDataThanThereIsMemoryIsHeldBackAtTheSource() throws Exception {
    Path gate = folder.resolve("gate");
    long before = workerPeak();
    try (JavaProcess job = small(gate)) {
      AtomicLong seen = new AtomicLong(-1);
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofSeconds(3))
          .until(() -> seen.getAndSet(made(job)) == made(job) && seen.get() > 0);
      assertThat(made(job)).isLessThan(MEMORY / 4);
      Files.createFile(gate);
      assertThat(job.await(PATIENCE)).as(job.output()).isZero();
    }
    assertThat(workerPeak() - before).isLessThan(MEMORY);
    try (CarFolderBlockStore store = CarFolderBlockStore.at(folder.resolve("store"))) {
      assertThat(CommittedChain.read(store).counts()).containsEntry("receipts", LARGE_PARCELS);
    }
  }

  private Path file() throws IOException {
    return Files.writeString(folder.resolve("numbers.csv"), StageJob.TEXT);
  }

  /** A job in a JVM that has less memory than there is data. */
  private JavaProcess small(Path gate) throws IOException {
    assertThat((long) LARGE_PARCELS * StageJob.PARCEL).isGreaterThan(MEMORY * 3 / 2);
    List<String> command = new ArrayList<>(JavaProcess.opens());
    command.add("-Xmx" + MEMORY / 2);
    command.add("-XX:MaxDirectMemorySize=" + MEMORY / 2);
    command.add("-Dcats.root=" + System.getProperty("cats.root"));
    command.addAll(List.of("-cp", JavaProcess.classPath(), StageJob.class.getName()));
    command.add(folder.resolve("store").toString());
    command.add(pool.gateway());
    command.add(file().toString());
    command.add(gate.toString());
    command.add(Integer.toString(LARGE_PARCELS));
    return JavaProcess.start("small", folder, command);
  }

  /** How many bytes a job has made until now. */
  private static long made(JavaProcess job) throws IOException {
    assertThat(job.isAlive()).as(job.output()).isTrue();
    return job.output()
        .lines()
        .filter(line -> line.startsWith(StageJob.MADE))
        .mapToLong(line -> Long.parseLong(line.substring(StageJob.MADE.length())))
        .max()
        .orElse(0);
  }

  /** The most memory that any of the workers ever had, in bytes, where the system tells it. */
  private static long workerPeak() throws Exception {
    long peak = 0;
    for (long pid : pool.workers()) {
      Path status = Path.of("/proc", Long.toString(pid), "status");
      if (Files.isReadable(status)) {
        for (String line : Files.readAllLines(status)) {
          if (line.startsWith("VmHWM:")) {
            peak = Math.max(peak, Long.parseLong(line.replaceAll("\\D", "")) * 1024);
          }
        }
      }
    }
    return peak;
  }
}
