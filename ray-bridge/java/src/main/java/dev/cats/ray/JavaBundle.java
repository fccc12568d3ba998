package dev.cats.ray;

import dev.cats.content.Block;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The code of a function in Java as content: its class file and those of all classes that it names,
 * and these in turn, as one UnixFS directory, whose CID is the same wherever the classes lie, in a
 * folder or in a jar. What the gateway has itself is not part of it: Java, Avro, {@code
 * dev.cats.stage} and SLF4J.
 *
 * <p>Classes that are named at run time only, and resources, are not found.
 *
 * @param content the directory
 * @param release the release of Java that it needs, such as 17
 */
record JavaBundle(Content content, int release) implements Serializable {
  private static final long MAX_BYTES = 16 << 20;
  private static final List<String> THERE =
      List.of("org/apache/avro/", "dev/cats/stage/", "org/slf4j/");

  /** What must not come along: a job's own surroundings, which make a function anything but one. */
  private static final String FLINK = "org/apache/flink/";

  static JavaBundle of(Class<?> type) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    int release = 0;
    long size = 0;
    Deque<String> left = new ArrayDeque<>(List.of(type.getName().replace('.', '/')));
    while (!left.isEmpty()) {
      String name = left.poll();
      String path = name + ".class";
      if (files.containsKey(path) || isThere(path)) {
        continue;
      }
      byte[] bytes = bytes(type, path);
      if (bytes == null) {
        continue;
      }
      size += bytes.length;
      if (bytes.length > Block.MAX_SIZE || size > MAX_BYTES) {
        throw new IOException(
            "Cannot bundle %s: with %s its classes have too many bytes (at most %d in all, and %d in one)"
                .formatted(type.getName(), path, MAX_BYTES, Block.MAX_SIZE));
      }
      ClassFile read = ClassFile.of(bytes);
      for (String each : read.names()) {
        if (each.startsWith(FLINK)) {
          throw new IOException(
              "Cannot bundle %s: %s stands on Flink (%s), which is not there where the function runs"
                  .formatted(type.getName(), name.replace('/', '.'), each.replace('/', '.')));
        }
        left.add(each);
      }
      files.put(path, bytes);
      release = Math.max(release, read.release());
    }
    try (Scratch copy = Scratch.make()) {
      write(files, copy.folder());
      return new JavaBundle(Content.of(copy.folder()), release);
    }
  }

  private static void write(Map<String, byte[]> files, Path folder) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path target = folder.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      Files.write(target, file.getValue());
    }
  }

  private static boolean isThere(String path) {
    return THERE.stream().anyMatch(path::startsWith)
        || ClassLoader.getPlatformClassLoader().getResource(path) != null;
  }

  /** Null where there is none, as of annotations that only compilers need. */
  private static byte[] bytes(Class<?> type, String path) throws IOException {
    try (InputStream in = type.getClassLoader().getResourceAsStream(path)) {
      return in == null ? null : in.readAllBytes();
    }
  }
}
