package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cats.bom.Function;
import dev.cats.cluster.JavaProcess;
import dev.cats.job.seismology.GutenbergRichter;
import dev.cats.job.seismology.SampleFeed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo's gateway in Ray's LOCAL mode: what it computes, its end, and the demo's without it. */
class DemoGatewayIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path folder;

  /** Processes that run the gateway, among those that a process started. */
  private static List<ProcessHandle> gateways(ProcessHandle of) {
    try (Stream<ProcessHandle> all = of.descendants()) {
      return all.filter(DemoGatewayIT::isThere)
          .filter(
              each ->
                  each.info().commandLine().orElse("").contains("dev.cats.ray.stage.LocalGateway"))
          .toList();
    }
  }

  /** One that ended and that nobody collects has no command any more. */
  private static boolean isThere(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }

  @Test
  void aGatewayThatIsKilledComesBackAndItsNumbersAreThoseOfTheJobItself() throws Exception {
    Path store = folder.resolve("demo");
    CompletableFuture<Answer> running =
        CompletableFuture.supplyAsync(
            () -> Answer.to("demo", "--repeatable", "--store", store.toString()));
    List<ProcessHandle> first = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .until(() -> first.addAll(gateways(ProcessHandle.current())) || running.isDone());
    assertThat(first).hasSize(1);
    await()
        .atMost(PATIENCE)
        .until(() -> store.resolve("input").toFile().exists() || running.isDone());
    first.get(0).destroyForcibly();
    Answer demo = running.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(demo.code()).as(demo.err()).isZero();
    assertThat(gateways(ProcessHandle.current())).isEmpty();

    Path feed = SampleFeed.copyTo(folder.resolve("feed"));
    Path plain = folder.resolve("plain");
    Answer inTheJob =
        Answer.to(
            "run",
            "seismology",
            "--repeatable",
            "--input",
            feed.toString(),
            "--store",
            plain.toString());
    assertThat(inTheJob.code()).as(inTheJob.err()).isZero();
    Committed onRay = Committed.in(store);
    assertThat(onRay.records("b-value"))
        .hasSize(12)
        .isEqualTo(Committed.in(plain).records("b-value"));
    Answer verify = Answer.to("verify", "HEAD", "--store", store.toString());
    assertThat(verify.code()).as(verify.out()).isZero();
    Committed.Entry entry =
        onRay.entries().stream()
            .filter(each -> each.step().equals("b-value"))
            .findFirst()
            .orElseThrow();
    String function =
        Answer.to(
                "show",
                entry.order().steps().get(0).function().toString(),
                "--store",
                store.toString())
            .out();
    assertThat(function)
        .contains(Function.KIND, GutenbergRichter.class.getName(), "\"runtime\": \"java\"");
  }

  @Test
  void aDemoThatIsKilledLeavesNoGatewayBehind() throws Exception {
    List<String> command = new ArrayList<>(JavaProcess.opens());
    command.addAll(List.of("-Xmx640m", "-Dcats.root=" + System.getProperty("cats.root")));
    command.addAll(List.of("-cp", JavaProcess.classPath(), Cats.class.getName(), "demo"));
    List<ProcessHandle> found = new ArrayList<>();
    try (JavaProcess demo = JavaProcess.start("demo", folder, command)) {
      await()
          .atMost(PATIENCE)
          .until(() -> found.addAll(gateways(ProcessHandle.current())) || !demo.isAlive());
      assertThat(found).as(demo.output()).hasSize(1);
      found.get(0).parent().orElseThrow().destroyForcibly();
      await().atMost(PATIENCE).until(() -> !isThere(found.get(0)));
    }
  }
}
