package dev.cats.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A JVM of its own. Its output goes to a file, and it is gone when this is closed. */
public final class JavaProcess implements Closeable {
  private static final long PATIENCE_SECONDS = 30;

  private final String name;
  private final Path output;
  private final Process process;

  private JavaProcess(String name, Path output, Process process) {
    this.name = name;
    this.output = output;
    this.process = process;
  }

  /**
   * Starts a JVM of the same installation as this one.
   *
   * @param command options of the JVM, main class and arguments
   */
  public static JavaProcess start(String name, Path folder, List<String> command)
      throws IOException {
    return start(name, folder, Map.of(), command);
  }

  /** As the other, with environment variables. */
  static JavaProcess start(
      String name, Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    Path output = Files.createDirectories(folder).resolve(name + ".out");
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    return new JavaProcess(name, output, process);
  }

  /** The class path of this JVM, wherever the test runner put it. */
  public static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** The packages that Flink needs open, as this JVM was started with them. */
  public static List<String> opens() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("--add-"))
        .toList();
  }

  long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public String output() throws IOException {
    return Files.readString(output);
  }

  /** Waits; returns false if it is still there after that time. */
  boolean endsWithin(Duration time) throws InterruptedException {
    return process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Its exit code, once it has ended by itself. */
  public int await(Duration time) throws IOException, InterruptedException {
    if (!endsWithin(time)) {
      throw new IOException(
          "Cannot wait for " + name + ": still running after " + time + "\n" + output());
    }
    return process.exitValue();
  }

  /** Asks it to end (SIGTERM), which commands take as they take Ctrl-C. */
  public void terminate() {
    process.destroy();
  }

  /** Ends it without a warning (SIGKILL), and waits until it is gone. */
  public void kill() throws IOException, InterruptedException {
    if (!process.destroyForcibly().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("Cannot kill " + name + ": process " + pid() + " stays");
    }
  }

  @Override
  public void close() throws IOException {
    try {
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return name + " (process " + pid() + ")";
  }
}
