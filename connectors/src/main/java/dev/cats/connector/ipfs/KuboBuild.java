package dev.cats.connector.ipfs;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Kubo, the IPFS node, built with Go from the module {@code connectors/kubo-node}, which holds
 * nothing but its version and the checksums of all that it stands on.
 *
 * <p>The binary is kept outside the tree, in {@code cats/kubo-VERSION} of the user's cache ({@code
 * XDG_CACHE_HOME}, else {@code ~/.cache}), since it takes minutes to build and every clone needs
 * the same. It appears there whole or not at all, and one process at a time builds it; others wait.
 */
public final class KuboBuild {
  private static final String MODULE = "connectors/kubo-node";
  private static final String TOOL = "github.com/ipfs/kubo/cmd/ipfs";
  private static final Pattern KUBO =
      Pattern.compile("^\\s*(?:require )?github\\.com/ipfs/kubo v(\\S+)", Pattern.MULTILINE);
  private static final Pattern GO_LINE = Pattern.compile("^go (\\S+)$", Pattern.MULTILINE);
  private static final Pattern GO_VERSION = Pattern.compile("go version go(\\S+).*");
  private static final Pattern PACKAGE = Pattern.compile("[a-zA-Z0-9._~/-]+");

  /** From this version on Go fetches a newer one of itself where a module asks for it. */
  private static final int FETCHES_ITSELF = 21;

  private static final int ASK_SECONDS = 20;
  private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int LAST_LINES = 8;

  private final Path module;
  private final Path cache;
  private final Map<String, String> environment;

  private KuboBuild(Path module, Path cache, Map<String, String> environment) {
    this.module = module;
    this.cache = cache;
    this.environment = environment;
  }

  /** What the project below this root asks for, in this user's cache. */
  public static KuboBuild of(Path root) {
    return of(root, System.getenv());
  }

  /** The same with other variables: {@code PATH}, {@code HOME}, {@code XDG_CACHE_HOME}. */
  static KuboBuild of(Path root, Map<String, String> environment) {
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
    // The XDG specification: a path that is not absolute counts as none.
    Path cache = Path.of(caches).isAbsolute() ? Path.of(caches) : Path.of(home, ".cache");
    return new KuboBuild(root.resolve(MODULE), cache.resolve("cats"), environment);
  }

  /** The version of Kubo that is asked for: {@code 0.43.0}. */
  public String version() throws IOException {
    return found(KUBO, "the version of Kubo");
  }

  /** The oldest Go that builds it: {@code 1.26.5}. */
  public String goVersion() throws IOException {
    return found(GO_LINE, "the version of Go");
  }

  private String found(Pattern pattern, String what) throws IOException {
    Path file = module.resolve("go.mod");
    Matcher matcher = pattern.matcher(Files.readString(file));
    if (!matcher.find()) {
      throw new IOException("Cannot find %s in %s".formatted(what, file));
    }
    return matcher.group(1);
  }

  /** Where the binary is, once it is built. */
  public Path binary() throws IOException {
    return cache
        .resolve("kubo-" + version())
        .resolve(File.separatorChar == '/' ? "ipfs" : "ipfs.exe");
  }

  public boolean isBuilt() throws IOException {
    return Files.isExecutable(binary());
  }

  /**
   * Asks whether the Go that is here can build it, without fetching anything.
   *
   * @return in a few words, which Go that is
   * @throws IOException that says what is missing and how to get it
   */
  public String checkGo() throws IOException, InterruptedException {
    String needed = goVersion();
    String install = "Install Go %s or newer: https://go.dev/doc/install".formatted(needed);
    Optional<Path> go = go();
    if (go.isEmpty()) {
      throw new IOException("Cannot build Kubo: there is no go on the path\n" + install);
    }
    // Outside of the module: inside it, Go would fetch the version that the module asks for.
    String answer = ask(go.get(), "version");
    Matcher matcher = GO_VERSION.matcher(answer);
    if (!matcher.matches()) {
      throw new IOException(
          "Cannot build Kubo: %s says \"%s\"\n%s".formatted(go.get(), answer, install));
    }
    String version = matcher.group(1);
    if (compare(version, needed) >= 0) {
      return "Go " + version;
    }
    boolean fetches =
        compare(version, "1." + FETCHES_ITSELF) >= 0
            && !ask(go.get(), "env", "GOTOOLCHAIN").startsWith("local");
    if (!fetches) {
      throw new IOException(
          "Cannot build Kubo: expected Go %s or newer, found %s (%s)\n%s"
              .formatted(needed, version, go.get(), install));
    }
    return "Go %s, which fetches %s itself".formatted(version, needed);
  }

  /** Compares {@code 1.26.5} and the like number by number; {@code 1.27rc1} counts as 1.27. */
  static int compare(String a, String b) {
    int[] left = numbers(a);
    int[] right = numbers(b);
    return Arrays.compare(left, right);
  }

  private static int[] numbers(String version) {
    int[] numbers = new int[3];
    String[] parts = version.split("\\.", -1);
    for (int i = 0; i < Math.min(parts.length, numbers.length); i++) {
      String digits = parts[i].replaceFirst("\\D.*", "");
      numbers[i] = digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }
    return numbers;
  }

  /**
   * Builds it, unless that is done, and says how it goes.
   *
   * @return the binary
   */
  public Path build(Consumer<String> progress) throws IOException, InterruptedException {
    Path binary = binary();
    if (isBuilt()) {
      return binary;
    }
    checkGo();
    Files.createDirectories(binary.getParent());
    // Within a process the lock of a file is refused, not waited for.
    synchronized (("dev.cats.kubo " + binary).intern()) {
      try (FileChannel file =
              FileChannel.open(
                  binary.resolveSibling("lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = locked(file, progress)) {
        if (!lock.isValid()) {
          throw new IOException("Cannot lock " + binary.resolveSibling("lock"));
        }
        if (!isBuilt()) {
          make(binary, progress);
        }
      }
    }
    return binary;
  }

  private static FileLock locked(FileChannel file, Consumer<String> progress) throws IOException {
    FileLock lock = file.tryLock();
    if (lock != null) {
      return lock;
    }
    progress.accept("Another process is building Kubo; waiting for it");
    return file.lock();
  }

  private void make(Path binary, Consumer<String> progress)
      throws IOException, InterruptedException {
    progress.accept(
        "Building Kubo %s with Go (once, 5 to 20 minutes), into %s"
            .formatted(version(), binary.getParent()));
    Path half = binary.resolveSibling("ipfs.part");
    Path log = binary.resolveSibling("build.log");
    List<String> command =
        List.of("build", "-v", "-trimpath", "-mod=readonly", "-o", half.toString(), TOOL);
    ProcessBuilder builder = builder(go().orElseThrow(), command).directory(module.toFile());
    // Plain Go: no C compiler is needed, and the binary runs on any system of its kind.
    builder.environment().put("CGO_ENABLED", "0");
    builder.environment().put("GOWORK", "off");
    long start = System.nanoTime();
    Process process = builder.start();
    try (BufferedReader answer = process.inputReader();
        var all = Files.newBufferedWriter(log)) {
      process.getOutputStream().close();
      Deque<String> last = new ArrayDeque<>();
      int fetched = 0;
      int compiled = 0;
      long reported = start;
      for (String line = answer.readLine(); line != null; line = answer.readLine()) {
        all.write(line);
        all.newLine();
        if (line.startsWith("go: downloading")) {
          fetched++;
        } else if (PACKAGE.matcher(line).matches()) {
          compiled++;
        } else {
          last.addLast(line);
          if (last.size() > LAST_LINES) {
            last.removeFirst();
          }
        }
        if (System.nanoTime() - reported > REPORT_NANOS) {
          reported = System.nanoTime();
          progress.accept(
              "  %s: %d modules fetched, %d packages compiled"
                  .formatted(time(reported - start), fetched, compiled));
        }
      }
      if (process.waitFor() != 0) {
        throw new IOException(
            "Cannot build Kubo: Go ended with %d\n%s\nGo's whole answer is in %s."
                .formatted(process.exitValue(), String.join("\n", last), log));
      }
    } finally {
      process.destroyForcibly();
    }
    Files.move(half, binary, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    progress.accept("Built Kubo in " + time(System.nanoTime() - start));
  }

  private static String time(long nanos) {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(nanos);
    return String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
  }

  private Optional<Path> go() {
    return Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, File.separatorChar == '/' ? "go" : "go.exe"))
        .filter(Files::isRegularFile)
        .filter(Files::isExecutable)
        .findFirst();
  }

  private ProcessBuilder builder(Path go, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(go.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder;
  }

  private String ask(Path go, String... arguments) throws IOException, InterruptedException {
    Process process =
        builder(go, List.of(arguments))
            .directory(new File(System.getProperty("java.io.tmpdir")))
            .start();
    try (BufferedReader answer = process.inputReader()) {
      process.getOutputStream().close();
      String all = String.join(" ", answer.lines().toList()).strip();
      if (!process.waitFor(ASK_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("Cannot ask %s: %s".formatted(go, all));
      }
      return all;
    } finally {
      process.destroyForcibly();
    }
  }
}
