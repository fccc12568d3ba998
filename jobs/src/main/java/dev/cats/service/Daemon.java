package dev.cats.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that was started to outlive the command which started it, as a file remembers it. Its
 * id alone would not do: after its end the system may give it to any other process.
 *
 * @param started when the process began, as the system tells it
 * @param address where clients begin
 */
public record Daemon(long pid, Instant started, int port, String address) {
  private static final String FILE = "running";

  /** Systems work the beginning out from their clock, which is adjusted now and then. */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  private static final Duration POLL = Duration.ofMillis(200);

  static Daemon of(ProcessHandle process, int port, String address) {
    return new Daemon(
        process.pid(), process.info().startInstant().orElse(Instant.EPOCH), port, address);
  }

  /** What the folder of a service remembers; a file that cannot be understood is none. */
  static Optional<Daemon> in(Path folder) throws IOException {
    if (!Files.exists(folder.resolve(FILE))) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(folder.resolve(FILE))) {
      properties.load(reader);
      return Optional.of(
          new Daemon(
              Long.parseLong(properties.getProperty("pid", "")),
              Instant.parse(properties.getProperty("started", "")),
              Integer.parseInt(properties.getProperty("port", "")),
              properties.getProperty("address", "")));
    } catch (NoSuchFileException | IllegalArgumentException | DateTimeException e) {
      return Optional.empty();
    }
  }

  void write(Path folder) throws IOException {
    Path half = folder.resolve(FILE + ".new");
    Files.write(
        half,
        List.of(
            "# Written by ./cats up; ./cats down removes it.",
            "address=" + address,
            "port=" + port,
            "pid=" + pid,
            "started=" + started));
    Files.move(
        half,
        folder.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  static void forget(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(FILE));
  }

  /** The process itself, if it is still there and not another one with its id. */
  public Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid).filter(process -> !isOver(process)).filter(this::isIt);
  }

  private boolean isIt(ProcessHandle process) {
    return process
        .info()
        .startInstant()
        .map(began -> Duration.between(began, started).abs().compareTo(TOLERANCE) <= 0)
        .orElse(false);
  }

  public boolean isAlive() {
    return process().isPresent();
  }

  /** Waits for the end of a process; false if it is still there after that time. */
  static boolean endsWithin(ProcessHandle process, Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    CompletableFuture<ProcessHandle> exit = process.onExit();
    while (!isOver(process)) {
      long left = Math.min(POLL.toNanos(), end - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      try {
        exit.get(left, TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        continue; // to look whether it is over in another way
      } catch (ExecutionException e) {
        throw new IllegalStateException("Cannot wait for process " + process.pid(), e.getCause());
      }
    }
    return true;
  }

  /**
   * Whether a process has ended. Where the first process of a container does not collect those that
   * others left behind, one that has ended stays in the table for ever, as a zombie.
   */
  private static boolean isOver(ProcessHandle process) {
    return !process.isAlive() || isZombie(process.pid());
  }

  private static boolean isZombie(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return false; // gone since, or a system without /proc
    }
  }
}
