package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.ray.local.LocalWorker;
import dev.cats.ray.local.RayParts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo's b-values as a Python function, in a real worker process. */
class RayRunIT {
  @TempDir private Path folder;

  private Committed demo(String store, String... more) throws IOException {
    Path path = folder.resolve(store);
    List<String> all = new ArrayList<>(List.of("demo", "--json", "--store", path.toString()));
    all.addAll(List.of(more));
    Answer answer = Answer.to(all.toArray(String[]::new));
    assertThat(answer.code()).as(answer.err()).isZero();
    return Committed.in(path);
  }

  @Test
  void numpyGivesTheBValuesThatJavaGivesAndARepeatedRunNeedsNoWorker() throws Exception {
    Path blocks = folder.resolve("worker");
    String there;
    Committed python;
    try (LocalWorker worker = LocalWorker.start(RayParts.installed(), blocks, List.of("*"))) {
      Committed java = demo("java", "--repeatable");
      there = "cats.ray.workers=" + worker.uri();
      python = demo("python", "--repeatable", "-D", there);
      Committed again = demo("again", "--repeatable", "-D", there);
      assertThat(python.records("b-value")).hasSize(12).isEqualTo(java.records("b-value"));
      assertThat(python.records("daily")).isEqualTo(java.records("daily"));
      assertThat(again.cids()).isEqualTo(python.cids());
    }
    // Nobody is there to call any more.
    Answer repeat =
        Answer.to(
            "demo",
            "--store",
            folder.resolve("python").toString(),
            "--repeatable",
            "--memo",
            "-D",
            there);
    assertThat(repeat.code()).as(repeat.err()).isZero();
    assertThat(repeat.err()).contains("12 answers of functions on Ray were in the store");
    Committed twice = Committed.in(folder.resolve("python"));
    assertThat(twice.manifests()).hasSizeGreaterThan(python.manifests().size());
    python
        .cids()
        .forEach(
            (step, cids) ->
                assertThat(twice.cids().get(step))
                    .hasSize(2 * cids.size())
                    .containsOnlyElementsOf(cids));
    String store = folder.resolve("python").toString();
    Answer verify = Answer.to("verify", "HEAD", "--store", store);
    assertThat(verify.code()).as(verify.out()).isZero();
  }

  @Test
  void aFunctionThatMayNotRunIsSaidWithItsStepAndRecord() throws Exception {
    String other = "bafkreihnnda2eyjolsfzabwaxijb2hp6zhgfk7rnecvmpzcpfdqpgsxkxi";
    try (LocalWorker worker =
        LocalWorker.start(RayParts.installed(), folder.resolve("strict"), List.of(other))) {
      Answer refused =
          Answer.to(
              "demo",
              "--store",
              folder.resolve("refused").toString(),
              "-D",
              "cats.ray.workers=" + worker.uri());
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err())
          .contains("cats: Step b-value failed on ", "the worker's allow-list names neither")
          .contains("\n  first record: {\"id\": ")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void anInitiativeTakesItsOwnSourceOnlyAndIrisesNeedRay() {
    Answer other = Answer.to("run", "iris", "--of", "HEAD", "--store", folder.toString());
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err())
        .contains("Cannot run iris over --of: expected --input FILE", "./cats run --help");
    Answer none =
        Answer.to("run", "iris-summary", "--input", "iris.csv", "--store", folder.toString());
    assertThat(none.err())
        .contains("Cannot run iris-summary over --input: expected --of CID --from STORE");

    String table = Irises.in(folder).table().toString();
    String store = folder.resolve("alone").toString();
    Answer alone = Answer.to("run", "iris", "--input", table, "--store", store);
    assertThat(alone.code()).isEqualTo(2);
    assertThat(alone.err())
        .contains("Cannot run iris: its functions are Python, and no Ray cluster is named")
        .contains("./cats up ray --store " + store + ", and add --ray");
    Answer what =
        Answer.to(
            "run",
            "iris-summary",
            "--of",
            "it",
            "--from",
            store,
            "--ray",
            "http://127.0.0.1:1",
            "--store",
            folder.resolve("summary").toString());
    assertThat(what.code()).isEqualTo(2);
    assertThat(what.err()).contains("Invalid --of it: ", "Expected the CID of a manifest");
  }

  @Test
  void whatIsNoAddressOfAGatewayIsRefused() {
    Answer answer = Answer.to("demo", "--ray", "here", "--store", folder.toString());
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err())
        .contains("Invalid --ray: expected http://HOST:PORT or HOST:PORT, found 'here'")
        .contains("./cats up ray");
    Answer none = Answer.to("demo", "--ray", "--store", folder.toString());
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err())
        .contains("Cannot compute on Ray: no pool of workers is up for " + folder)
        .contains("Start one: ./cats up ray --store " + folder);
  }
}
