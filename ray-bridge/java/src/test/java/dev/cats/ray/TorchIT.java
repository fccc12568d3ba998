package dev.cats.ray;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.ray.local.LocalRay;
import dev.cats.ray.local.RayBuild;
import dev.cats.ray.local.RayParts;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A PyTorch model on Ray, its weights an argument by CID: what it says of each iris is, to the last
 * bit, what it says in one process.
 */
@EnabledIfSystemProperty(
    named = "cats.torch",
    matches = "true",
    disabledReason = "PyTorch is 5 GB: -Dcats.torch=true installs it and runs this")
class TorchIT {
  private static final Path PYTHON = Path.of(System.getProperty("cats.root"), "ray-bridge/python");
  private static final Path IRISES =
      Path.of(System.getProperty("cats.root"), "jobs/src/main/resources/data/iris.csv");
  private static final Path WEIGHTS = PYTHON.resolve("training/iris_net.pt");

  private static final Schema FLOWER =
      SchemaBuilder.record("Flower")
          .fields()
          .requiredDouble("sepal_length")
          .requiredDouble("sepal_width")
          .requiredDouble("petal_length")
          .requiredDouble("petal_width")
          .endRecord();
  private static final Schema CLASSIFIED =
      SchemaBuilder.record("Classified")
          .fields()
          .requiredString("species")
          .requiredDouble("probability")
          .endRecord();

  /** Makes a worker an actor, says where it listens, and keeps it until the input ends. */
  private static final String ON_RAY =
      """
      import json, sys
      import ray
      from cats_ray.worker import StageWorker

      ray.init(address=sys.argv[1], log_to_driver=False)
      config = {"name": "cats-worker-0", "host": "127.0.0.1", "port": 0, "cache": sys.argv[2], "allow": ["*"]}
      actor = ray.remote(StageWorker).remote(json.dumps(config))
      print(ray.get(actor.endpoint.remote()), flush=True)
      sys.stdin.read()
      """;

  private static final String IN_ONE_PROCESS =
      """
      import sys
      import numpy as np
      import iris_net

      rows = np.loadtxt(sys.argv[1], delimiter=",")
      batch = dict(zip(iris_net.FEATURES, rows.T))
      answer = iris_net.classify(batch, open(sys.argv[2], "rb").read())
      for species, probability in zip(answer["species"], answer["probability"].tolist()):
          print(species, probability.hex())
      """;

  @TempDir Path folder;

  @Test
  void inferenceOnRayIsThatOfOneProcess() throws Exception {
    RayBuild build = RayParts.installed(PYTHON.resolve("requirements-torch.txt"));
    List<double[]> rows = rows();
    List<GenericRecord> flowers = new ArrayList<>();
    for (double[] row : rows) {
      flowers.add(
          Calls.record(
              FLOWER,
              "sepal_length",
              row[0],
              "sepal_width",
              row[1],
              "petal_length",
              row[2],
              "petal_width",
              row[3]));
    }
    PythonFunction classify =
        PythonFunction.of("iris_net:classify").with("weights", WEIGHTS).rowwise();
    List<String> onRay;
    try (LocalRay ray = LocalRay.start(build, folder.resolve("ray"))) {
      Process worker =
          python(
              build, ray.environment(), ON_RAY, ray.address(), folder.resolve("cache").toString());
      try (BufferedReader said = worker.inputReader()) {
        URI uri = URI.create(said.readLine());
        onRay =
            Calls.call(uri, classify, flowers, FLOWER, CLASSIFIED).stream()
                .map(one -> one.get("species") + " " + hex((Double) one.get("probability")))
                .toList();
      } finally {
        worker.destroy();
      }
    }
    assertThat(onRay).hasSize(150).isEqualTo(inOneProcess(build, rows));
  }

  private static String hex(double value) {
    return Double.toHexString(value);
  }

  private List<String> inOneProcess(RayBuild build, List<double[]> rows) throws Exception {
    Path csv = folder.resolve("flowers.csv");
    Files.write(
        csv,
        rows.stream().map(row -> row[0] + "," + row[1] + "," + row[2] + "," + row[3]).toList());
    Map<String, String> path =
        Map.of("PYTHONPATH", PYTHON.resolve("functions/iris_net").toString());
    Process process = python(build, path, IN_ONE_PROCESS, csv.toString(), WEIGHTS.toString());
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(answer).isZero();
    return answer
        .lines()
        .map(line -> line.split(" ", -1))
        .map(words -> words[0] + " " + hex(Double.parseDouble(words[1])))
        .toList();
  }

  private static Process python(
      RayBuild build, Map<String, String> environment, String code, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(build.python().toString(), "-B", "-c", code));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static List<double[]> rows() throws IOException {
    List<double[]> rows = new ArrayList<>();
    for (String line : Files.readAllLines(IRISES)) {
      String[] fields = line.split(",", -1);
      if (Character.isDigit(line.charAt(0))) {
        rows.add(
            new double[] {
              Double.parseDouble(fields[0]),
              Double.parseDouble(fields[1]),
              Double.parseDouble(fields[2]),
              Double.parseDouble(fields[3])
            });
      }
    }
    return rows;
  }
}
