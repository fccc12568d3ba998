package dev.cats.service;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Who listens at a port, where the system tells: on Linux {@code /proc} does, for the processes of
 * the same user.
 */
final class PortOwner {
  private static final Path PROC = Path.of("/proc");
  private static final String LISTENING = "0A";
  private static final String OURS = "-Dcats.service.log=";
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;

  private PortOwner() {}

  /** In words: {@code process 4711 (java)}; {@code another program} when nobody knows. */
  static String of(int port) {
    return process(port)
        .map(process -> "process %d (%s)".formatted(process.pid(), name(process)))
        .orElse("another program");
  }

  /** Of a command line, which may hold anything, only what we put there is repeated. */
  private static String name(ProcessHandle process) {
    Optional<Path> log =
        process
            .info()
            .arguments()
            .flatMap(all -> Arrays.stream(all).filter(each -> each.startsWith(OURS)).findFirst())
            .map(each -> Path.of(each.substring(OURS.length())).getParent());
    return log.map(folder -> "of ./cats up, in " + folder)
        .or(() -> process.info().command().map(path -> Path.of(path).getFileName().toString()))
        .orElse("unknown");
  }

  private static Optional<ProcessHandle> process(int port) {
    try {
      Set<String> sockets = sockets(port);
      if (sockets.isEmpty()) {
        return Optional.empty();
      }
      return ProcessHandle.allProcesses().filter(process -> holds(process, sockets)).findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Set<String> sockets(int port) throws IOException {
    String hex = String.format(Locale.ROOT, ":%04X", port);
    Set<String> sockets = new HashSet<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      if (Files.isReadable(PROC.resolve(table))) {
        for (String line : Files.readAllLines(PROC.resolve(table))) {
          String[] words = line.strip().split("\\s+");
          if (words.length > INODE
              && words[LOCAL_ADDRESS].endsWith(hex)
              && words[STATE].equals(LISTENING)) {
            sockets.add("socket:[" + words[INODE] + "]");
          }
        }
      }
    }
    return sockets;
  }

  private static boolean holds(ProcessHandle process, Set<String> sockets) {
    Path files = PROC.resolve(Long.toString(process.pid())).resolve("fd");
    try (DirectoryStream<Path> links = Files.newDirectoryStream(files)) {
      for (Path link : links) {
        if (sockets.contains(Files.readSymbolicLink(link).toString())) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false; // another user's, or gone since
    }
  }
}
