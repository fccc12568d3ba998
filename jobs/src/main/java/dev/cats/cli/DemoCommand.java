package dev.cats.cli;

import dev.cats.initiative.DataInitiative;
import dev.cats.job.seismology.SampleFeed;
import dev.cats.job.seismology.SeismologyJob;
import dev.cats.lot.StageOptions;
import dev.cats.ray.local.JavaGateway;
import dev.cats.service.JavaStages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;

/** {@code cats demo}: the seismology initiative over the bundled week of the USGS feed. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Runs the seismology initiative over a real week of earthquakes, which is bundled:",
      "1,707 events of 12 seismic networks. Ends with what was recorded and what to try next.",
      "b-values are computed in Java on Ray's LOCAL mode, in a process of its own that ends with the",
      "command; with --ray, on a cluster with numpy. The numbers are the same."
    },
    footer = {
      "",
      "Examples:",
      "  ./cats demo",
      "  ./cats demo --store /tmp/quakes",
      "  ./cats demo --repeatable   two such runs have the same CIDs, to the last one",
      "  ./cats demo --ray --repeatable --memo   the second time no function is called",
      "  ./cats demo --json         ends with one object, as `cats run` does"
    })
final class DemoCommand extends RunningCommand {
  private Optional<JavaGateway> gateway = Optional.empty();

  @Override
  public Integer call() throws Exception {
    try {
      return super.call();
    } finally {
      gateway.ifPresent(JavaGateway::close);
    }
  }

  /** Here, who runs Java stages; on a cluster nobody reaches this machine. */
  @Override
  Configuration needs(boolean local) throws IOException {
    Configuration needs = super.needs(local);
    if (local && !namesStages() && isFolder()) {
      gateway = Optional.of(JavaStages.start(Path.of(where().uri()), SeismologyJob.javaStage()));
      needs.set(StageOptions.JAVA, gateway.get().uri().toString());
    }
    return needs;
  }

  private boolean isFolder() {
    return "file".equals(where().uri().getScheme());
  }

  @Override
  String initiative() {
    return SeismologyJob.NAME;
  }

  @Override
  DataInitiative pipeline(StreamExecutionEnvironment env, Configuration configuration)
      throws IOException {
    if (!isFolder()) {
      throw Failure.usage(
          "Cannot run the demo on store " + where().location() + ": it is not a folder",
          "Name one with --store DIR, or use ./cats run seismology --input FILE.");
    }
    Path folder = Path.of(where().uri()).resolve("input");
    return SeismologyJob.on(
        env, new org.apache.flink.core.fs.Path(SampleFeed.copyTo(folder).toUri()), configuration);
  }
}
