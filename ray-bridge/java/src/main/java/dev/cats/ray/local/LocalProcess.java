package dev.cats.ray.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process of this machine with all that it starts, known by their ids, and the file that takes
 * what it says. It ends with this one at the latest, unless this one is killed: those that were
 * started last end first, since they may need the others for that.
 */
final class LocalProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalProcess.class);
  private static final long PATIENCE_SECONDS = 120;

  /** Nothing is lost by being killed; a node of Ray that is asked to end may take half a minute. */
  private static final long ASKED_SECONDS = 3;

  private static final long END_SECONDS = 20;
  private static final long POLL_MILLIS = 100;
  private static final int LAST_LINES = 12;

  private static final Deque<LocalProcess> RUNNING = new ArrayDeque<>();
  private static boolean ending;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(LocalProcess::endAll, "end local processes"));
  }

  private final String what;
  private final Process process;
  private final Path log;
  private final Set<ProcessHandle> started = ConcurrentHashMap.newKeySet();
  private volatile Runnable farewell = () -> {};

  private LocalProcess(String what, Process process, Path log) {
    this.what = what;
    this.process = process;
    this.log = log;
  }

  /**
   * @param what for messages: {@code the worker}
   * @param variables of its environment, besides those of this process
   */
  static LocalProcess start(
      String what, List<String> command, Map<String, String> variables, Path log)
      throws IOException {
    Files.deleteIfExists(log);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(log.toAbsolutePath().getParent().toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("RAY_"));
    builder.environment().putAll(variables);
    synchronized (RUNNING) {
      if (ending) {
        throw new IOException("Cannot start " + what + ": this process is ending");
      }
      Process process = builder.start();
      process.getOutputStream().close();
      LocalProcess local = new LocalProcess(what, process, log);
      RUNNING.addFirst(local);
      return local;
    }
  }

  private static void endAll() {
    List<LocalProcess> all;
    synchronized (RUNNING) {
      ending = true;
      all = List.copyOf(RUNNING);
    }
    all.forEach(LocalProcess::end);
  }

  /**
   * Waits until a line of its output has this text.
   *
   * @return what follows the text in that line
   * @throws IOException if it ends instead, or takes too long; with its last words
   */
  String await(String text) throws IOException, InterruptedException {
    return await(text, PATIENCE_SECONDS);
  }

  /** The same, for one that may take longer. */
  String await(String text, long seconds) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (true) {
      boolean alive = process.isAlive();
      Optional<String> found =
          lines().stream()
              .filter(line -> line.contains(text))
              .map(line -> line.substring(line.indexOf(text) + text.length()).strip())
              .findFirst();
      if (found.isPresent()) {
        process.descendants().forEach(started::add);
        return found.get();
      }
      if (!alive || System.nanoTime() - end >= 0) {
        throw new IOException(
            "Cannot start %s: %s; %s says:\n%s"
                .formatted(
                    what,
                    alive
                        ? "it is not ready after " + seconds + " s"
                        : "it ended with " + process.exitValue(),
                    log,
                    lastWords()));
      }
      endsWithin(process.toHandle(), TimeUnit.MILLISECONDS, POLL_MILLIS);
    }
  }

  /** With what is to be done while it is still there, before it is ended from here. */
  LocalProcess endingAfter(Runnable last) {
    farewell = last;
    return this;
  }

  long pid() {
    return process.pid();
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** Done when it has ended. */
  CompletableFuture<?> onEnd() {
    return process.onExit();
  }

  /** The last lines of its output. */
  String lastWords() throws IOException {
    List<String> lines = lines();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }

  /** The lines that are whole. */
  private List<String> lines() throws IOException {
    String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }

  /** Ends it and everything that it started, and waits until they are gone. */
  @Override
  public void close() {
    end();
    synchronized (RUNNING) {
      RUNNING.remove(this);
    }
  }

  private void end() {
    if (process.isAlive()) {
      farewell.run();
    }
    // Once it is gone, nobody can say what it started.
    Set<ProcessHandle> all = new LinkedHashSet<>(started);
    process.descendants().forEach(all::add);
    all.add(process.toHandle());
    try {
      process.destroy();
      process.waitFor(ASKED_SECONDS, TimeUnit.SECONDS);
      all.forEach(ProcessHandle::destroyForcibly);
      process.waitFor(END_SECONDS, TimeUnit.SECONDS);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
      for (ProcessHandle one : all) {
        if (!endsWithin(one, TimeUnit.NANOSECONDS, Math.max(0, end - System.nanoTime()))) {
          LOG.warn("Cannot end process {} of {}: it stays", one.pid(), what);
        }
      }
    } catch (InterruptedException e) {
      all.forEach(ProcessHandle::destroyForcibly);
      Thread.currentThread().interrupt();
    }
  }

  private static boolean endsWithin(ProcessHandle process, TimeUnit unit, long time)
      throws InterruptedException {
    long end = System.nanoTime() + unit.toNanos(time);
    while (isThere(process)) {
      if (System.nanoTime() - end >= 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return true;
  }

  /**
   * Whether it has not ended. One that nobody collects, as in a container whose first process does
   * not, stays in the system's table and has no command any more.
   */
  static boolean isThere(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }
}
