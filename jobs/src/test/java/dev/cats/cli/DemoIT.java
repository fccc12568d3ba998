package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.bom.Document;
import dev.cats.content.Cid;
import dev.cats.job.seismology.SampleFeed;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the demo promises, seen from outside: its answers, and the store that it leaves. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private Path store;
  private Answer demo;
  private JsonNode summary;
  private Committed committed;
  private String feed;
  private JsonNode oracle;

  @BeforeAll
  void runTheDemo() throws Exception {
    store = folder.resolve("cats-data");
    demo = Answer.to("demo", "--json", "--store", store.toString());
    assertThat(demo.code()).as(demo.err()).isZero();
    summary = JSON.readTree(demo.out());
    committed = Committed.in(store);
    try (InputStream in = SampleFeed.class.getResourceAsStream("/data/" + SampleFeed.NAME)) {
      feed = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    oracle = JSON.readTree(getClass().getResource("/oracle/seismology.json"));
  }

  private Answer ask(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--store", store.toString()));
    return Answer.to(all.toArray(String[]::new));
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static List<JsonNode> parsed(List<String> lines) throws Exception {
    List<JsonNode> parsed = new ArrayList<>();
    for (String line : lines) {
      parsed.add(JSON.readTree(line));
    }
    return parsed;
  }

  @Test
  void theSummaryIsOneObjectOfTheAgreedShape() {
    assertThat(demo.lines()).hasSize(1);
    assertThat(names(summary))
        .containsExactly("initiative", "head", "events", "rejected", "seconds", "steps", "outputs");
    assertThat(summary.get("steps"))
        .allSatisfy(
            step ->
                assertThat(names(step))
                    .containsExactly("step", "records", "lots", "boms", "bytes"));
    assertThat(summary.get("outputs"))
        .allSatisfy(output -> assertThat(names(output)).containsExactly("step", "bom", "data"));
    assertThat(summary.get("initiative").asText()).isEqualTo("usgs-seismology");
    assertThat(summary.get("head").asText())
        .isEqualTo(committed.manifests().get(0).cid().toString());
    assertThat(summary.get("seconds").isDouble()).isTrue();
  }

  @Test
  void everyNumberIsTheFeeds() {
    assertThat(summary.get("events").asInt()).isEqualTo(1707);
    assertThat(summary.get("rejected").asInt()).isZero();
    Map<String, Integer> records = new TreeMap<>();
    summary
        .get("steps")
        .forEach(step -> records.put(step.get("step").asText(), step.get("records").asInt()));
    assertThat(records)
        .containsEntry("feed", 1707)
        .containsEntry("decode", 1707)
        .containsEntry("earthquakes", 1679)
        .containsEntry("earthquakes (others)", 28)
        .containsEntry("b-value", oracle.get("networks").size())
        .hasSize(6);
    int days = 0;
    for (JsonNode network : oracle.get("networks")) {
      days += network.get("days").size();
    }
    assertThat(records).containsEntry("daily", days);
  }

  @Test
  void theSummaryAddsUpToWhatTheStoreHolds() {
    for (JsonNode step : summary.get("steps")) {
      List<Committed.Entry> entries =
          committed.entries().stream()
              .filter(entry -> entry.step().equals(step.get("step").asText()))
              .toList();
      assertThat(step.get("boms").asInt()).isEqualTo(entries.size());
      Map<Cid, Long> bytes = new TreeMap<>();
      entries.forEach(
          entry -> bytes.put(entry.bom().output().data(), entry.bom().output().bytes()));
      assertThat(step.get("lots").asInt()).isEqualTo(bytes.size());
      assertThat(step.get("bytes").asLong())
          .isEqualTo(bytes.values().stream().mapToLong(Long::longValue).sum());
    }
  }

  @Test
  void everyNetworkHasTheCountsOfTheFeed() throws Exception {
    Map<String, Integer> decoded = new TreeMap<>();
    for (JsonNode quake : parsed(committed.records("decode"))) {
      decoded.merge(quake.get("network").asText(), 1, Integer::sum);
    }
    Map<String, Integer> inFeed = new TreeMap<>();
    JSON.readTree(feed)
        .get("features")
        .forEach(
            feature ->
                inFeed.merge(feature.get("properties").get("net").asText(), 1, Integer::sum));
    assertThat(decoded).isEqualTo(inFeed).hasSize(12);

    JsonNode networks = oracle.get("networks");
    Map<String, Map<String, Integer>> days = new TreeMap<>();
    for (JsonNode daily : parsed(committed.records("daily"))) {
      String day = LocalDate.ofEpochDay(daily.get("day").asLong()).toString();
      days.computeIfAbsent(daily.get("network").asText(), network -> new TreeMap<>())
          .put(day, daily.get("count").asInt());
    }
    assertThat(days.keySet()).isEqualTo(new TreeSet<>(names(networks)));
    days.forEach(
        (network, counts) -> {
          JsonNode expected = networks.get(network);
          Map<String, Integer> expectedCounts = new TreeMap<>();
          expected
              .get("days")
              .fields()
              .forEachRemaining(
                  day -> expectedCounts.put(day.getKey(), day.getValue().get("count").asInt()));
          assertThat(counts).as(network).isEqualTo(expectedCounts);
          assertThat(counts.values().stream().mapToInt(Integer::intValue).sum())
              .as(network)
              .isEqualTo(expected.get("events").asInt());
        });

    Set<String> seen = new TreeSet<>();
    for (JsonNode result : parsed(committed.records("b-value"))) {
      String network = result.get("network").asText();
      assertThat(result.get("events").asInt())
          .isEqualTo(networks.get(network).get("events").asInt());
      assertThat(result.get("bValue").isNull()).isEqualTo(networks.get(network).get("b").isNull());
      assertThat(seen.add(network)).isTrue();
    }
    assertThat(seen).hasSize(networks.size());
  }

  @Test
  void everyOutputRecordIsTracedToTextOfTheFeed() throws Exception {
    int traced = 0;
    for (JsonNode output : summary.get("outputs")) {
      String bom = output.get("bom").asText();
      String step = output.get("step").asText();
      List<JsonNode> records = parsed(ask("show", output.get("data").asText()).lines());
      for (int i = 0; i < records.size(); i++) {
        Answer answer = ask("trace", bom, "--records", Integer.toString(i), "--json");
        assertThat(answer.code()).as(answer.err()).isZero();
        List<JsonNode> behind = parsed(answer.lines());
        assertThat(behind.get(0).get("record")).isEqualTo(records.get(i));
        List<String> source =
            behind.stream()
                .filter(each -> each.get("step").asText().equals("feed"))
                .map(each -> each.get("record").asText())
                .toList();
        assertThat(source).hasSize(contributors(step, records.get(i)));
        assertThat(source).allSatisfy(text -> assertThat(feed.contains(text)).isTrue());
        if (step.equals("b-value") || step.equals("daily")) {
          String network = "\"net\":\"" + records.get(i).get("network").asText() + "\"";
          assertThat(source).allMatch(text -> text.contains(network));
        }
        traced++;
      }
    }
    assertThat(traced).isEqualTo(28 + 78 + 12);
  }

  private static int contributors(String step, JsonNode record) {
    return switch (step) {
      case "daily" -> record.get("count").asInt();
      case "b-value" -> record.get("events").asInt();
      default -> 1;
    };
  }

  @Test
  void everyOutputBomHasATreeDownToTheFile() throws Exception {
    for (JsonNode output : summary.get("outputs")) {
      Answer answer = ask("trace", output.get("bom").asText(), "--json");
      assertThat(answer.code()).isZero();
      JsonNode tree = JSON.readTree(answer.out());
      assertThat(tree.get("partial").asBoolean()).isFalse();
      List<JsonNode> leaves =
          StreamSupport.stream(tree.get("boms").spliterator(), false)
              .filter(bom -> bom.get("links").isEmpty())
              .toList();
      assertThat(leaves).isNotEmpty();
      assertThat(leaves)
          .allSatisfy(
              leaf -> {
                assertThat(leaf.get("step").asText()).isEqualTo("feed");
                assertThat(leaf.get("origins").toString()).contains(SampleFeed.NAME);
              });
      assertThat(ask("trace", output.get("data").asText()).out()).contains(SampleFeed.NAME);
    }
  }

  @Test
  void verifyFindsNothingWrong() throws Exception {
    JsonNode report = JSON.readTree(ask("verify", "HEAD", "--json").out());
    assertThat(names(report)).containsExactly("ok", "blocks", "boms", "manifests", "problems");
    assertThat(report.get("ok").asBoolean()).isTrue();
    assertThat(report.get("problems")).isEmpty();
    assertThat(report.get("boms").asInt()).isEqualTo(committed.entries().size());
    assertThat(report.get("manifests").asInt()).isEqualTo(committed.manifests().size());
    Answer text = ask("verify", "HEAD");
    assertThat(text.code()).isZero();
    assertThat(text.out()).startsWith("ok: ");
  }

  @Test
  void logListsWhatWasCommitted() throws Exception {
    List<JsonNode> manifests = parsed(ask("log", "--json").lines());
    assertThat(manifests).hasSameSizeAs(committed.manifests());
    assertThat(manifests.get(0).get("manifest")).isEqualTo(summary.get("head"));
    assertThat(manifests)
        .allMatch(manifest -> manifest.get("signature").asText().equals("valid"))
        .allMatch(manifest -> manifest.get("rejected").asInt() == 0);
    assertThat(ask("log").out())
        .startsWith("usgs-seismology, HEAD " + summary.get("head").asText());
  }

  @Test
  void everyKindOfDocumentIsShown() throws Exception {
    Committed.Entry entry = committed.entries().get(0);
    Map<String, Cid> kinds = new TreeMap<>();
    kinds.put("cats/manifest/1", committed.manifests().get(0).cid());
    kinds.put("cats/bom/1", entry.bom().cid());
    kinds.put("cats/order/1", entry.bom().order());
    kinds.put("cats/function/1", entry.order().steps().get(0).function());
    kinds.put("cats/structure/1", entry.order().structure());
    for (Map.Entry<String, Cid> kind : kinds.entrySet()) {
      assertThat(Document.isDocument(kind.getValue())).isTrue();
      Answer json = ask("show", kind.getValue().toString(), "--json");
      assertThat(json.lines()).hasSize(1);
      assertThat(names(JSON.readTree(json.out()))).containsExactly(kind.getKey());
      Answer text = ask("show", kind.getValue().toString());
      assertThat(text.code()).isZero();
      assertThat(JSON.readTree(text.out())).isEqualTo(JSON.readTree(json.out()));
    }
  }
}
