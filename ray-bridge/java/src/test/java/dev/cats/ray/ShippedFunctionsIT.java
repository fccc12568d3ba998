package dev.cats.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.ray.local.LocalWorker;
import dev.cats.ray.local.RayParts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The project's own Python functions, from the class path to a worker and back. */
class ShippedFunctionsIT {
  private static final Path JOBS = Path.of(System.getProperty("cats.root"), "jobs/src/main");

  @TempDir Path folder;

  /** As {@code GutenbergRichter} has it in Java. */
  @Test
  void theBValueOfANetworkIsThatOfTheJavaFunction() throws Exception {
    Schema quake = schema("Quake");
    List<GenericRecord> quakes = new ArrayList<>();
    JsonNode feed =
        new ObjectMapper()
            .readTree(Files.readString(JOBS.resolve("resources/data/usgs-week.geojson")));
    for (JsonNode feature : feed.path("features")) {
      JsonNode event = feature.path("properties");
      if (event.path("type").asText().equals("earthquake")
          && event.path("net").asText().equals("ak")) {
        quakes.add(
            Calls.record(
                quake,
                "id",
                feature.path("id").asText(),
                "network",
                "ak",
                "time",
                event.path("time").asLong(),
                "kind",
                "earthquake",
                "magnitude",
                event.path("mag").asDouble(),
                "magnitudeText",
                event.path("mag").asText(),
                "longitude",
                0.0,
                "latitude",
                0.0));
      }
    }
    try (LocalWorker worker = worker()) {
      assertThat(call(worker, "seismology:b_value", quakes, quake, schema("BValue")))
          .hasToString(
              "[{\"network\": \"ak\", \"events\": 297, \"complete\": 202, \"completeness\": 1.6,"
                  + " \"bValue\": 0.5175662852180346, \"standardError\": 0.03075565048125567, \"week\": null}]");
    }
  }

  @Test
  void oneStepOnTheIrisesReadsTheOthersOutput() throws Exception {
    Schema flower =
        SchemaBuilder.record("Flower")
            .fields()
            .requiredString("species")
            .requiredDouble("petal_length")
            .requiredDouble("petal_width")
            .endRecord();
    Schema withArea =
        SchemaBuilder.record("FlowerWithArea")
            .fields()
            .requiredString("species")
            .requiredDouble("petal_length")
            .requiredDouble("petal_width")
            .requiredDouble("petal_area")
            .endRecord();
    Schema mean =
        SchemaBuilder.record("MeanArea")
            .fields()
            .requiredString("species")
            .requiredLong("flowers")
            .requiredDouble("mean_area")
            .endRecord();
    List<GenericRecord> flowers =
        List.of(
            Calls.record(flower, "species", "virginica", "petal_length", 6.0, "petal_width", 2.5),
            Calls.record(flower, "species", "setosa", "petal_length", 1.5, "petal_width", 0.5),
            Calls.record(flower, "species", "setosa", "petal_length", 1.0, "petal_width", 0.25));
    try (LocalWorker worker = worker()) {
      List<GenericRecord> areas = call(worker, "iris:petal_area", flowers, flower, withArea);
      assertThat(areas)
          .extracting(area -> area.get("petal_area"))
          .containsExactly(15.0, 0.75, 0.25);
      assertThat(call(worker, "iris:mean_area", areas, withArea, mean))
          .hasToString(
              "[{\"species\": \"setosa\", \"flowers\": 2, \"mean_area\": 0.5},"
                  + " {\"species\": \"virginica\", \"flowers\": 1, \"mean_area\": 15.0}]");
    }
  }

  @Test
  void aModelWhosePackageIsNotThereIsNotRun() throws Exception {
    Path weights =
        Path.of(System.getProperty("cats.root"), "ray-bridge/python/training/iris_net.pt");
    Schema any = SchemaBuilder.record("Any").fields().requiredDouble("x").endRecord();
    PythonFunction classify = PythonFunction.of("iris_net:classify").with("weights", weights);
    try (LocalWorker worker = worker()) {
      assertThatThrownBy(
              () ->
                  Calls.call(
                      worker.uri(), classify, List.of(Calls.record(any, "x", 1.0)), any, any))
          .hasStackTraceContaining(
              "Cannot run iris_net:classify: expected torch 2.15.0, found none");
    }
  }

  private LocalWorker worker() throws IOException, InterruptedException {
    return LocalWorker.start(RayParts.installed(), folder, List.of("*"));
  }

  private static Schema schema(String name) throws IOException {
    return new Schema.Parser().parse(Files.readString(JOBS.resolve("avro/" + name + ".avsc")));
  }

  private static List<GenericRecord> call(
      LocalWorker worker,
      String entrypoint,
      List<GenericRecord> records,
      Schema input,
      Schema output)
      throws Exception {
    PythonFunction function = PythonFunction.of(entrypoint).deterministic();
    return Calls.call(worker.uri(), function, records, input, output);
  }
}
