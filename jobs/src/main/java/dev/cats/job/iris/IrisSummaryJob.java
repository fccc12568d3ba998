package dev.cats.job.iris;

import dev.cats.initiative.DataInitiative;
import dev.cats.initiative.WholeStream;
import dev.cats.ray.PythonFunction;
import dev.cats.supply.LotSource;
import java.io.IOException;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The {@code iris-summary} initiative: of each species the mean of the petal areas that {@link
 * IrisJob} committed.
 *
 * <pre>
 * areas (lots of iris) ─▶ by species: mean-area (on Ray) ──▶ egress
 * </pre>
 */
public final class IrisSummaryJob {
  public static final String NAME = "iris-summary";

  private IrisSummaryJob() {}

  /**
   * Builds the pipeline over the lots of one run of the other initiative.
   *
   * @throws IOException if they cannot be read, and what is there instead
   */
  public static DataInitiative on(
      StreamExecutionEnvironment env, LotSource.From areas, Configuration configuration)
      throws IOException {
    DataInitiative initiative = DataInitiative.on(env, NAME, configuration);
    initiative
        .source("areas", areas.step(IrisJob.AREAS, FlowerArea.class), FlowerArea.class)
        .keyBy(new SpeciesOf())
        .onRay(
            "mean-area",
            WholeStream.window(),
            PythonFunction.of("iris:mean_area").deterministic(),
            SpeciesArea.class)
        .egress();
    return initiative;
  }

  /** Which species a flower is of. */
  record SpeciesOf() implements KeySelector<FlowerArea, String> {
    @Override
    public String getKey(FlowerArea flower) {
      return flower.getSpecies();
    }
  }
}
