package dev.cats.cli;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cats run}: runs an initiative over the user's own input. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Runs a data initiative and records every step of it.",
    footer = {
      "",
      "Initiatives:",
      "  seismology   earthquakes of a USGS GeoJSON feed: per network the daily magnitudes and the b-value",
      "",
      "Examples:",
      "  ./cats run seismology --input all_week.geojson",
      "  ./cats run seismology --input all_week.geojson --store /data/usgs --parallelism 4",
      "  ./cats run seismology --input a.geojson -D cats.lot.scope=exchange",
      "  ./cats run seismology --input a.geojson --repeatable   two such runs have the same CIDs",
      "  ./cats run seismology --input a.geojson --json   ends with one object:",
      "    {\"initiative\",\"head\",\"events\",\"rejected\",\"seconds\",\"steps\":[{\"step\",\"records\",\"lots\",\"boms\",\"bytes\"}],",
      "     \"outputs\":[{\"step\",\"bom\",\"data\"}]}",
      "",
      "On a cluster: flink run jobs/target/cats-jobs.jar run seismology --input FILE --store DIR",
      "Feeds: https://earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php"
    })
final class RunCommand extends RunningCommand {
  /** The initiatives that there are. */
  enum Initiative {
    seismology
  }

  @Parameters(paramLabel = "INITIATIVE", description = "Which: ${COMPLETION-CANDIDATES}.")
  private Initiative initiative;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      required = true,
      description = "The feed: a file, or a URI of a file system that Flink knows.")
  private String input;

  @Override
  org.apache.flink.core.fs.Path input() throws IOException {
    if (input.isBlank()) {
      throw Failure.usage(
          "Invalid --input: expected a file or a URI, found nothing",
          "Try: --input all_week.geojson");
    }
    return switch (initiative) {
      case seismology ->
          input.matches(StoreOption.URI_FORM)
              ? new org.apache.flink.core.fs.Path(input)
              : new org.apache.flink.core.fs.Path(Path.of(input).toAbsolutePath().toUri());
    };
  }
}
