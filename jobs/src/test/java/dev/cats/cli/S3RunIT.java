package dev.cats.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.cluster.JavaProcess;
import dev.cats.connector.ipfs.S3Mock;
import dev.cats.job.seismology.SampleFeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line on an object store, and what it says of the credentials for it: nothing. */
class S3RunIT {
  private static S3Mock server;

  @TempDir private Path folder;
  private final String store = S3Mock.newStore();

  @BeforeAll
  static void start() throws Exception {
    server = S3Mock.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  private Shell cats(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JavaProcess.opens());
    command.addAll(
        List.of(
            "-Xmx640m",
            "-XX:TieredStopAtLevel=1",
            "-Dcats.root=" + System.getProperty("cats.root"),
            "-Dcats.log=" + folder.resolve("cats.log"),
            "-Dcats.log.level=info",
            "-Dlog4j2.configurationFile="
                + Path.of(System.getProperty("cats.root"), "flink-conf/log4j-cli.properties"),
            "-cp",
            JavaProcess.classPath(),
            Cats.class.getName()));
    command.addAll(List.of(arguments));
    Shell answer = Shell.run(folder, environment, command);
    assertThat(answer.out() + answer.err()).doesNotContain(server.secret());
    return answer;
  }

  private Map<String, String> configured() throws IOException {
    return Map.of("FLINK_CONF_DIR", server.configuration().toString());
  }

  private void keptSecret() throws IOException {
    try (Stream<Path> files = Files.walk(server.objects())) {
      for (Path file :
          Stream.concat(files, Stream.of(folder.resolve("cats.log")))
              .filter(Files::isRegularFile)
              .toList()) {
        assertThat(Files.readString(file, ISO_8859_1))
            .as("in %s", file)
            .doesNotContain(server.secret());
      }
    }
  }

  @Test
  void aRunWithSettingsInAFileIsVerifiedAndKeepsItsSecret() throws Exception {
    Path week = SampleFeed.copyTo(folder.resolve("input"));
    Shell run =
        cats(
            configured(),
            "run",
            "seismology",
            "--input",
            week.toString(),
            "--store",
            store,
            "-D",
            "execution.checkpointing.dir=" + store.replace("/store", "/checkpoints"));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("usgs-seismology: 1,707 events in, 0 rejected");
    assertThat(run.out()).contains("--store " + store);

    Shell verify = cats(configured(), "verify", "HEAD", "--store", store);
    assertThat(verify.code()).as(verify.err()).isZero();
    assertThat(verify.out()).startsWith("ok: ");

    Shell log = cats(configured(), "log", "--store", store);
    assertThat(log.out()).contains("b-value");
    keptSecret();
  }

  @Test
  void aRunMayHaveItsCredentialsFromTheEnvironmentAndItsInputFromTheObjectStore() throws Exception {
    String feed = store.replace("/store", "/feed.jsonl");
    S3Mock.use(server.settings());
    try (var out =
        org.apache.flink.core.fs.FileSystem.get(java.net.URI.create(feed))
            .create(
                new org.apache.flink.core.fs.Path(feed),
                org.apache.flink.core.fs.FileSystem.WriteMode.OVERWRITE)) {
      out.write("not an event\n".getBytes(ISO_8859_1));
    } finally {
      S3Mock.forget();
    }
    Shell run =
        cats(
            Map.of("AWS_ACCESS_KEY_ID", "cats-test", "AWS_SECRET_ACCESS_KEY", server.secret()),
            "run",
            "seismology",
            "--input",
            feed,
            "--store",
            store,
            "-D",
            "s3.endpoint=" + server.endpoint(),
            "-D",
            "s3.path.style.access=true");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("usgs-seismology: 1 events in, 1 rejected");
    keptSecret();
  }

  @Test
  void withoutThePluginOrWithCredentialsInTheUriItSaysWhatToDo() throws Exception {
    Shell missing =
        cats(Map.of("FLINK_PLUGINS_DIR", folder.toString()), "verify", "HEAD", "--store", store);
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err())
        .contains("cats: Cannot use " + store + ": Flink's plugin for s3 is not here. Fetch it")
        .contains("mvn -q -pl connectors/file-systems package");

    Shell unset =
        cats(Map.of("FLINK_CONF_DIR", folder.toString()), "verify", "HEAD", "--store", store);
    assertThat(unset.code()).isEqualTo(2);
    assertThat(unset.err())
        .contains("cats: Cannot read the configuration of Flink in " + folder)
        .contains("Let FLINK_CONF_DIR name a folder with a config.yaml in it");

    Shell shown = cats(configured(), "log", "--store", "s3://key:" + server.secret() + "@cats/x");
    assertThat(shown.code()).isEqualTo(2);
    assertThat(shown.err()).contains("cats: Invalid URI of scheme s3: expected s3://BUCKET/PATH");
  }
}
