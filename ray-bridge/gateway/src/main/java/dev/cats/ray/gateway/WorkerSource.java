package dev.cats.ray.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;

/** The worker's own source, {@code cats_ray} in a folder that every node of the cluster has. */
record WorkerSource(Path folder) {
  private static final String MODULE = "cats_ray";

  WorkerSource {
    folder = folder.toAbsolutePath().normalize();
    if (!Files.isRegularFile(folder.resolve(MODULE).resolve("worker.py"))) {
      throw new IllegalArgumentException(
          "Invalid --python %s: expected the folder that holds %s/worker.py"
              .formatted(folder, MODULE));
    }
  }

  /** The SHA-256 over names and bytes of its files: workers of another source are made again. */
  String digest() throws IOException {
    MessageDigest digest = Digests.sha256();
    try (Stream<Path> files = Files.walk(folder.resolve(MODULE))) {
      List<Path> sources = files.filter(file -> file.toString().endsWith(".py")).sorted().toList();
      for (Path source : sources) {
        byte[] bytes = Files.readAllBytes(source);
        String head = folder.relativize(source) + " " + bytes.length + "\n";
        digest.update(head.getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
      }
    }
    return Digests.hex(digest.digest());
  }
}
