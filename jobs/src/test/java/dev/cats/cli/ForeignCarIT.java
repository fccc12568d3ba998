package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.UnixFs;
import dev.cats.replay.SampleChain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our archives in a reader that is not ours and not Java, {@code @ipld/car} from npm, and archives
 * of its writer in ours. The packages are those that the vectors of schemas are made with.
 *
 * <p>Skipped with the reason where Node cannot be set up; with {@code CI=true} that is a failure.
 */
class ForeignCarIT {
  private static final Path ROOT = Path.of(System.getProperty("cats.root"));
  private static final Path PACKAGES = ROOT.resolve("schemas/src/test/vectors");
  private static final Path SCRIPT = ROOT.resolve("jobs/src/test/foreign-car/read_car.mjs");
  private static final Path ENVIRONMENT = ROOT.resolve("jobs/target/foreign-car");

  private final SampleChain chain = new SampleChain();

  @TempDir private Path folder;

  @Test
  void aForeignReaderFindsTheWholeHistoryAndNothingElse() throws Exception {
    prepare();
    Path store = folder.resolve("store");
    List<Block> file = new ArrayList<>();
    Cid large = UnixFs.file(Bytes.wrap(new byte[5 * Block.MAX_SIZE / 2]).asStream(), file::add);
    file.forEach(chain::put);
    try (CarFolderBlockStore blocks = CarFolderBlockStore.at(store)) {
      chain.commitTo(blocks);
    }
    for (Cid root : List.of(chain.head(), chain.daily.cid(), large, chain.file.cid())) {
      Path car = folder.resolve(root + ".car");
      Path copy = folder.resolve(root + ".copy.car");
      Answer export =
          Answer.to(
              "export", root.toString(), "--car", car.toString(), "--store", store.toString());
      assertThat(export.code()).as(export.err()).isZero();

      JsonNode foreign = read(car, copy);
      assertThat(foreign.get("roots")).hasSize(1);
      assertThat(foreign.get("roots").get(0).asText()).isEqualTo(root.toString());
      assertThat(foreign.get("blocks").get(0).asText()).isEqualTo(root.toString());
      assertThat(foreign.get("missing")).isEmpty();
      assertThat(foreign.get("strangers")).isEmpty();

      String other = folder.resolve("store of " + root).toString();
      Answer imported = Answer.to("import", copy.toString(), "--store", other, "--json");
      assertThat(imported.code()).as(imported.err()).isZero();
      assertThat(imported.out())
          .contains("\"added\":" + foreign.get("blocks").size())
          .contains("\"root\":\"" + root + "\",\"missing\":0,\"missingHistory\":0");
      assertThat(Answer.to("verify", root.toString(), "--store", other).code()).isZero();
    }
  }

  private JsonNode read(Path car, Path copy) throws Exception {
    Shell read =
        Shell.run(
            folder,
            Map.of(),
            List.of(
                "node",
                ENVIRONMENT.resolve("read_car.mjs").toString(),
                car.toString(),
                copy.toString()));
    assertThat(read.code()).as(read.err()).isZero();
    return new ObjectMapper().readTree(read.out());
  }

  /** The packages, installed in {@code target} until {@code mvn clean}. */
  private static void prepare() throws Exception {
    String failure = null;
    Files.createDirectories(ENVIRONMENT);
    for (Path each :
        List.of(PACKAGES.resolve("package.json"), PACKAGES.resolve("package-lock.json"), SCRIPT)) {
      Path copy = ENVIRONMENT.resolve(each.getFileName());
      if (!Files.exists(copy) || Files.mismatch(copy, each) >= 0) {
        Files.deleteIfExists(copy);
        Files.copy(each, copy);
        Files.deleteIfExists(ENVIRONMENT.resolve("installed"));
      }
    }
    if (!Files.exists(ENVIRONMENT.resolve("installed"))) {
      List<String> install = List.of("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline");
      try {
        Shell done = Shell.run(ENVIRONMENT, Map.of(), install);
        failure = done.code() == 0 ? null : install + ": " + done.out() + done.err();
      } catch (IOException e) {
        failure = e.getMessage();
      }
    }
    if (failure != null) {
      String reason = "Cannot set up a foreign CAR reader: " + failure;
      assertThat(System.getenv("CI")).as(reason).isNotEqualTo("true");
      abort(reason);
    }
    Files.writeString(ENVIRONMENT.resolve("installed"), "");
  }
}
