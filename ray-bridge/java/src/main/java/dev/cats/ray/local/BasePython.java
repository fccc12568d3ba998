package dev.cats.ray.local;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Python of this machine that can make virtual environments, of a version that the worker and its
 * packages run on.
 *
 * @param version such as {@code 3.11.7}
 */
record BasePython(Path path, String version) {
  /** The functions that come with the project, and the packages' versions, are for this one. */
  private static final int MINOR = 11;

  private static final Pattern VERSION = Pattern.compile("3\\.(\\d+)\\.\\d+");

  private static final List<String> NAMES = List.of("python3.11", "python3", "python");

  private static final List<String> ASK =
      List.of("-c", "import sys, venv, ensurepip; print('%d.%d.%d' % sys.version_info[:3])");

  private static final int ASK_SECONDS = 20;

  /**
   * The first one of the path that will do.
   *
   * @throws IOException that says what was found instead, and how to get one
   */
  static BasePython find(Map<String, String> environment) throws IOException, InterruptedException {
    List<String> seen = new ArrayList<>();
    for (String name : NAMES) {
      for (Path python : onPath(name, environment)) {
        String version = ask(python, environment);
        Matcher matcher = VERSION.matcher(version);
        if (matcher.matches() && Integer.parseInt(matcher.group(1)) == MINOR) {
          return new BasePython(python, version);
        }
        seen.add("%s says \"%s\"".formatted(python, version));
      }
    }
    String found = seen.isEmpty() ? "there is none on the path" : String.join("; ", seen);
    throw new IOException(
        "Cannot install Ray: expected Python 3.%d with its venv module: %s\nInstall Python 3.%d: https://www.python.org/downloads, or the packages python3.%d and python3.%d-venv"
            .formatted(MINOR, found, MINOR, MINOR, MINOR));
  }

  private static List<Path> onPath(String name, Map<String, String> environment) {
    return Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name))
        .filter(Files::isRegularFile)
        .filter(Files::isExecutable)
        .toList();
  }

  /** Its version, or the last line of what it says instead. */
  private static String ask(Path python, Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(python.toString()));
    command.addAll(ASK);
    Process process = process(command, environment);
    try (BufferedReader answer = process.inputReader()) {
      process.getOutputStream().close();
      String last = answer.lines().reduce((first, second) -> second).orElse("");
      return process.waitFor(ASK_SECONDS, TimeUnit.SECONDS)
          ? last.strip()
          : "nothing for " + ASK_SECONDS + " s";
    } finally {
      process.destroyForcibly();
    }
  }

  /** A process with these variables, but for what somebody has set for other Pythons. */
  static Process process(List<String> command, Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(new File(System.getProperty("java.io.tmpdir")))
            .redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().keySet().removeAll(List.of("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"));
    return builder.start();
  }
}
