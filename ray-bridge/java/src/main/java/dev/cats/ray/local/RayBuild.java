package dev.cats.ray.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Ray and what the worker stands on, in a virtual environment of Python that is made from {@code
 * ray-bridge/python/requirements.txt}, where every package has its version.
 *
 * <p>It is kept outside the tree, in {@code cats/ray-VERSION-HASH} of the user's cache ({@code
 * XDG_CACHE_HOME}, else {@code ~/.cache}), where the hash is that of the requirements: other
 * versions are another environment. It counts as there once it is whole, and one process at a time
 * makes it; others wait. Functions that need more packages have an environment of their own, made
 * from their requirements too.
 */
public final class RayBuild {
  /** Names a file of more packages, in the form of {@code requirements.txt}. */
  public static final String REQUIREMENTS = "CATS_RAY_REQUIREMENTS";

  private static final String SOURCES = "ray-bridge/python";
  private static final Pattern RAY = Pattern.compile("^ray==(\\S+)", Pattern.MULTILINE);
  private static final int LAST_LINES = 8;
  private static final int HASH_DIGITS = 12;

  private final Path sources;
  private final Path cache;
  private final Map<String, String> environment;
  private final Optional<Path> more;

  private RayBuild(Path sources, Path cache, Map<String, String> environment, Optional<Path> more) {
    this.sources = sources;
    this.cache = cache;
    this.environment = environment;
    this.more = more;
  }

  /**
   * What the project below this root asks for, and the file that {@value #REQUIREMENTS} names, in
   * this user's cache.
   */
  public static RayBuild of(Path root) {
    return of(root, System.getenv());
  }

  /** The same with other variables: {@code PATH}, {@code HOME}, {@code XDG_CACHE_HOME}. */
  static RayBuild of(Path root, Map<String, String> environment) {
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
    // The XDG specification: a path that is not absolute counts as none.
    Path cache = Path.of(caches).isAbsolute() ? Path.of(caches) : Path.of(home, ".cache");
    return new RayBuild(
        root.resolve(SOURCES).toAbsolutePath(),
        cache.resolve("cats"),
        environment,
        Optional.of(environment.getOrDefault(REQUIREMENTS, ""))
            .filter(file -> !file.isBlank())
            .map(file -> Path.of(file).toAbsolutePath()));
  }

  /** With the packages of this file too, in the form of {@code requirements.txt}. */
  public RayBuild with(Path requirements) {
    return new RayBuild(sources, cache, environment, Optional.of(requirements.toAbsolutePath()));
  }

  /** The folder of the worker's own modules, for {@code PYTHONPATH}. */
  public Path sources() {
    return sources;
  }

  /** The version of Ray that is asked for: {@code 2.58.0}. */
  public String version() throws IOException {
    Matcher matcher = RAY.matcher(Files.readString(requirements()));
    if (!matcher.find()) {
      throw new IOException("Cannot find the version of Ray in " + requirements());
    }
    return matcher.group(1);
  }

  private Path requirements() {
    return sources.resolve("requirements.txt");
  }

  /** Where the virtual environment is, once it is made. */
  public Path folder() throws IOException {
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      hash.update(Files.readAllBytes(requirements()));
      if (more.isPresent()) {
        hash.update(more(more.get()));
      }
      String digits = HexFormat.of().formatHex(hash.digest()).substring(0, HASH_DIGITS);
      return cache.resolve("ray-" + version() + "-" + digits);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Cannot hash: every Java has SHA-256", e);
    }
  }

  private static byte[] more(Path requirements) throws IOException {
    try {
      return Files.readAllBytes(requirements);
    } catch (IOException e) {
      throw new IOException(
          "Cannot read the packages to install with Ray in %s: %s; name another file with %s, or none"
              .formatted(requirements, e, REQUIREMENTS),
          e);
    }
  }

  /** Its Python, once it is made. */
  public Path python() throws IOException {
    return folder().resolve("bin/python");
  }

  /** The Java runtime that comes with it, and runs with no other version of Ray. */
  Path runtime() throws IOException {
    try (DirectoryStream<Path> pythons =
        Files.newDirectoryStream(folder().resolve("lib"), "python3*")) {
      for (Path python : pythons) {
        Path jar = python.resolve("site-packages/ray/jars/ray_dist.jar");
        if (Files.exists(jar)) {
          return jar;
        }
      }
    }
    throw new IOException("Cannot find Ray's Java runtime in %s".formatted(folder()));
  }

  /** Whether it is there, whole, and its Python still is. */
  public boolean isBuilt() throws IOException {
    return Files.exists(whole()) && Files.isExecutable(python());
  }

  /** Written when everything else is. */
  private Path whole() throws IOException {
    return folder().resolve("whole");
  }

  /**
   * Asks which Python here can make it, without fetching anything.
   *
   * @return in a few words, which one that is
   * @throws IOException that says what is missing and how to get it
   */
  public String checkPython() throws IOException, InterruptedException {
    BasePython base = BasePython.find(environment);
    return "Python %s (%s)".formatted(base.version(), base.path());
  }

  /**
   * Makes it, unless that is done, and says how it goes.
   *
   * @return its Python
   */
  public Path build(Consumer<String> progress) throws IOException, InterruptedException {
    if (isBuilt()) {
      return python();
    }
    checkPython();
    Files.createDirectories(cache);
    Path lockFile = cache.resolve(folder().getFileName() + ".lock");
    // Within a process the lock of a file is refused, not waited for.
    synchronized (("dev.cats.ray " + lockFile).intern()) {
      try (FileChannel file =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = locked(file, progress)) {
        if (!lock.isValid()) {
          throw new IOException("Cannot lock " + lockFile);
        }
        if (!isBuilt()) {
          make(progress);
        }
      }
    }
    return python();
  }

  private static FileLock locked(FileChannel file, Consumer<String> progress) throws IOException {
    FileLock lock = file.tryLock();
    if (lock != null) {
      return lock;
    }
    progress.accept("Another process is installing Ray; waiting for it");
    return file.lock();
  }

  private void make(Consumer<String> progress) throws IOException, InterruptedException {
    BasePython base = BasePython.find(environment);
    progress.accept(
        "Installing Ray %s for Python %s (once, a minute or a few), into %s"
            .formatted(version(), base.version(), folder()));
    long start = System.nanoTime();
    remove(folder());
    Path log = cache.resolve(folder().getFileName() + ".log");
    Files.deleteIfExists(log);
    run(List.of(base.path().toString(), "-m", "venv", folder().toString()), log, progress);
    // No package may run code of its own while it is installed.
    List<String> install =
        new ArrayList<>(
            List.of(
                python().toString(),
                "-m",
                "pip",
                "install",
                "--disable-pip-version-check",
                "--no-input",
                "--only-binary=:all:",
                "--requirement",
                requirements().toString()));
    more.ifPresent(file -> install.addAll(List.of("--requirement", file.toString())));
    run(install, log, progress);
    Files.writeString(whole(), base.version() + "\n");
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    progress.accept(
        String.format(Locale.ROOT, "Installed Ray in %d min %02d s", seconds / 60, seconds % 60));
  }

  private void run(List<String> command, Path log, Consumer<String> progress)
      throws IOException, InterruptedException {
    Process process = BasePython.process(command, environment);
    try (BufferedReader answer = process.inputReader();
        var all =
            Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      process.getOutputStream().close();
      Deque<String> last = new ArrayDeque<>();
      for (String line = answer.readLine(); line != null; line = answer.readLine()) {
        all.write(line);
        all.newLine();
        if (line.startsWith("Collecting ")) {
          progress.accept("  " + line.replaceFirst(" \\(from .*", ""));
        }
        last.addLast(line);
        if (last.size() > LAST_LINES) {
          last.removeFirst();
        }
      }
      if (process.waitFor() != 0) {
        throw new IOException(
            "Cannot install Ray: %s ended with %d\n%s\nThe whole answer is in %s."
                .formatted(
                    String.join(" ", command.subList(0, 3)),
                    process.exitValue(),
                    String.join("\n", last),
                    log));
      }
    } finally {
      process.destroyForcibly();
    }
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
