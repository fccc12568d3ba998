package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cats.connector.kafka.KafkaBroker;
import dev.cats.connector.kafka.LocalBroker;
import dev.cats.service.Services;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Kafka broker that the commands start, ask and end, and what they say when that fails. */
class UpDownIT {
  private static final Path ROOT = Path.of(System.getProperty("cats.root"));

  @TempDir private Path folder;
  private Path store;
  private StoreServices services;
  private String port;

  @BeforeAll
  static void broker() {
    KafkaBroker.assumeAvailable();
  }

  @BeforeEach
  void choose() throws IOException {
    store = folder.resolve("store");
    services = new StoreServices(store);
    port = Integer.toString(LocalBroker.freePort());
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    services.ask("down");
    assertThat(ours()).as("brokers of this test").isEmpty();
  }

  private List<ProcessHandle> ours() {
    String log = "-Dcats.service.log=" + store;
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains(log))
        .toList();
  }

  private JsonNode up() throws IOException {
    return services.up("kafka", "--port", port);
  }

  private static void kill(JsonNode up) throws Exception {
    StoreServices.kill(StoreServices.process(up));
  }

  private static void signal(JsonNode up, String signal) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + signal, up.get("pid").asText()).start().waitFor())
        .isZero();
  }

  @Test
  void aBrokerComesUpIsAskedAndEnds() throws Exception {
    assertThat(services.doctor("kafka", 0).get("state").asText()).isEqualTo("off");
    assertThat(store).doesNotExist();

    JsonNode up = up();
    assertThat(up.get("started").asBoolean()).isTrue();
    assertThat(up.get("address").asText()).isEqualTo("127.0.0.1:" + port);
    assertThat(Path.of(up.get("log").asText())).startsWith(store).isRegularFile();
    assertThat(Services.kafka(store.toUri())).contains("127.0.0.1:" + port);

    JsonNode check = services.doctor("kafka", 0);
    assertThat(check.get("state").asText()).isEqualTo("ok");
    assertThat(check.get("found").asText()).startsWith("Apache Kafka with 0 topics, at 127.0.0.1");
    assertThat(services.doctor("store", 0).get("state").asText()).isEqualTo("ok");

    Answer again = services.ask("up", "kafka");
    assertThat(again.code()).isZero();
    assertThat(again.out())
        .contains("kafka is already up at 127.0.0.1:" + port)
        .contains("./cats down --store " + store);
    Answer elsewhere = services.ask("up", "kafka", "--port", "1");
    assertThat(elsewhere.code()).isEqualTo(2);
    assertThat(elsewhere.err())
        .startsWith("cats: Cannot start kafka at port 1: it is up at 127.0.0.1:" + port)
        .contains("./cats down kafka --store " + store);

    Answer down = services.ask("down");
    assertThat(down.code()).isZero();
    assertThat(down.lines())
        .containsExactly(
            "kafka is down (process " + up.get("pid") + ")",
            "kubo: nothing to end",
            "ray: nothing to end");
    assertThat(Services.kafka(store.toUri())).isEmpty();
    assertThat(services.ask("down", "kafka").lines()).containsExactly("kafka: nothing to end");
    assertThat(services.ask("down", "--json").out().strip()).isEqualTo("{\"services\":[]}");
  }

  @Test
  void aKilledBrokerIsNoticedAndKeepsItsTopics() throws Exception {
    JsonNode first = up();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", first.get("address").asText()))) {
      admin.createTopics(List.of(new NewTopic("letters", 3, (short) 1))).all().get();
    }
    kill(first);
    assertThat(Services.kafka(store.toUri())).isEmpty();
    JsonNode check = services.doctor("kafka", 1);
    assertThat(check.get("state").asText()).isEqualTo("wrong");
    assertThat(check.get("found").asText()).contains("process " + first.get("pid") + " is gone");
    assertThat(check.get("next").asText()).contains("./cats up kafka --store " + store);

    Answer second = services.ask("up", "kafka"); // at the port it had
    assertThat(second.code()).as(second.err()).isZero();
    assertThat(second.err()).contains("is gone; going on with its data");
    assertThat(second.out()).contains("kafka is up at 127.0.0.1:" + port);
    assertThat(services.doctor("kafka", 0).get("found").asText())
        .startsWith("Apache Kafka with 1 topic,");
  }

  @Test
  void aBrokerThatDoesNotAnswerIsNamedByTheDoctor() throws Exception {
    JsonNode up = up();
    signal(up, "STOP");
    JsonNode check = services.doctor("kafka", 1);
    assertThat(check.get("state").asText()).isEqualTo("wrong");
    assertThat(check.get("found").asText()).startsWith("Cannot ask Kafka at 127.0.0.1:" + port);
    assertThat(check.get("next").asText())
        .contains(up.get("log").asText(), "./cats down kafka --store");
    signal(up, "CONT");
  }

  @Test
  void aTakenPortIsSaidBeforeAnythingIsMade() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(LocalBroker.HOST))) {
      String found = Integer.toString(taken.getLocalPort());
      Answer answer = services.ask("up", "kafka", "--port", found);
      assertThat(answer.code()).isEqualTo(2);
      assertThat(answer.err())
          .startsWith("cats: Cannot start kafka at port " + found + ": ")
          .containsPattern("Take another: \\./cats up kafka --store \\S+ --port \\d+");
      if (Files.isReadable(Path.of("/proc/net/tcp"))) {
        assertThat(answer.err())
            .contains("process " + ProcessHandle.current().pid() + " (java) listens there");
      }
      assertThat(store).doesNotExist();
    }
  }

  @Test
  void aRecycledProcessIdIsLeftAlone() throws Exception {
    Process stranger = new ProcessBuilder("sleep", "600").start();
    try {
      Path service = Files.createDirectories(store.resolve("services/kafka"));
      Files.write(
          service.resolve("running"),
          List.of(
              "address=127.0.0.1:" + port,
              "port=" + port,
              "pid=" + stranger.pid(),
              "started=" + Instant.now().minusSeconds(3600)));
      assertThat(services.doctor("kafka", 1).get("found").asText())
          .isEqualTo(
              "process %d is gone, which was started to listen at 127.0.0.1:%s"
                  .formatted(stranger.pid(), port));
      Answer down = services.ask("down", "--json");
      assertThat(down.code()).isZero();
      assertThat(down.out()).contains("\"ending\":\"gone\"");
      assertThat(stranger.isAlive()).isTrue();
      assertThat(service.resolve("running")).doesNotExist();
    } finally {
      stranger.destroyForcibly().waitFor();
    }
  }

  @Test
  void aBrokerThatEndsAtItsStartHasTheLastWord() throws IOException {
    Path data = Files.createDirectories(store.resolve("services/kafka/data"));
    Files.writeString(data.resolve("meta.properties"), "version=1\nnode.id=7\ncluster.id=other\n");
    Answer answer = services.ask("up", "kafka", "--port", port);
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err())
        .contains("Cannot start the Kafka broker at 127.0.0.1:" + port + ": it ended")
        .contains("broker.log")
        .contains("Stored node id 7 doesn't match previous node id 1")
        .doesNotContain("\tat ");
    assertThat(services.doctor("kafka", 0).get("state").asText()).isEqualTo("off");
  }

  @Test
  void aStoreThatCannotBeWrittenIsSaid() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    Answer answer =
        Answer.to("up", "kafka", "--port", port, "--store", file.resolve("store").toString());
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err())
        .startsWith("cats: Cannot start kafka: cannot write " + file)
        .contains("(Not a directory)")
        .contains("Name another store with --store DIR.");
  }

  /** The launcher, which ends: the broker goes on, and is no child of anybody here. */
  @Test
  void aBrokerOutlivesTheLauncher() throws Exception {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("cats").toString()));
    command.addAll(List.of("up", "--store", "store", "kafka", "--port", port));
    Shell shell = Shell.run(folder, Map.of(), command);
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(shell.out()).contains("kafka is up at 127.0.0.1:" + port);
    assertThat(services.doctor("kafka", 0).get("state").asText()).isEqualTo("ok");
    assertThat(ours()).hasSize(1);
  }
}
