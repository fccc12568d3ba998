package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.cluster.JavaProcess;
import dev.cats.connector.kafka.KafkaBroker;
import dev.cats.connector.kafka.LocalBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first {@code up kafka}, in a folder where no broker was fetched, with a script in the place
 * of Maven.
 */
class FetchIT {
  @TempDir private Path folder;
  private Path root;
  private Path bin;
  private String port;

  @BeforeEach
  void makeARootWithoutABroker() throws IOException {
    root = Files.createDirectories(folder.resolve("root"));
    bin = Files.createDirectories(folder.resolve("bin"));
    port = Integer.toString(LocalBroker.freePort());
  }

  private Shell cats(String path, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Dcats.root=" + root));
    command.addAll(List.of("-cp", JavaProcess.classPath(), Cats.class.getName()));
    command.addAll(List.of(arguments));
    return Shell.run(folder, Map.of("PATH", path), command);
  }

  private void maven(String... lines) throws IOException {
    Path script = bin.resolve("mvn");
    Files.writeString(script, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
  }

  private String path() {
    return bin + ":" + System.getenv("PATH");
  }

  @Test
  void withoutMavenItSaysHowToGetIt() throws Exception {
    Shell up = cats(bin.toString(), "up", "kafka", "--port", port);
    assertThat(up.code()).isEqualTo(2);
    assertThat(up.err())
        .contains("cats: Cannot run Maven: there is no mvn here")
        .contains("Install Maven 3.8.7 or newer");

    Shell doctor = cats(bin.toString(), "doctor");
    assertThat(doctor.code()).isEqualTo(1);
    assertThat(doctor.out()).contains("maven   WRONG", "Install Maven 3.8.7 or newer");
  }

  @Test
  void whatMavenSaysIsHandedOn() throws Exception {
    maven("echo '[INFO] Scanning'", "echo '[ERROR] no route to host'", "exit 1");
    Shell up = cats(path(), "up", "kafka", "--port", port);
    assertThat(up.code()).isEqualTo(2);
    assertThat(up.err())
        .contains("Fetching Apache Kafka's broker with Maven")
        .contains("cats: Cannot build connectors/kafka-broker: Maven ended with 1")
        .contains("no route to host")
        .contains("Maven's whole answer is in " + root.resolve("target/fetch.log"));
    assertThat(root.resolve("target/fetch.log")).content().contains("[INFO] Scanning");
    assertThat(cats(path(), "down").out())
        .isEqualTo("kafka: nothing to end\nkubo: nothing to end\nray: nothing to end\n");
  }

  @Test
  void theFirstStartFetchesTheBrokerAndTheSecondDoesNot() throws Exception {
    KafkaBroker.assumeAvailable();
    Path jars = LocalBroker.jars(Path.of(System.getProperty("cats.root")));
    maven(
        "[ \"$*\" = '-B -Dstyle.color=never -DskipTests -pl connectors/kafka-broker clean package' ] || exit 9",
        "echo 'Downloaded from here: https://host/org/kafka_2.13.jar (5.9 MB at 2.1 MB/s)'",
        "mkdir -p connectors/kafka-broker/target",
        "ln -s '" + jars + "' connectors/kafka-broker/target/lib");
    try {
      Shell up = cats(path(), "up", "kafka", "--port", port);
      assertThat(up.code()).as(up.err()).isZero();
      assertThat(up.err())
          .containsSubsequence("Fetching", "  kafka_2.13.jar, 5.9 MB", "Starting kafka");
      assertThat(up.out()).contains("kafka is up at 127.0.0.1:" + port);
    } finally {
      assertThat(cats(path(), "down").out()).startsWith("kafka is down");
    }
    maven("exit 9");
    assertThat(cats(path(), "doctor").err()).doesNotContain("Fetching");
  }
}
