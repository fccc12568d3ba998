package dev.cats.ray.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The copy of Ray's native library (41 MB) that a driver unpacks into a folder of its own under the
 * temporary directory. Ray removes it only where a JVM ends in good order.
 */
final class NativeLibrary {
  private static final Path MAPS = Path.of("/proc/self/maps");
  private static final String NAME = "libcore_worker_library_java.so";

  private NativeLibrary() {}

  /** Removes its folder once it is loaded, which Linux lets one do. */
  static void removeCopy() {
    if (!Files.exists(MAPS)) {
      return;
    }
    try (Stream<String> maps = Files.lines(MAPS)) {
      List<Path> folders =
          maps.filter(line -> line.endsWith("/" + NAME))
              .map(line -> Path.of(line.substring(line.indexOf('/'))).getParent())
              .distinct()
              .toList();
      for (Path folder : folders) {
        remove(folder);
      }
    } catch (IOException e) {
      System.err.println("gateway: Cannot remove the copy of Ray's library: " + e);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
