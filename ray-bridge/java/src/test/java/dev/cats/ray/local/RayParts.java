package dev.cats.ray.local;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ray and the worker's packages for a test. The first test on a machine installs them, which takes
 * a minute or a few.
 */
public final class RayParts {
  private static final Logger LOG = LoggerFactory.getLogger(RayParts.class);
  private static final RayBuild BUILD = RayBuild.of(Path.of(System.getProperty("cats.root")));

  private RayParts() {}

  /** Skips the test that calls this where there is no Python for them; in CI it fails. */
  public static RayBuild installed() throws IOException, InterruptedException {
    return installed(BUILD);
  }

  /** The same with these packages too. */
  public static RayBuild installed(Path requirements) throws IOException, InterruptedException {
    return installed(BUILD.with(requirements));
  }

  private static RayBuild installed(RayBuild build) throws IOException, InterruptedException {
    try {
      if (!build.isBuilt()) {
        build.checkPython();
      }
    } catch (IOException e) {
      if ("true".equals(System.getenv("CI"))) {
        throw new AssertionError(e.getMessage(), e);
      }
      abort(e.getMessage());
    }
    build.build(line -> LOG.warn("{}", line));
    return build;
  }
}
