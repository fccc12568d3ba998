package dev.cats.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.bench.RayCalls.Side;
import dev.cats.ray.local.RayBuild;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.util.FileUtils;

/** A function in a loop in Python, in one process with what it is called with. */
final class PythonLoop {
  private static final ObjectMapper JSON = new ObjectMapper();

  private PythonLoop() {}

  static Side run(RayBuild build, Path source, String entrypoint, Lot lot, Settings settings)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(settings.folder(), "round-");
    List<String> arguments =
        List.of(
            "loop",
            source.toAbsolutePath().toString(),
            entrypoint,
            Integer.toString(lot.rows()),
            Integer.toString(Lot.FRACTIONS),
            Double.toString(settings.warmUpSeconds()),
            Integer.toString(settings.seconds()));
    try (PythonProcess loop = PythonProcess.start(build, folder, arguments)) {
      JsonNode found = JSON.readTree(loop.output(2L * settings.seconds()));
      return new Side(
          found.get("rate").asDouble(), found.get("p50").asDouble(), found.get("p99").asDouble());
    } finally {
      FileUtils.deleteDirectory(folder.toFile());
    }
  }
}
