package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.bom.Order;
import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.CarIndex;
import dev.cats.content.Cid;
import dev.cats.job.seismology.BundledFeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What runs over one feed have in common: always their records, and on request every CID. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RepeatIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EXCHANGE = "cats.lot.scope=exchange";

  @TempDir private static Path folder;
  private Committed usual;

  @BeforeAll
  void runOnce() throws IOException {
    usual = demo("usual");
    assertThat(usual.records("feed")).hasSize(1707);
  }

  private Committed demo(String store, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("demo"));
    arguments.addAll(List.of(more));
    return run(store, arguments);
  }

  private Committed run(String store, List<String> arguments) throws IOException {
    Path path = folder.resolve(store);
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("--json", "--store", path.toString()));
    Answer answer = Answer.to(all.toArray(String[]::new));
    assertThat(answer.code()).as(answer.err()).isZero();
    Answer verify = Answer.to("verify", "HEAD", "--store", path.toString());
    assertThat(verify.code()).as(verify.out()).isZero();
    return Committed.in(path);
  }

  @Test
  void everyStepHoldsTheSameRecordsAgain() throws IOException {
    assertThat(demo("again").records()).isEqualTo(usual.records());
  }

  @Test
  void aRepeatableRunHasTheSameCidsToTheLastOne() throws IOException {
    Committed one = demo("repeatable-1", "--repeatable");
    Committed two = demo("repeatable-2", "--repeatable");
    assertThat(one.manifests()).hasSize(1);
    assertThat(two.cids()).isEqualTo(one.cids());
    assertThat(one.records()).isEqualTo(usual.records());
  }

  @Test
  void aRepeatableRunPerExchangeToo() throws Exception {
    Committed one = demo("exchange-1", "--repeatable", "-D", EXCHANGE);
    Committed two = demo("exchange-2", "--repeatable", "-D", EXCHANGE);
    assertThat(two.cids()).isEqualTo(one.cids());
    assertThat(one.records("daily")).isEqualTo(usual.records("daily"));
    assertThat(one.records("b-value")).isEqualTo(usual.records("b-value"));
  }

  @Test
  void perExchangeThereAreFewerBomsWhoseOrdersNameAllFunctions() throws Exception {
    Committed exchange = demo("exchange", "-D", EXCHANGE);
    assertThat(exchange.entries()).hasSizeLessThan(usual.entries().size());
    SortedMap<String, List<String>> records = exchange.records();
    assertThat(records.get("daily")).isEqualTo(usual.records("daily"));
    assertThat(records.get("b-value")).isEqualTo(usual.records("b-value"));

    String chained = "feed > decode > earthquakes";
    assertThat(records.keySet())
        .contains(chained, "daily", "b-value")
        .doesNotContain("feed", "decode", "earthquakes");
    assertThat(records.get(chained)).isEqualTo(usual.records("earthquakes"));
    assertThat(records.get(chained + " (others)")).isEqualTo(usual.records("earthquakes (others)"));
    for (Committed.Entry entry : exchange.entries()) {
      if (entry.step().startsWith(chained)) {
        assertThat(entry.order().steps())
            .extracting(Order.Step::name)
            .containsExactly("feed", "decode", "earthquakes");
        assertThat(entry.order().steps()).extracting(Order.Step::function).doesNotHaveDuplicates();
        assertThat(entry.bom().inputs().origins()).isNotEmpty();
      }
    }
    Committed.Entry daily =
        exchange.entries().stream()
            .filter(entry -> entry.step().equals("daily"))
            .findFirst()
            .orElseThrow();
    Answer trace =
        Answer.to(
            "trace",
            daily.bom().cid().toString(),
            "--records",
            "0",
            "--json",
            "--store",
            folder.resolve("exchange").toString());
    assertThat(trace.code()).as(trace.err()).isZero();
    List<String> lines = trace.lines();
    int count = JSON.readTree(lines.get(0)).get("record").get("count").asInt();
    assertThat(lines).hasSize(1 + count);
    for (String line : lines.subList(1, lines.size())) {
      JsonNode source = JSON.readTree(line);
      assertThat(source.get("step").asText()).isEqualTo(chained);
      assertThat(source.get("origins")).isNotEmpty();
    }
  }

  @Test
  void theOrderOfTheFeedChangesNoResult() throws IOException {
    List<String> reversed = BundledFeed.features();
    Collections.reverse(reversed);
    List<String> shuffled = BundledFeed.features();
    Collections.shuffle(shuffled, new Random(7));
    Map<String, List<String>> orders = Map.of("reversed", reversed, "shuffled", shuffled);
    for (Map.Entry<String, List<String>> order : orders.entrySet()) {
      Path feed =
          Files.writeString(
              folder.resolve(order.getKey() + ".geojson"),
              "{\"type\":\"FeatureCollection\",\"features\":["
                  + String.join(",\n", order.getValue())
                  + "]}");
      Committed other =
          run(order.getKey(), List.of("run", "seismology", "--input", feed.toString()));
      assertThat(other.records()).as(order.getKey()).isEqualTo(usual.records());
    }
  }

  /**
   * What pruning drops is not lost to anybody who has its sources: it is made again to the last
   * bit.
   */
  @Test
  void whatWasPrunedIsMadeAgainFromTheSameSources() throws Exception {
    Committed before = demo("pruned", "--repeatable");
    Path other =
        Files.writeString(
            folder.resolve("other.geojson"),
            "{\"type\":\"FeatureCollection\",\"features\":["
                + String.join(",\n", BundledFeed.features().subList(0, 200))
                + "]}");
    run("pruned", List.of("run", "seismology", "--repeatable", "--input", other.toString()));
    Path store = folder.resolve("pruned");
    Answer prune = Answer.to("prune", "--keep", "1", "--store", store.toString());
    assertThat(prune.code()).as(prune.err()).isZero();

    Set<Cid> dropped = dropped(store);
    assertThat(dropped)
        .containsAll(before.entries().stream().map(entry -> entry.bom().cid()).toList());
    demo("made-again", "--repeatable");
    try (BlockStore again = CarFolderBlockStore.at(folder.resolve("made-again"))) {
      for (Cid cid : dropped) {
        assertThat(again.get(cid)).as("made again: %s", cid).isPresent();
      }
    }
  }

  /** The blocks that a folder has no more, as the indexes say that pruning left. */
  private static Set<Cid> dropped(Path store) throws Exception {
    Set<Cid> dropped = new HashSet<>();
    try (BlockStore blocks = CarFolderBlockStore.at(store);
        Stream<Path> files = Files.list(store.resolve("pruned"))) {
      for (Path file : files.toList()) {
        for (CarIndex.Entry entry : CarIndex.decode(Bytes.of(Files.readAllBytes(file))).entries()) {
          if (!blocks.has(entry.cid())) {
            dropped.add(entry.cid());
          }
        }
      }
    }
    return dropped;
  }

  @Test
  void theHelpSaysHow() {
    assertThat(Answer.to("run", "--help").out()).contains("--repeatable", "to the last one");
    assertThat(Answer.to("demo", "--help").out()).contains("--repeatable", "to the last one");
  }
}
