package dev.cats.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves something behind: a process that it started, a thread that would keep
 * the JVM from ending, a file that is still open. Jars do not count (class loaders keep them), nor
 * does the thread by which JUnit watches its own timeouts, nor do open files where the system does
 * not tell (there is no {@code /proc}).
 */
final class Leftovers implements BeforeEachCallback, AfterEachCallback {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");
  private static final String OF_JUNIT = "junit-jupiter-timeout-watcher";

  private Set<String> before = Set.of();

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    before = now();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Awaitility.await("everything that " + context.getDisplayName() + " started is gone")
        .atMost(PATIENCE)
        .pollInSameThread()
        .untilAsserted(
            () -> {
              Set<String> left = now();
              left.removeAll(before);
              assertThat(left).isEmpty();
            });
  }

  private static Set<String> now() throws IOException {
    Set<String> all = new TreeSet<>();
    ProcessHandle.current()
        .descendants()
        .filter(ProcessHandle::isAlive)
        .forEach(process -> all.add("process " + process.pid()));
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (!thread.isDaemon() && thread.isAlive() && !thread.getName().equals(OF_JUNIT)) {
        all.add("thread " + thread.getName());
      }
    }
    all.addAll(openFiles());
    return all;
  }

  private static Set<String> openFiles() throws IOException {
    if (!Files.isDirectory(OPEN_FILES)) {
      return Set.of();
    }
    try (Stream<Path> links = Files.list(OPEN_FILES)) {
      return links
          .map(Leftovers::target)
          .filter(file -> file.startsWith("/") && !file.endsWith(".jar"))
          .filter(file -> !file.startsWith("/proc/") && !file.startsWith("/dev/"))
          .map(file -> "open file " + file)
          .collect(Collectors.toSet());
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // closed since it was listed
    }
  }
}
