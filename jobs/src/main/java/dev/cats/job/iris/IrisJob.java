package dev.cats.job.iris;

import dev.cats.feed.FeedSource;
import dev.cats.initiative.DataInitiative;
import dev.cats.ray.PythonFunction;
import java.io.IOException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The {@code iris} initiative: the petal area of each flower of a table.
 *
 * <pre>
 * flowers ─▶ decode ─▶ petal-area (on Ray) ──▶ egress
 *               └─ rejects
 * </pre>
 */
public final class IrisJob {
  public static final String NAME = "iris";

  /** The step whose lots others go on from. */
  static final String AREAS = "petal-area";

  private IrisJob() {}

  /**
   * Builds the pipeline over one table.
   *
   * @throws IOException if the table cannot be read, or lacks a column
   */
  public static DataInitiative on(
      StreamExecutionEnvironment env, Path table, Configuration configuration) throws IOException {
    FeedSource source = FeedSource.ofRows(table);
    DataInitiative initiative = DataInitiative.on(env, NAME, configuration);
    initiative
        .source("flowers", source, String.class)
        .flatMap("decode", DecodeFlower.of(table, source.header().orElseThrow()))
        .onRay(
            AREAS, PythonFunction.of("iris:petal_area").rowwise().deterministic(), FlowerArea.class)
        .egress();
    initiative.rejects().egress();
    initiative.artifact(table.makeQualified(table.getFileSystem()).toUri());
    return initiative;
  }
}
