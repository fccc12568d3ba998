package dev.cats.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.bom.Bom;
import dev.cats.bom.LotReader;
import dev.cats.bom.Manifest;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import dev.cats.replay.IntegrityCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pipeline that the README shows, as it stands there. */
class GreenhouseIT {
  @TempDir private Path folder;

  @Test
  void theReadmeShowsThisVeryPipeline() throws Exception {
    Path root = Path.of(System.getProperty("cats.root"));
    String readme = Files.readString(root.resolve("README.md"));
    String source =
        Files.readString(root.resolve("jobs/src/test/java/dev/cats/example/Greenhouse.java"));
    String shown = readme.substring(readme.indexOf("```java\n") + 8);
    assertThat(shown.substring(0, shown.indexOf("```")))
        .isEqualTo(source.substring(source.indexOf("/** The mean")));
  }

  @Test
  void itRunsAndItsRejectsAreCounted() throws Exception {
    Path input =
        Files.writeString(
            folder.resolve("readings.jsonl"),
            """
            {"sensor":"north","celsius":20.5}
            {"sensor":"north","celsius":21.5}
            {"sensor":"south","celsius":30}
            {"sensor":"south","celsius":451}
            {"sensor":"south"
            """);
    Path store = folder.resolve("store");
    Greenhouse.main(new String[] {input.toString(), store.toString()});

    List<String> means = new ArrayList<>();
    long rejected = 0;
    try (BlockStore blocks = BlockStores.open(store.toUri())) {
      Documents documents = new Documents(blocks);
      Chain chain = Chain.ofHead(documents);
      for (Optional<Manifest> at = chain.next(); at.isPresent(); at = chain.next()) {
        rejected += at.get().rejected();
        for (Cid cid : documents.boms(at.get())) {
          Bom bom = documents.bom(cid, "committed");
          if (Documents.label(documents.order(bom)).equals("mean")) {
            LotReader lot = LotReader.of(blocks.get(bom.output().data()).orElseThrow());
            for (int i = 0; i < lot.records(); i++) {
              means.add(lot.json(i));
            }
          }
        }
      }
      Cid head = blocks.head().orElseThrow();
      assertThat(IntegrityCheck.run(blocks, head, (b, n, problems) -> {}).problems()).isEmpty();
    }
    assertThat(rejected).isEqualTo(2);
    assertThat(means)
        .containsExactlyInAnyOrder(
            "{\"sensor\":\"north\",\"readings\":2,\"celsius\":21.0}",
            "{\"sensor\":\"south\",\"readings\":1,\"celsius\":30.0}");
  }
}
