package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The two initiatives on the bundled irises, one on the other's output, held to the table. */
record Irises(Path table, Path areas, Path means) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> SPECIES = List.of("setosa", "versicolor", "virginica");
  private static final int PETAL_LENGTH = 2;
  private static final int PETAL_WIDTH = 3;
  private static final int TARGET = 4;

  static Irises in(Path folder) {
    Path root = Path.of(System.getProperty("cats.root"));
    return new Irises(
        root.resolve("jobs/src/main/resources/data/iris.csv"),
        folder.resolve("areas"),
        folder.resolve("means"));
  }

  private static Answer fine(String... arguments) {
    Answer answer = Answer.to(arguments);
    assertThat(answer.code()).as(answer.out() + answer.err()).isZero();
    return answer;
  }

  /** Runs both, and checks numbers and provenance. */
  void runOn(String... ray) throws IOException {
    JsonNode first =
        JSON.readTree(run(ray, "iris", "--input", table.toString(), "--store", areas.toString()));
    assertThat(first.get("events").asInt()).isEqualTo(150);
    assertThat(first.get("rejected").asInt()).isZero();
    String head = first.get("head").asText();
    run(ray, "iris-summary", "--of", head, "--from", areas.toString(), "--store", means.toString());
    check();
  }

  private static String run(String[] ray, String... arguments) {
    List<String> all = new ArrayList<>(List.of("run"));
    all.addAll(Arrays.asList(arguments));
    all.addAll(List.of("--repeatable", "--json"));
    all.addAll(Arrays.asList(ray));
    return fine(all.toArray(String[]::new)).out();
  }

  private void check() throws IOException {
    List<String> lines = Files.readAllLines(table);
    Map<String, List<Double>> expected = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",");
      expected
          .computeIfAbsent(
              SPECIES.get(Integer.parseInt(cells[TARGET])), species -> new ArrayList<>())
          .add(Double.parseDouble(cells[PETAL_LENGTH]) * Double.parseDouble(cells[PETAL_WIDTH]));
    }
    Map<String, List<Double>> found = new LinkedHashMap<>();
    for (Committed.Entry lot : Committed.in(areas).entries()) {
      if (lot.step().equals("petal-area")) {
        for (String record : lot.records()) {
          JsonNode flower = JSON.readTree(record);
          found
              .computeIfAbsent(flower.get("species").asText(), species -> new ArrayList<>())
              .add(flower.get("petal_area").asDouble());
        }
      }
    }
    assertThat(found).isEqualTo(expected);

    List<String> summary = Committed.in(means).records("mean-area");
    assertThat(summary).hasSize(3);
    for (String record : summary) {
      JsonNode species = JSON.readTree(record);
      List<Double> all = expected.get(species.get("species").asText());
      double sum = 0;
      for (double area : all) {
        sum += area;
      }
      assertThat(species.get("flowers").asInt()).isEqualTo(all.size()).isEqualTo(50);
      assertThat(species.get("mean_area").asDouble()).isEqualTo(sum / all.size());
    }

    assertThat(fine("verify", "HEAD", "--store", means.toString()).out()).startsWith("ok: ");
    String both = "layered:" + means + "," + areas;
    assertThat(fine("verify", "HEAD", "--store", both).out()).startsWith("ok: ");
    Answer trace = fine("trace", "HEAD", "--store", both);
    assertThat(trace.out())
        .startsWith("mean-area  ")
        .contains(
            "areas  50 of 150 records  ", "petal-area  150 records  ", "decode  ", "flowers  ")
        .contains("file iris.csv, records 0 to 149")
        .doesNotContain("not in this store");
    Answer records = fine("trace", "HEAD", "--store", both, "--records", "0");
    assertThat(records.out()).contains("from file iris.csv, record ");
  }
}
