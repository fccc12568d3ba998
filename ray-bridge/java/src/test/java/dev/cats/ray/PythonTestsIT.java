package dev.cats.ray;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.ray.local.RayBuild;
import dev.cats.ray.local.RayParts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The worker's own tests, with the Python that it runs on. */
class PythonTestsIT {
  @Test
  void theWorkersTestsPass() throws Exception {
    RayBuild build = RayParts.installed();
    Process tests =
        new ProcessBuilder(
                List.of(build.python().toString(), "-B", "-m", "unittest", "discover", "-t", "."))
            .directory(build.sources().toFile())
            .redirectErrorStream(true)
            .start();
    try {
      tests.getOutputStream().close();
      String answer =
          new String(tests.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      assertThat(tests.waitFor()).as(answer).isZero();
      assertThat(answer).endsWith("OK").doesNotContain("Ran 0 tests");
    } finally {
      tests.destroyForcibly();
    }
  }
}
