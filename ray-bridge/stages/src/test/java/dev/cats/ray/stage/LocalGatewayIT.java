package dev.cats.ray.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.ray.JavaFunction;
import dev.cats.ray.local.JavaGateway;
import dev.cats.stage.Records;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real gateway in Ray's LOCAL mode: what it answers, and what is made of it when it fails. */
class LocalGatewayIT {
  private static final Path ROOT = Path.of(System.getProperty("cats.root"));

  @TempDir static Path folder;
  private static JavaGateway gateway;
  private final Trial trial = new Trial();

  @BeforeAll
  static void start() throws Exception {
    gateway = JavaGateway.start(ROOT, folder.resolve("gateway.log"), List.of("*"));
  }

  @AfterAll
  static void endsWhenItIsClosed() {
    ProcessHandle process = ProcessHandle.of(gateway.pid()).orElseThrow();
    gateway.close();
    assertThat(process.isAlive()).isFalse();
  }

  @Test
  void batchesThatOverlapAreAnsweredEach() throws Exception {
    try (StageClient client =
        trial.open(JavaFunction.of(Stages.Doubling.class).rowwise(), gateway.uri())) {
      List<CompletableFuture<Records>> answers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        answers.add(client.call(Trial.batch("b" + i, i, Double.NaN)));
      }
      for (int i = 0; i < 100; i++) {
        List<Doubled> made = Trial.doubled(answers.get(i).get());
        assertThat(made).extracting(Doubled::getY).containsExactly(2.0 * i, 0.0);
        assertThat(made.get(1).getFrom().get(0).getX()).isNull();
        assertThat(made.get(1).getFrom().get(0).getName()).isEqualTo("b" + i);
      }
    }
  }

  @Test
  void whatAFunctionSaysComesBackWithItsAnswer() throws Exception {
    try (StageClient client = trial.open(JavaFunction.of(Stages.Telling.class), gateway.uri())) {
      assertThat(client.call(Trial.batch("t", 1, 2)).get().count()).isZero();
      assertThat(trial.said)
          .containsExactlyInAnyOrder(
              "t INFO doubling 2",
              "t ERROR grave",
              "t INFO INFO trial: light",
              "t WARN no end of line");
    }
  }

  @Test
  void aFunctionThatThrowsSaysWhereAndTheNextBatchIsAnswered() throws Exception {
    try (StageClient client = trial.open(JavaFunction.of(Stages.Throwing.class), gateway.uri())) {
      CompletableFuture<Records> bad = client.call(Trial.batch("bad", -1));
      CompletableFuture<Records> good = client.call(Trial.batch("good", 1));
      assertThat(Trial.values(good.get())).containsExactly(2.0);
      StageException failed = failure(bad);
      assertThat(failed.kind()).isEqualTo(StageException.Kind.FUNCTION);
      assertThat(failed).hasMessage("java.lang.ArithmeticException: no x below zero: -1.0");
      assertThat(failed.traceback().orElseThrow()).contains("Stages$Throwing.apply(Stages.java:");
    }
  }

  @Test
  void anAnswerOfAnotherShapeIsNamed() throws Exception {
    assertThat(failureOf(JavaFunction.of(Stages.Empty.class).rowwise()))
        .hasMessage("Invalid answer: expected as many records as there were, 1, found 0");
    assertThat(failureOf(JavaFunction.of(Stages.WithNull.class)))
        .hasMessage(
            "Invalid record 0 of the answer: expected a dev.cats.ray.stage.Doubled, found null");
    assertThat(failureOf(JavaFunction.of(Stages.WithHole.class)))
        .hasMessageStartingWith("Invalid record 0 of the answer: ")
        .hasMessageContaining("name");
  }

  @Test
  void aFunctionSeesNothingOfTheGateway() throws Exception {
    assertThat(failureOf(JavaFunction.of(Stages.Curious.class)))
        .hasMessageContaining("ClassNotFoundException: io.ray.api.Ray");
  }

  private StageException failureOf(JavaFunction function) throws Exception {
    try (StageClient client = trial.open(function, gateway.uri())) {
      StageException failed = failure(client.call(Trial.batch("b", 1)));
      assertThat(failed.kind()).isEqualTo(StageException.Kind.FUNCTION);
      return failed;
    }
  }

  private static StageException failure(CompletableFuture<Records> answer) {
    assertThatThrownBy(answer::get).cause().isInstanceOf(StageException.class);
    return (StageException) answer.handle((records, e) -> e).join();
  }

  /** Of its first batch; the one behind that is answered. */
  private StageException failureOfOneThatDoesNotReturn(JavaFunction function) throws Exception {
    try (StageClient client =
        trial.open(function, function.artifact(), gateway.uri(), Duration.ofSeconds(2))) {
      CompletableFuture<Records> never = client.call(Trial.batch("never", -1));
      CompletableFuture<Records> behind = client.call(Trial.batch("behind", 1));
      assertThat(Trial.values(behind.get())).containsExactly(2.0);
      assertThat(failure(never)).hasMessage("the function did not return within 2000 ms");
      return failure(never);
    }
  }

  @Test
  void aFunctionThatIsTooSlowIsInterruptedAndSaysWhereItStood() throws Exception {
    JavaFunction waiting = JavaFunction.of(Stages.Waiting.class);
    long before = gateway.pid();
    StageException late = failureOfOneThatDoesNotReturn(waiting);
    assertThat(late.traceback().orElseThrow()).contains("Stages$Waiting.apply");
    assertThat(gateway.pid()).isEqualTo(before);
  }

  @Test
  void oneThatDoesNotEndEvenThenEndsTheGatewayAndOtherBatchesAreAnswered() throws Exception {
    JavaFunction endless = JavaFunction.of(Stages.Endless.class);
    long before = gateway.pid();
    var unused = failureOfOneThatDoesNotReturn(endless);
    await().untilAsserted(() -> assertThat(gateway.pid()).isNotEqualTo(before));
  }

  @Test
  void aBatchThatEndsTheGatewayAgainAndAgainIsToBlame() throws Exception {
    try (StageClient client = trial.open(JavaFunction.of(Stages.Ending.class), gateway.uri())) {
      CompletableFuture<Records> fatal = client.call(Trial.batch("fatal", -1));
      CompletableFuture<Records> behind = client.call(Trial.batch("behind", 1));
      assertThat(Trial.values(behind.get())).containsExactly(2.0);
      assertThat(failure(fatal))
          .hasMessageStartingWith("its worker ended 3 times while it worked on this batch");
    }
  }

  @Test
  void aGatewayThatIsKilledComesBackAndGetsTheFunctionAgain() throws Exception {
    try (StageClient client = trial.open(JavaFunction.of(Stages.Doubling.class), gateway.uri())) {
      assertThat(Trial.values(client.call(Trial.batch("a", 1)).get())).containsExactly(2.0);
      ProcessHandle killed = ProcessHandle.of(gateway.pid()).orElseThrow();
      killed.destroyForcibly();
      assertThat(Trial.values(client.call(Trial.batch("b", 2)).get())).containsExactly(4.0);
      await().untilAsserted(() -> assertThat(gateway.pid()).isNotEqualTo(killed.pid()));
    }
  }

  @Test
  void whatIsNotAllowedIsRefusedByItsCid() throws Exception {
    JavaFunction allowed = JavaFunction.of(Stages.Doubling.class);
    JavaFunction other = JavaFunction.of(Stages.Empty.class);
    String cid = allowed.document().cid().toString();
    try (JavaGateway strict = JavaGateway.start(ROOT, folder.resolve("strict.log"), List.of(cid));
        StageClient may = trial.open(allowed, strict.uri());
        StageClient mayNot = trial.open(other, strict.uri())) {
      assertThat(Trial.values(may.call(Trial.batch("b", 1)).get())).containsExactly(2.0);
      StageException refused = failure(mayNot.call(Trial.batch("b", 1)));
      assertThat(refused.kind()).isEqualTo(StageException.Kind.REFUSED);
      assertThat(refused)
          .hasMessage(
              "Cannot run function %s of artifact %s: the gateway's allow-list names neither",
              other.document().cid(), other.document().artifact().orElseThrow());
    }
  }

  @Test
  void aBundleThatIsNotWholeIsRefusedByTheBlockThatIsMissing() throws Exception {
    JavaFunction function = JavaFunction.of(Stages.Waiting.class);
    List<Block> all = function.artifact();
    Block root = all.get(all.size() - 1);
    byte[] other = root.bytes().toArray();
    other[other.length - 1] ^= 1;
    List<Block> tampered = new ArrayList<>(all.subList(0, all.size() - 1));
    tampered.add(Block.of(root.cid().codec(), Bytes.wrap(other)));
    try (JavaGateway fresh = JavaGateway.start(ROOT, folder.resolve("fresh.log"), List.of("*"));
        StageClient client = trial.open(function, tampered, fresh.uri(), Duration.ofMinutes(1))) {
      StageException refused = failure(client.call(Trial.batch("b", 1)));
      assertThat(refused.kind()).isEqualTo(StageException.Kind.REFUSED);
      assertThat(refused)
          .hasMessage("Cannot read block %s: the gateway does not have it", root.cid());
    }
  }
}
