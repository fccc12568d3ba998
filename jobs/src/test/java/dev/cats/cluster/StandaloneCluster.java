package dev.cats.cluster;

import dev.cats.connector.kafka.LocalBroker;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.client.cli.CliFrontend;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ConfigurationUtils;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import org.apache.flink.runtime.util.bash.BashJavaUtils;
import org.apache.flink.util.IOUtils;

/**
 * A JobManager and TaskManagers as processes of their own, with the project's {@code flink-conf}
 * and the Flink that the build puts into {@code jobs/target/lib}: what the README of {@code
 * flink-conf} tells people to start.
 *
 * <p>Only ports, folders and the patience with a silent TaskManager differ from {@code
 * config.yaml}.
 */
final class StandaloneCluster implements Closeable {
  static final Path ROOT = Path.of(System.getProperty("cats.root"));
  static final Path JOB_JAR = ROOT.resolve("jobs/target/cats-jobs.jar");

  private static final String LIB = ROOT.resolve("jobs/target/lib") + "/*";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String RESULT = "BASH_JAVA_UTILS_EXEC_RESULT:";

  private final Path folder;
  private final Path conf;
  private final Configuration configuration;
  private final List<JavaProcess> processes = new ArrayList<>();
  private final Map<String, List<String>> parameters = new HashMap<>();
  private JavaProcess jobManager;
  private JavaProcess taskManager;

  private StandaloneCluster(Path folder, Path conf, Configuration configuration) {
    this.folder = folder;
    this.conf = conf;
    this.configuration = configuration;
  }

  /** Starts a JobManager and one TaskManager; {@link #rest()} says where they can be asked. */
  static StandaloneCluster start(Path folder) throws IOException, InterruptedException {
    return start(folder, Map.of());
  }

  /** As the other, with settings of its own. */
  static StandaloneCluster start(Path folder, Map<String, String> settings)
      throws IOException, InterruptedException {
    for (Path built : List.of(JOB_JAR, ROOT.resolve("jobs/target/lib"))) {
      if (!Files.exists(built)) {
        throw new IOException(
            "Cannot start a cluster: " + built + " is not built yet; run mvn package first");
      }
    }
    Configuration configuration = configuration();
    Path work = folder.resolve("work");
    int port = LocalBroker.freePort();
    configuration.set(RestOptions.PORT, port);
    configuration.set(JobManagerOptions.PORT, freePortBut(port));
    configuration.set(CoreOptions.TMP_DIRS, work.toString());
    configuration.set(WebOptions.UPLOAD_DIR, folder.resolve("jars").toString());
    configuration.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        folder.resolve("checkpoints").toUri().toString());
    configuration.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofMillis(500));
    configuration.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, Duration.ofSeconds(20));
    configuration.addAll(Configuration.fromMap(settings));
    Path conf = Files.createDirectories(folder.resolve("conf"));
    try (Stream<Path> files = Files.list(ROOT.resolve("flink-conf"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, conf.resolve(file.getFileName()));
      }
    }
    Files.write(
        conf.resolve(GlobalConfiguration.getFlinkConfFilename()),
        ConfigurationUtils.convertConfigToWritableLines(configuration, false));
    StandaloneCluster cluster = new StandaloneCluster(folder, conf, configuration);
    try {
      cluster.startJobManager();
      cluster.startTaskManager();
      return cluster;
    } catch (IOException | InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** The project's own {@code config.yaml}. */
  static Configuration configuration() {
    return GlobalConfiguration.loadConfiguration(ROOT.resolve("flink-conf").toString());
  }

  /** Starts a JobManager, the first one or one in the place of another that is gone. */
  void startJobManager() throws IOException, InterruptedException {
    jobManager =
        daemon("jobmanager-" + processes.size(), StandaloneSessionClusterEntrypoint.class, "JM");
  }

  /** The JobManager that was started last. */
  JavaProcess jobManager() {
    return jobManager;
  }

  /** Starts a TaskManager, the first one or another. */
  void startTaskManager() throws IOException, InterruptedException {
    taskManager = daemon("taskmanager-" + processes.size(), TaskManagerRunner.class, "TM");
  }

  /** The TaskManager that was started last. */
  JavaProcess taskManager() {
    return taskManager;
  }

  private JavaProcess daemon(String name, Class<?> main, String kind)
      throws IOException, InterruptedException {
    List<String> parameters = parameters(kind);
    List<String> command = new ArrayList<>(words(parameters.get(0)));
    command.addAll(words(configuration.get(CoreOptions.FLINK_JVM_OPTIONS)));
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")),
            "-Dlog.file=" + folder.resolve(name + ".log"),
            "-Dlog4j2.configurationFile=" + conf.resolve("log4j.properties"),
            "-cp",
            LIB,
            main.getName(),
            "--configDir",
            conf.toString()));
    command.addAll(words(parameters.get(1)));
    return keep(JavaProcess.start(name, folder, command));
  }

  /** What Flink works out from the memory settings: flags of the JVM, and settings. */
  private List<String> parameters(String kind) throws IOException, InterruptedException {
    List<String> known = parameters.get(kind);
    if (known == null) {
      known = workedOut(kind);
      parameters.put(kind, known);
    }
    return known;
  }

  private List<String> workedOut(String kind) throws IOException, InterruptedException {
    String command = "GET_" + kind + "_RESOURCE_PARAMS";
    try (JavaProcess tool =
        JavaProcess.start(
            command,
            folder,
            List.of(
                "-XX:TieredStopAtLevel=1",
                "-cp",
                LIB,
                BashJavaUtils.class.getName(),
                command,
                "--configDir",
                conf.toString()))) {
      int exitCode = tool.await(PATIENCE);
      List<String> results =
          tool.output()
              .lines()
              .filter(line -> line.startsWith(RESULT))
              .map(line -> line.substring(RESULT.length()))
              .toList();
      if (exitCode != 0 || results.size() != 2) {
        throw new IOException("Cannot work out the memory of " + kind + ": " + tool.output());
      }
      return results;
    }
  }

  /** {@code flink run}, as a process of its own. */
  JavaProcess flinkRun(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(words(configuration.get(CoreOptions.FLINK_JVM_OPTIONS)));
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-Dcats.log=" + folder.resolve("cli.log"),
            "-Dlog4j2.configurationFile=" + conf.resolve("log4j-cli.properties"),
            "-cp",
            LIB,
            CliFrontend.class.getName(),
            "run"));
    command.addAll(arguments);
    return keep(
        JavaProcess.start("flink-run", folder, Map.of("FLINK_CONF_DIR", conf.toString()), command));
  }

  RestApi rest() {
    return new RestApi(configuration.get(RestOptions.PORT));
  }

  /** All logs, for a message when something went wrong. */
  String logs() {
    StringBuilder logs = new StringBuilder();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        if (file.toString().endsWith(".log") || file.toString().endsWith(".out")) {
          logs.append("==> ").append(file).append('\n').append(Files.readString(file)).append('\n');
        }
      }
    } catch (IOException e) {
      logs.append("Cannot read more: ").append(e.getMessage());
    }
    return logs.toString();
  }

  private JavaProcess keep(JavaProcess process) {
    processes.add(process);
    return process;
  }

  /** Ends every process by its id, the newest first. */
  @Override
  public void close() throws IOException {
    Collections.reverse(processes);
    try {
      IOUtils.closeAll(processes);
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private static List<String> words(String line) {
    return Arrays.stream(line.strip().split("\\s+")).toList();
  }

  /**
   * Not one that the system gives to clients: a TaskManager that looks for a JobManager which is
   * gone would be given the JobManager's own port now and then.
   */
  private static int freePortBut(int taken) throws IOException {
    int port = LocalBroker.freePort();
    return port == taken ? freePortBut(taken) : port;
  }
}
