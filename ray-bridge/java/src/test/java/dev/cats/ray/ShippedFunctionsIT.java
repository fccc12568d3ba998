package dev.cats.ray;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.ray.local.LocalWorker;
import dev.cats.ray.local.RayParts;
import dev.cats.stage.Records;
import dev.cats.stage.StageBatch;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
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
            record(
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
            record(flower, "species", "virginica", "petal_length", 6.0, "petal_width", 2.5),
            record(flower, "species", "setosa", "petal_length", 1.5, "petal_width", 0.5),
            record(flower, "species", "setosa", "petal_length", 1.0, "petal_width", 0.25));
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

  private LocalWorker worker() throws IOException, InterruptedException {
    return LocalWorker.start(RayParts.installed(), folder, List.of("*"));
  }

  private static Schema schema(String name) throws IOException {
    return new Schema.Parser().parse(Files.readString(JOBS.resolve("avro/" + name + ".avsc")));
  }

  private static GenericRecord record(Schema schema, Object... fields) {
    GenericRecord record = new GenericData.Record(schema);
    for (int i = 0; i < fields.length; i += 2) {
      record.put((String) fields[i], fields[i + 1]);
    }
    return record;
  }

  private static List<GenericRecord> call(
      LocalWorker worker,
      String entrypoint,
      List<GenericRecord> records,
      Schema input,
      Schema output)
      throws Exception {
    PythonFunction function = PythonFunction.of(entrypoint).deterministic();
    StageSettings settings =
        new StageSettings(
            entrypoint,
            0,
            function.document().block(),
            function.artifact(),
            input,
            output,
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Map.of(Workers.LISTED, worker.uri().toString()));
    Cid id = Cid.sha256(Cid.RAW, Bytes.utf8(entrypoint));
    try (StageClient client = function.open(settings, new Trial())) {
      Records answer =
          client
              .call(new StageBatch(id, entrypoint, written(records, input)))
              .get(2, TimeUnit.MINUTES);
      return read(answer, output);
    }
  }

  private static Records written(List<GenericRecord> records, Schema schema) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    int[] ends = new int[records.size()];
    for (int i = 0; i < ends.length; i++) {
      new GenericDatumWriter<GenericRecord>(schema).write(records.get(i), encoder);
      encoder.flush();
      ends[i] = bytes.size();
    }
    return new Records(bytes.toByteArray(), ends);
  }

  private static List<GenericRecord> read(Records records, Schema schema) throws IOException {
    List<GenericRecord> read = new ArrayList<>();
    GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(schema);
    for (int i = 0; i < records.count(); i++) {
      read.add(
          reader.read(
              null,
              DecoderFactory.get()
                  .binaryDecoder(records.bytes(), records.start(i), records.length(i), null)));
    }
    return read;
  }
}
