package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.cluster.JavaProcess;
import dev.cats.connector.kafka.KafkaBroker;
import dev.cats.job.seismology.SampleFeed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cats run seismology --kafka} without the right to read, at a broker that keeps rights. */
class KafkaRunRightsIT {
  private static final int FEATURES = 1707;
  private static final Duration PATIENCE = Duration.ofSeconds(180);

  private static KafkaBroker broker;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    broker =
        KafkaBroker.start(
            Map.of(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found", "true"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
  }

  private static void allowAllButReading(String topic) throws Exception {
    ResourcePattern resource = new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL);
    AclBinding mayDescribe = new AclBinding(resource, entry(AclOperation.DESCRIBE));
    AclBinding mayWrite = new AclBinding(resource, entry(AclOperation.WRITE));
    try (Admin admin = broker.newAdmin()) {
      admin.createAcls(List.of(mayDescribe, mayWrite)).all().get();
    }
  }

  private static AccessControlEntry entry(AclOperation operation) {
    return new AccessControlEntry("User:ANONYMOUS", "*", operation, AclPermissionType.ALLOW);
  }

  private static void allowAll() throws Exception {
    try (Admin admin = broker.newAdmin()) {
      admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get();
    }
  }

  private void produce(String topic) throws Exception {
    Path week = SampleFeed.copyTo(folder.resolve("input"));
    Answer answer =
        Answer.to("produce", "--topic", topic, "--bootstrap", broker.bootstrap(), week.toString());
    assertThat(answer.code()).as(answer.err()).isZero();
  }

  @Test
  void aTopicThatMayNotBeReadIsNamedBeforeAnythingStarts() throws Exception {
    broker.createTopic("closed", 1);
    allowAllButReading("closed");
    Answer answer =
        Answer.to(
            "run",
            "seismology",
            "--kafka",
            broker.bootstrap(),
            "--topic",
            "closed",
            "--store",
            folder.resolve("store").toString());
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err())
        .isEqualTo(
            ("cats: Cannot use topic closed of Kafka at %s: it is not allowed: No right to read it.%n"
                    + "Have its principal User:ANONYMOUS granted READ and DESCRIBE.%n")
                .formatted(broker.bootstrap()));
  }

  @Test
  void aRunThatMayNotReadAnyMoreEndsAndTheNextGoesOn() throws Exception {
    String topic = "closing";
    produce(topic);
    Path store = folder.resolve("store");
    try (JavaProcess run = run("first", topic, store)) {
      KafkaRunIT.awaitEvents(run, store, FEATURES);
      allowAllButReading(topic);
      assertThat(run.await(PATIENCE)).as(run.output()).isEqualTo(2);
      assertThat(run.output())
          .contains(
              "cats: Cannot read topic "
                  + topic
                  + ": Kafka at "
                  + broker.bootstrap()
                  + " gives this client no right to topic "
                  + topic
                  + "; grant its principal User:ANONYMOUS READ and DESCRIBE, then start it again")
          .doesNotContain("restarted");
    }
    allowAll();
    produce(topic);
    try (JavaProcess run = run("second", topic, store)) {
      KafkaRunIT.awaitEvents(run, store, 2 * FEATURES);
      assertThat(run.output()).contains("Going on from");
      run.terminate();
      assertThat(run.await(PATIENCE)).as(run.output()).isZero();
    }
  }

  private JavaProcess run(String name, String topic, Path store) throws Exception {
    List<String> command = new ArrayList<>(JavaProcess.opens());
    command.addAll(List.of("-Xmx640m", "-cp", JavaProcess.classPath(), Cats.class.getName()));
    command.addAll(List.of("run", "seismology", "--kafka", broker.bootstrap()));
    command.addAll(List.of("--topic", topic, "--store", store.toString()));
    command.addAll(List.of("-D", "execution.checkpointing.interval=1s"));
    return JavaProcess.start(name, folder, command);
  }
}
