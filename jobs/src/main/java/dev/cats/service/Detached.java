package dev.cats.service;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How a process is started that has to outlive the terminal it was started in. */
final class Detached {
  private Detached() {}

  /**
   * The words before the command: {@code setsid} gives it a session of its own, which neither the
   * end of the terminal nor Ctrl-C reaches; where there is none, {@code nohup} holds off the first
   * of these. Both replace themselves by the command.
   */
  static List<String> launcher() {
    return onPath("setsid").or(() -> onPath("nohup")).map(Path::toString).stream().toList();
  }

  /** Where a command is, if it is on the path. */
  static Optional<Path> onPath(String command) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, command))
        .filter(Files::isExecutable)
        .filter(Files::isRegularFile)
        .findFirst();
  }
}
