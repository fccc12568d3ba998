package dev.cats.ray;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder that is gone when it is closed. */
record Scratch(Path folder) implements Closeable {
  static Scratch make() throws IOException {
    return new Scratch(Files.createTempDirectory("cats-bundle"));
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      walk.sorted(Comparator.reverseOrder()).forEach(each -> each.toFile().delete());
    }
  }
}
