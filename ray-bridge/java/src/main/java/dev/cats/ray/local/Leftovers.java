package dev.cats.ray.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * What a host that was killed leaves behind: the processes that it had started, and Ray's session.
 * A folder remembers them, processes by their id and by when they began, so that no other process
 * that was given the same id later is ended.
 */
record Leftovers(Path folder) {
  /** Systems work the beginning out from their clock, which is adjusted now and then. */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  private static final Path SHORT = Path.of("/tmp");
  private static final String PREFIX = "cats-ray";
  private static final long END_SECONDS = 10;

  /**
   * A folder for Ray's session, of which the path is short, as that of its sockets has to be; for
   * this user only.
   */
  Path newSession() throws IOException {
    removeSession();
    Path session =
        Files.isWritable(SHORT)
            ? Files.createTempDirectory(SHORT, PREFIX)
            : Files.createTempDirectory(PREFIX);
    Files.writeString(sessionFile(), session.toString());
    return session;
  }

  /** Remembers all that this process has started until now. */
  void remember() throws IOException {
    Path half = folder.resolve("processes.new");
    Files.write(
        half,
        ProcessHandle.current()
            .descendants()
            .map(each -> each.pid() + " " + each.info().startInstant().orElse(Instant.EPOCH))
            .toList());
    Files.move(
        half, processes(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Remembers who has to be asked to end workers that do not end with their gateway. */
  void remember(URI gateway) throws IOException {
    Files.writeString(gatewayFile(), gateway.toString());
  }

  /**
   * Asks the gateway that is remembered to end its workers. Where it does not answer they stay, and
   * whoever makes a pool there next goes on with them.
   */
  void endWorkers() {
    try {
      if (Files.exists(gatewayFile())) {
        URI gateway = URI.create(Files.readString(gatewayFile()));
        Files.delete(gatewayFile());
        HttpRequest none =
            HttpRequest.newBuilder(gateway.resolve("/pool"))
                .timeout(Duration.ofSeconds(END_SECONDS))
                .POST(BodyPublishers.ofString("{\"size\":0}"))
                .build();
        HttpClient.newHttpClient().send(none, BodyHandlers.discarding());
      }
    } catch (IOException e) {
      System.err.println("Cannot end the workers: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Ends the processes that are there still, without a warning, but for the workers that a gateway
   * among them can end; and removes the session.
   */
  void end() throws IOException, InterruptedException {
    if (Files.exists(processes())) {
      List<ProcessHandle> all =
          Files.readAllLines(processes()).stream()
              .flatMap(line -> process(line).stream())
              .flatMap(process -> Stream.concat(process.descendants(), Stream.of(process)))
              .distinct()
              .toList();
      if (!all.isEmpty()) {
        endWorkers();
      }
      all.forEach(ProcessHandle::destroyForcibly);
      await(all);
      Files.delete(processes());
    }
    Files.deleteIfExists(gatewayFile());
    removeSession();
  }

  private static Optional<ProcessHandle> process(String line) {
    String[] words = line.split(" ", 2);
    Instant began = Instant.parse(words[1]);
    return ProcessHandle.of(Long.parseLong(words[0]))
        .filter(
            process ->
                process
                    .info()
                    .startInstant()
                    .filter(at -> Duration.between(at, began).abs().compareTo(TOLERANCE) <= 0)
                    .isPresent());
  }

  /** Of one that has ended, and that nobody collects, the JDK says for ever that it is there. */
  private static void await(List<ProcessHandle> all) throws InterruptedException {
    try {
      CompletableFuture.allOf(
              all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
          .get(END_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return;
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot wait for processes to end", e.getCause());
    }
  }

  private void removeSession() throws IOException {
    if (!Files.exists(sessionFile())) {
      return;
    }
    Path session = Path.of(Files.readString(sessionFile()));
    if (session.getFileName().toString().startsWith(PREFIX) && Files.exists(session)) {
      try (Stream<Path> files = Files.walk(session)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    Files.delete(sessionFile());
  }

  private Path sessionFile() {
    return folder.resolve("session");
  }

  private Path gatewayFile() {
    return folder.resolve("gateway");
  }

  private Path processes() {
    return folder.resolve("processes");
  }
}
