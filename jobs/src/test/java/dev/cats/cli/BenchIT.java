package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.connector.ipfs.KuboNode;
import dev.cats.connector.kafka.KafkaBroker;
import dev.cats.ray.local.RayParts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchIT {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int bench(String... arguments) {
    CommandLine line = Cats.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    String[] all = new String[arguments.length + 1];
    all[0] = "bench";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return line.execute(all);
  }

  @Test
  void printsAnObjectPerCaseAndLeavesNothingBehind() throws Exception {
    int code =
        bench(
            "--rounds",
            "1",
            "--seconds",
            "1",
            "--parallelism",
            "1",
            "--json",
            "--store",
            folder.toString(),
            "--case",
            "keyed/step",
            "windowed/exchange");

    assertThat(code).as(err.toString()).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(2);
    for (String line : lines) {
      JsonNode figure = new ObjectMapper().readTree(line);
      assertThat(StreamSupport.stream(((Iterable<String>) figure::fieldNames).spliterator(), false))
          .containsExactly("case", "value", "unit", "baseline", "ratio");
      assertThat(figure.get("unit").asText()).isEqualTo("records/s");
      double value = figure.get("value").asDouble();
      double baseline = figure.get("baseline").asDouble();
      assertThat(value).isPositive();
      assertThat(figure.get("ratio").asDouble())
          .isCloseTo(value / baseline, org.assertj.core.data.Offset.offset(0.001));
    }
    assertThat(lines.get(0)).startsWith("{\"case\":\"keyed/step\"");
    assertThat(lines.get(1)).startsWith("{\"case\":\"windowed/exchange\"");
    assertThat(err.toString()).contains("round 1 of 1: keyed/step");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesACaseThatIsNotThere() {
    assertThat(bench("--case", "keyed/twice")).isEqualTo(2);

    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            """
            cats: Invalid --case: there is no case keyed/twice
            Expected some of: chain/step chain/exchange keyed/step keyed/exchange windowed/step windowed/exchange
            """);
  }

  @Test
  void refusesToMeasureNothing() {
    assertThat(bench("--rounds", "0")).isEqualTo(2);

    assertThat(err.toString())
        .isEqualToNormalizingNewlines("cats: Invalid rounds: expected 1 or more, found 0\n");
  }

  @Test
  void measuresABrokerOfItsOwnAndLeavesNothingBehind() throws Exception {
    KafkaBroker.assumeAvailable();

    int code =
        bench(
            "--kafka",
            "--events",
            "100000",
            "--rounds",
            "1",
            "--seconds",
            "1",
            "--json",
            "--store",
            folder.toString(),
            "--case",
            "kafka/source",
            "kafka/files",
            "kafka/memory");

    assertThat(code).as(err.toString()).isZero();
    assertThat(cases(figures()))
        .startsWith(
            "kafka/source",
            "kafka/source/cpu",
            "kafka/source/broker-cpu",
            "kafka/files",
            "kafka/files/cpu",
            "kafka/files/broker-cpu",
            "kafka/memory/heap");
    assertThat(err.toString())
        .contains("  100,000 of 100,000 events are in the topic", "round 1 of 1: kafka/source");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void measuresANodeOfItsOwnAndLeavesNothingBehind() throws Exception {
    KuboNode.assumeAvailable();

    int code =
        bench(
            "--kubo",
            "--rounds",
            "1",
            "--seconds",
            "1",
            "--json",
            "--store",
            folder.toString(),
            "--case",
            "kubo/pinned",
            "kubo/catch-up");

    assertThat(code).as(err.toString()).isZero();
    assertThat(cases(figures()))
        .containsExactly(
            "kubo/pinned",
            "kubo/pinned/cpu",
            "kubo/pinned/node-cpu",
            "kubo/catch-up",
            "kubo/catch-up/cpu",
            "kubo/catch-up/node-cpu");
    assertThat(out.toString()).contains("\"unit\":\"MB/s\"", "\"unit\":\"ms/MB\"");
    assertThat(err.toString()).contains("round 1 of 1: kubo/pinned");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void measuresAWorkerOfItsOwnAndLeavesNothingBehind() throws Exception {
    RayParts.installed();

    int code =
        bench(
            "--ray",
            "--rounds",
            "1",
            "--seconds",
            "1",
            "--json",
            "--store",
            folder.toString(),
            "--case",
            "ray/64k/8",
            "ray/1m/1");

    assertThat(code).as(err.toString()).isZero();
    List<JsonNode> figures = figures();
    assertThat(figures)
        .allSatisfy(figure -> assertThat(figure.get("baseline").asDouble()).isPositive());
    assertThat(cases(figures))
        .startsWith(
            "ray/64k/8",
            "ray/64k/8/p50",
            "ray/64k/8/p99",
            "ray/64k/8/loop",
            "ray/64k/8/loop-p50",
            "ray/64k/8/loop-p99",
            "ray/64k/8/tenth",
            "ray/1m/1");
    assertThat(err.toString()).contains("round 1 of 1: ray/64k/8");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void saysHowToGetABroker() {
    String root = System.getProperty("cats.root");
    System.setProperty("cats.root", folder.toString());
    try {
      assertThat(bench("--kafka")).isEqualTo(2);
    } finally {
      System.setProperty("cats.root", root);
    }

    assertThat(err.toString())
        .startsWith("cats: Cannot run a Kafka broker: expected the jars")
        .contains(" in " + folder)
        .endsWith("\nFetch them: mvn -q -pl connectors/kafka-broker clean package\n");
  }

  /** What was printed, as objects. */
  private List<JsonNode> figures() throws IOException {
    List<JsonNode> figures = new ArrayList<>();
    for (String line : out.toString().lines().toList()) {
      JsonNode figure = new ObjectMapper().readTree(line);
      assertThat(figure.get("value").asDouble()).as(line).isNotNegative();
      figures.add(figure);
    }
    return figures;
  }

  private static List<String> cases(List<JsonNode> figures) {
    return figures.stream().map(figure -> figure.get("case").asText()).toList();
  }
}
