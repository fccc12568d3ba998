package dev.cats.cli;

import dev.cats.connector.ipfs.FileSystemPlugins;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.content.MirrorSettings;
import dev.cats.content.Mirrors;
import dev.cats.egress.EgressOptions;
import dev.cats.initiative.DataInitiative;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import dev.cats.lot.LotOptions;
import dev.cats.lot.StageOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.DetachedJobExecutionResult;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A command that runs an initiative: in this process on a MiniCluster, or, when Flink itself calls
 * the job jar, on the cluster that it was submitted to.
 */
abstract class RunningCommand implements Callable<Integer> {
  private static final int SLOTS = 2;

  @Spec private CommandSpec spec;

  @Mixin private StoreOption where = new StoreOption();

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      description = "How many subtasks each step has. Default: 2 here, the cluster's own on one.")
  private Integer parallelism;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "A setting of Flink or of ours, such as cats.lot.scope=exchange.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--repeatable",
      description =
          "Seal lots by count and size alone: one subtask, no age, no checkpoint before the end. Two such"
              + " runs over one input have the same CIDs, to the last one.")
  private boolean repeatable;

  @Option(
      names = "--mirror",
      paramLabel = "URI",
      description = {
        "A Kubo node that follows the store: kubo://HOST:PORT/NAME. What is committed goes there too, behind the run,",
        "and a node that is away is waited for. More in the settings cats.mirror.*."
      })
  private String mirror;

  @Option(
      names = "--ray",
      paramLabel = "WHERE",
      arity = "0..1",
      fallbackValue = "",
      description = {
        "Compute on a Ray cluster, by Python functions (b-values, all of iris): through this gateway, such as",
        "http://127.0.0.1:24800, or on the cluster with this head, HOST:PORT, where ./cats up ray --ray made a pool for --store.",
        "Default where nothing is named: the pool that ./cats up ray started for --store."
      })
  private String ray;

  @Option(
      names = "--memo",
      description = {
        "Do not call a function on Ray with records that it was called with in a run that is committed: take what it",
        "made from the store, hashed. Of some steps only: -D cats.stage.memo=b-value. A run of the same input has the",
        "same CIDs where it is --repeatable."
      })
  private boolean memo;

  @Option(names = "--json", description = "End with one JSON object, for programs.")
  private boolean json;

  /** The name of the initiative, which its chain has. */
  abstract String initiative();

  /** The pipeline to run. */
  abstract DataInitiative pipeline(StreamExecutionEnvironment env, Configuration configuration)
      throws IOException;

  /** What the pipeline needs set, beside what every run does; -D wins over it. */
  Configuration needs(boolean local) throws IOException {
    return new Configuration();
  }

  /** Whether the command line says who runs stage functions. */
  boolean namesStages() {
    return ray != null || settings.keySet().stream().anyMatch(key -> key.startsWith("cats.ray."));
  }

  /** Whether the pipeline has no end of its own. */
  boolean isContinuous() {
    return false;
  }

  StoreOption where() {
    return where;
  }

  @Override
  public Integer call() throws Exception {
    if (parallelism != null && parallelism < 1) {
      throw Failure.usage(
          "Invalid --parallelism: expected 1 or more, found " + parallelism,
          "Try: --parallelism 2");
    }
    Settings.check(settings);
    Optional<MirrorSettings> followed = mirror();
    long started = System.nanoTime();
    Configuration configuration = new Configuration();
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    boolean local = env instanceof LocalStreamEnvironment;
    Optional<Cid> before = Optional.empty();
    if (local) {
      useObjectStores();
      configuration.addAll(embedded());
      before = checkStore();
    }
    if (repeatable) {
      configuration.addAll(repeatable());
    }
    configuration.addAll(needs(local));
    settings.forEach(
        (key, value) -> {
          // Those of object stores are this process's, and need not go where jobs are described.
          if (!FileSystemPlugins.isSetting(key)) {
            configuration.setString(key, value);
          }
        });
    if (mirror != null) {
      configuration.set(EgressOptions.MIRROR, mirror);
    }
    if (ray != null) {
      configuration.set(StageOptions.GATEWAY, RayGateway.of(ray, where));
    }
    if (memo) {
      configuration.set(StageOptions.MEMO, List.of("all"));
    }
    configuration.set(EgressOptions.STORE, where.uri().toString());
    if (local
        && isContinuous()
        && !configuration.contains(CheckpointingOptions.SAVEPOINT_DIRECTORY)) {
      throw Failure.usage(
          "Cannot run until Ctrl-C on %s: there is no folder for its state".formatted(where.uri()),
          "Name one: -D execution.checkpointing.savepoint-dir=URI -D execution.checkpointing.dir=URI, and go on from there with -D execution.state-recovery.path=URI");
    }
    if (local) {
      env =
          StreamExecutionEnvironment.createLocalEnvironment(
              parallelism == null ? SLOTS : parallelism, configuration);
    } else if (parallelism != null) {
      env.setParallelism(parallelism);
    }
    DataInitiative initiative = pipeline(env, configuration);
    if (local && isContinuous()) {
      try (RunProgress progress = RunProgress.start(err(), true)) {
        UntilStopped.run(initiative, err());
      }
      report(initiative, before, (System.nanoTime() - started) / 1e9, followed);
      return 0;
    }
    JobExecutionResult result;
    try (RunProgress progress = RunProgress.start(err(), local)) {
      result = initiative.execute();
      sayRemembered();
    }
    if (result instanceof DetachedJobExecutionResult) {
      out().println("Submitted job " + result.getJobID() + "; it commits to " + where.location());
      out().flush();
      return 0;
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    report(initiative, before, seconds, followed);
    return 0;
  }

  /** How the store is to be followed; says what is wrong with that before anything starts. */
  private Optional<MirrorSettings> mirror() throws IOException {
    Configuration configuration = new Configuration();
    settings.forEach(configuration::setString);
    if (mirror != null) {
      configuration.set(EgressOptions.MIRROR, mirror);
    }
    try {
      Optional<MirrorSettings> settings = EgressOptions.mirror(configuration);
      if (settings.isPresent()) {
        Mirrors.open(where.uri(), settings.get()).close();
      }
      return settings;
    } catch (IllegalArgumentException e) {
      throw Failure.usage(e.getMessage(), "What it is for: ./cats run --help", e);
    }
  }

  private void useObjectStores() throws IOException {
    Stream<String> named =
        Stream.concat(
            Stream.of(where.location()), Stream.concat(settings.values().stream(), inputs()));
    FlinkFiles.use(settings, named.toArray(String[]::new));
  }

  /** What the pipeline reads, as far as these are files. */
  Stream<String> inputs() {
    return Stream.of();
  }

  /** What a laptop needs; -D wins over it. */
  private Configuration embedded() {
    Configuration defaults = new Configuration();
    defaults.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    defaults.set(RestOptions.ADDRESS, "127.0.0.1");
    defaults.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(96));
    defaults.setString("state.backend.rocksdb.writebuffer.size", "8mb");
    defaults.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(32));
    defaults.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(32));
    defaults.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(2));
    defaults.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    defaults.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 3);
    defaults.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(500));
    if ("file".equals(where.uri().getScheme())) {
      defaults.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
      defaults.set(
          CheckpointingOptions.CHECKPOINTS_DIRECTORY,
          Path.of(where.uri()).resolve("checkpoints").toUri().toString());
    }
    RunProgress.configure(defaults);
    return defaults;
  }

  private void sayRemembered() {
    long remembered = RunProgress.remembered();
    if (remembered > 0) {
      err().printf(Locale.ROOT, "%,d answers of functions on Ray were in the store%n", remembered);
      err().flush();
    }
  }

  /**
   * What makes two runs equal. Flink makes the last checkpoint itself when the input has ended, and
   * the first one no sooner than the pause between two.
   */
  private Configuration repeatable() {
    if (parallelism == null) {
      parallelism = 1;
    }
    Configuration settled = new Configuration();
    settled.set(LotOptions.MAX_AGE, Duration.ZERO);
    settled.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofHours(1));
    settled.set(CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS, Duration.ofHours(1));
    return settled;
  }

  /**
   * Says before the job starts what would stop it: a store that is taken, not writable, damaged at
   * its head or another initiative's.
   *
   * @return its head
   */
  private Optional<Cid> checkStore() throws IOException {
    try (BlockStore store = BlockStores.open(where.uri());
        BlockStore.Lock lock = store.lock("start of a run")) {
      store.check();
      if (store.head().isPresent()) {
        String found = Chain.ofHead(new Documents(store)).next().orElseThrow().initiative();
        if (!found.equals(initiative())) {
          throw Failure.usage(
              "Cannot run %s on %s: it holds the chain of initiative %s"
                  .formatted(initiative(), store.describe(), found),
              "Give this one a store of its own with --store DIR.");
        }
      }
      return store.head();
    }
  }

  private void report(
      DataInitiative initiative,
      Optional<Cid> before,
      double seconds,
      Optional<MirrorSettings> followed)
      throws IOException {
    try (BlockStore store = BlockStores.open(where.uri())) {
      Optional<Cid> head = store.head();
      if (head.equals(before) && isContinuous()) {
        err().println("Nothing was committed: no event came");
        err().flush();
        return;
      }
      if (head.isEmpty()) {
        throw Failure.usage(
            "Cannot report: " + store.describe() + " has no manifest after the run",
            "See " + System.getProperty("cats.log", "the log") + ".");
      }
      RunSummary summary = RunSummary.of(store, initiative, before, seconds);
      Optional<MirrorSummary> there =
          followed.isPresent() ? MirrorSummary.of(followed.get(), head.get()) : Optional.empty();
      if (json) {
        out().println(summary.json(there));
      } else {
        summary.print(out(), where.option(), there);
      }
      out().flush();
    }
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
