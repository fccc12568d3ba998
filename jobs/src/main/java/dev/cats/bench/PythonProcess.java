package dev.cats.bench;

import dev.cats.ray.local.RayBuild;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of Python of this machine that a step is measured beside, gone when it is closed. */
final class PythonProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;
  private static final long LOOK_MILLIS = 20;

  private final Process process;
  private final Path output;

  private PythonProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * @param folder for what it says
   * @param arguments of {@code cats_ray.bench}
   */
  static PythonProcess start(RayBuild build, Path folder, List<String> arguments)
      throws IOException {
    Path output = folder.resolve("bench.log");
    List<String> command =
        new ArrayList<>(List.of(build.python().toString(), "-B", "-m", "cats_ray.bench"));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("PYTHONPATH", build.sources().toString());
    Process process = builder.start();
    process.getOutputStream().close();
    return new PythonProcess(process, output);
  }

  /** Waits until a line begins with this text, and returns the rest of it. */
  String await(String text) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      boolean alive = process.isAlive();
      String said = Files.readString(output);
      int at = said.indexOf(text);
      int over = at < 0 ? -1 : said.indexOf('\n', at);
      if (over >= 0) {
        return said.substring(at + text.length(), over).strip();
      }
      if (!alive || System.nanoTime() > end) {
        throw failed(said);
      }
      var unused = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Waits until it has ended, and returns what it said. */
  String output(long seconds) throws IOException, InterruptedException {
    boolean ended = process.waitFor(seconds + PATIENCE_SECONDS, TimeUnit.SECONDS);
    String said = Files.readString(output);
    if (!ended || process.exitValue() != 0) {
      throw failed(said);
    }
    return said;
  }

  private static IOException failed(String said) {
    return new IOException("Cannot benchmark: cats_ray.bench failed\n" + said);
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }
}
