package dev.cats.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cats.ray.local.LocalWorker;
import dev.cats.ray.local.RayBuild;
import dev.cats.ray.local.RayParts;
import dev.cats.stage.Records;
import dev.cats.stage.StageBatch;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real worker process: what it answers, and what is made of it when it fails or goes away. */
class FlightStageClientIT {
  private static RayBuild build;

  @TempDir Path folder;
  private final Trial trial = new Trial();

  @BeforeAll
  static void install() throws Exception {
    build = RayParts.installed();
  }

  private LocalWorker worker() throws Exception {
    return LocalWorker.start(build, folder, List.of("*"));
  }

  private LocalWorker again(LocalWorker before) throws Exception {
    return LocalWorker.start(build, folder, List.of("*"), before.uri().getPort());
  }

  @Test
  void batchesThatOverlapAreAnsweredEach() throws Exception {
    try (LocalWorker worker = worker();
        StageClient client = trial.open(Trial.function("doubled"), worker.uri())) {
      List<CompletableFuture<Records>> answers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        answers.add(client.call(Trial.batch("b" + i, i, i + 0.5)));
      }
      for (int i = 0; i < 100; i++) {
        assertThat(Trial.values(answers.get(i).get())).containsExactly(2.0 * i, 2 * (i + 0.5));
      }
      assertThat(trial.received).hasValue(100);
      assertThat(trial.said)
          .containsSubsequence("b7 INFO doubling 2", "b7 WARN of b7", "b8 INFO doubling 2");
    }
  }

  @Test
  void aFunctionMayMakeFewerRowsAndNone() throws Exception {
    try (LocalWorker worker = worker();
        StageClient total = trial.open(Trial.function("total"), worker.uri());
        StageClient nothing = trial.open(Trial.function("nothing"), worker.uri())) {
      assertThat(Trial.values(total.call(Trial.batch("t", 1, 2, 3)).get())).containsExactly(6.0);
      assertThat(nothing.call(Trial.batch("n", 1)).get().count()).isZero();
    }
  }

  @Test
  void argumentsAreThoseOfTheFunctionsDocument() throws Exception {
    PythonFunction tripled = Trial.function("doubled").with("times", 3);
    assertThat(tripled.document().cid()).isNotEqualTo(Trial.function("doubled").document().cid());
    try (LocalWorker worker = worker();
        StageClient client = trial.open(tripled, worker.uri())) {
      assertThat(Trial.values(client.call(Trial.batch("a", 2)).get())).containsExactly(6.0);
    }
  }

  @Test
  void aFileAmongTheArgumentsIsContentToo() throws Exception {
    Path file = Files.write(folder.resolve("weights"), new byte[20 << 20]);
    PythonFunction weighed = Trial.function("weighed").with("weights", file);
    try (LocalWorker worker = worker();
        StageClient client = trial.open(weighed, worker.uri())) {
      assertThat(Trial.values(client.call(Trial.batch("w", 2)).get()))
          .containsExactly(2.0 * (20 << 20));
    }
    PythonFunction before = Trial.function("weighed").with("weights", file);
    Files.write(file, new byte[] {1});
    assertThat(Trial.function("weighed").with("weights", file).document().cid())
        .isNotEqualTo(before.document().cid());
    assertThatThrownBy(() -> Trial.function("weighed").with("weights", folder))
        .hasMessage("Cannot pass " + folder + " as an argument: expected a file");
  }

  @Test
  void aFunctionThatRaisesSaysWhereAndTheNextBatchIsAnswered() throws Exception {
    try (LocalWorker worker = worker();
        StageClient client = trial.open(Trial.function("raises"), worker.uri())) {
      CompletableFuture<Records> bad = client.call(Trial.batch("bad", -1));
      CompletableFuture<Records> good = client.call(Trial.batch("good", 1));
      assertThat(Trial.values(good.get())).containsExactly(2.0);
      assertThatThrownBy(bad::get)
          .cause()
          .isInstanceOfSatisfying(
              StageException.class,
              failed -> {
                assertThat(failed.kind()).isEqualTo(StageException.Kind.FUNCTION);
                assertThat(failed).hasMessageContaining("ZeroDivisionError: no x below zero: -1.0");
                assertThat(failed.traceback().orElseThrow())
                    .contains("trial.py\", line ", "in raises", "raise ZeroDivisionError");
              });
    }
  }

  @ParameterizedTest
  @CsvSource({"without_y, y", "of_two_lengths, 2", "of_text, y"})
  void anAnswerOfAnotherShapeIsNamed(String function, String named) throws Exception {
    try (LocalWorker worker = worker();
        StageClient client = trial.open(Trial.function(function), worker.uri())) {
      assertThatThrownBy(client.call(Trial.batch("b", 1, 2))::get)
          .cause()
          .isInstanceOfSatisfying(
              StageException.class,
              failed -> {
                assertThat(failed.kind()).isEqualTo(StageException.Kind.FUNCTION);
                assertThat(failed).hasMessageContaining(named);
              });
    }
  }

  @Test
  void aFunctionThatIsNotAllowedIsRefusedByItsCid() throws Exception {
    PythonFunction allowed = Trial.function("doubled");
    PythonFunction other = Trial.function("total");
    String cid = allowed.document().cid().toString();
    try (LocalWorker worker = LocalWorker.start(build, folder, List.of(cid));
        StageClient may = trial.open(allowed, worker.uri());
        StageClient mayNot = trial.open(other, worker.uri())) {
      assertThat(Trial.values(may.call(Trial.batch("b", 1)).get())).containsExactly(2.0);
      refused(mayNot.call(Trial.batch("b", 1)), other.document().cid().toString());
    }
  }

  @Test
  void aPackageThatIsMissingIsNamed() throws Exception {
    try (LocalWorker worker = worker();
        StageClient client = trial.open(Trial.function("lacking", "doubled"), worker.uri())) {
      refused(client.call(Trial.batch("b", 1)), "absent-package");
    }
  }

  private static void refused(CompletableFuture<Records> answer, String named) {
    assertThatThrownBy(answer::get)
        .cause()
        .isInstanceOfSatisfying(
            StageException.class,
            failed -> {
              assertThat(failed.kind()).isEqualTo(StageException.Kind.REFUSED);
              assertThat(failed).hasMessageContaining(named);
            });
  }

  @Test
  void aWorkerThatIsKilledIsWaitedForAndGetsTheSameBatchesAgain() throws Exception {
    LocalWorker first = worker();
    try (StageClient client = trial.open(Trial.function("sleeps"), first.uri())) {
      assertThat(client.call(Trial.batch("warm", 0)).get().count()).isOne();
      CompletableFuture<Records> slow = client.call(Trial.batch("slow", 2));
      CompletableFuture<Records> behind = client.call(Trial.batch("behind", 0.25));
      await().until(() -> trial.sent.get() == 3);
      ProcessHandle process = ProcessHandle.of(first.pid()).orElseThrow();
      process.destroyForcibly();
      process.onExit().get();
      try (LocalWorker second = again(first)) {
        assertThat(Trial.values(slow.get())).containsExactly(4.0);
        assertThat(Trial.values(behind.get())).containsExactly(0.5);
        assertThat(second.isRunning()).isTrue();
      }
      assertThat(trial.retries).hasValue(2);
    } finally {
      first.close();
    }
  }

  @Test
  void whereAWorkerIsGoneAnotherOfThePoolTakesItsPlace() throws Exception {
    try (LocalWorker one = worker();
        LocalWorker other = LocalWorker.start(build, folder.resolve("other"), List.of("*"));
        StageClient client =
            trial.open(
                Trial.function("sleeps"),
                one.uri() + "," + other.uri(),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60))) {
      assertThat(client.call(Trial.batch("warm", 0)).get().count()).isOne();
      CompletableFuture<Records> slow = client.call(Trial.batch("slow", 2));
      await().until(() -> trial.sent.get() == 2);
      LocalWorker called = hasBlocks(folder) ? one : other;
      called.close();
      assertThat(Trial.values(slow.get())).containsExactly(4.0);
      assertThat(trial.retries).hasValue(1);
      assertThat(List.of(one, other)).filteredOn(LocalWorker::isRunning).hasSize(1);
    }
  }

  private static boolean hasBlocks(Path worker) throws IOException {
    try (Stream<Path> blocks = Files.list(worker.resolve("blocks"))) {
      return blocks.findAny().isPresent();
    }
  }

  @Test
  void aFunctionThatDoesNotReturnFailsItsBatchAndNoOther() throws Exception {
    LocalWorker first = worker();
    try (StageClient client =
        trial.open(
            Trial.function("sleeps"), first.uri(), Duration.ofSeconds(2), Duration.ofSeconds(60))) {
      CompletableFuture<Records> never = client.call(Trial.batch("never", 3_600));
      CompletableFuture<Records> behind = client.call(Trial.batch("behind", 0));
      assertThatThrownBy(never::get)
          .cause()
          .hasMessage("the function did not return within 2000 ms");
      ProcessHandle.of(first.pid()).ifPresent(gone -> gone.onExit().join());
      try (LocalWorker second = again(first)) {
        assertThat(Trial.values(behind.get())).containsExactly(0.0);
        assertThat(second.isRunning()).isTrue();
      }
    } finally {
      first.close();
    }
  }

  @Test
  void aBatchThatEndsItsWorkerAgainAndAgainIsToBlame() throws Exception {
    LocalWorker worker = worker();
    try (StageClient client = trial.open(Trial.function("dies"), worker.uri())) {
      CompletableFuture<Records> fatal = client.call(Trial.batch("fatal", -1));
      CompletableFuture<Records> behind = client.call(Trial.batch("behind", 1));
      while (!behind.isDone()) {
        if (!worker.isRunning()) {
          worker.close();
          worker = again(worker);
        }
        Thread.onSpinWait();
      }
      assertThat(Trial.values(behind.get())).containsExactly(2.0);
      assertThatThrownBy(fatal::get)
          .cause()
          .hasMessageStartingWith("its worker ended 3 times while it worked on this batch");
    } finally {
      worker.close();
    }
  }

  @Test
  void whoIsAwayForTooLongIsNamed() throws Exception {
    LocalWorker worker = worker();
    worker.close();
    try (StageClient client =
        trial.open(
            Trial.function("doubled"),
            worker.uri(),
            Duration.ofSeconds(30),
            Duration.ofMillis(500))) {
      StageBatch batch = Trial.batch("b", 1);
      assertThatThrownBy(client.call(batch)::get)
          .cause()
          .isInstanceOfSatisfying(
              StageException.class,
              failed -> {
                assertThat(failed.kind()).isEqualTo(StageException.Kind.AWAY);
                assertThat(failed)
                    .hasMessageContaining("Cannot run step trial: no worker took it for 0 s")
                    .hasMessageContaining(worker.uri().toString());
              });
    }
  }
}
