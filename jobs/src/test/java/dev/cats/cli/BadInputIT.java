package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.bom.Manifest;
import dev.cats.cluster.JavaProcess;
import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.content.BlockStore;
import dev.cats.job.seismology.BundledFeed;
import dev.cats.replay.SampleChain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a run says to bad input, and that nothing it refuses costs what an earlier run committed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MALFORMED = "{\"type\":\"Feature\", what is this}";
  private static final String PLAIN = "{\"type\":\"Point\"}";
  private static final int GOOD = 60;

  @TempDir private static Path folder;
  private Path store;
  private Path feed;
  private String missing;
  private String large;
  private JsonNode summary;

  /** One run over a feed with four records that are no quakes between sixty that are. */
  @BeforeAll
  void runOverAFeedWithBadRecords() throws Exception {
    store = folder.resolve("store");
    List<String> features = new ArrayList<>(BundledFeed.features().subList(0, GOOD));
    missing = features.get(3).replaceFirst("\"mag\":[^,]*,", "");
    large = features.get(4).replace("\"title\":\"", "\"title\":\"" + "x".repeat(1_500_000));
    features.add(0, large);
    features.add(20, missing);
    features.add(30, MALFORMED);
    features.add(PLAIN);
    feed = write("feed.geojson", collection(features));
    Answer answer = run(feed);
    assertThat(answer.code()).as(answer.err()).isZero();
    summary = JSON.readTree(answer.out());
  }

  private static String collection(List<String> features) {
    return "{\"type\":\"FeatureCollection\",\"features\":[" + String.join(",\n", features) + "]}";
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private Answer run(Path input, String... more) {
    return runOn(store, input, more);
  }

  private static Answer runOn(Path store, Path input, String... more) {
    List<String> all = new ArrayList<>(List.of("run", "seismology", "--json"));
    all.addAll(List.of("--input", input.toString(), "--store", store.toString()));
    all.addAll(List.of(more));
    return Answer.to(all.toArray(String[]::new));
  }

  private static void assertRefused(Answer answer, int code, String message) {
    assertThat(answer.err()).isEqualTo("cats: " + message + System.lineSeparator());
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.out()).isEmpty();
  }

  /** What an earlier run committed is whole, and HEAD is where that run left it. */
  private void assertNothingIsLost() throws IOException {
    Answer verify = Answer.to("verify", "HEAD", "--store", store.toString());
    assertThat(verify.code()).as(verify.out()).isZero();
  }

  @Test
  void badRecordsAreCounted() throws IOException {
    assertThat(summary.get("events").asInt()).isEqualTo(GOOD + 4);
    assertThat(summary.get("rejected").asInt()).isEqualTo(4);
    Committed committed = Committed.in(store);
    List<Manifest> manifests =
        committed.manifests().stream()
            .filter(manifest -> manifest.run().equals(firstRun(committed)))
            .toList();
    assertThat(manifests.stream().mapToLong(Manifest::rejected).sum()).isEqualTo(4);
    assertThat(Answer.to("log", "--store", store.toString()).out())
        .contains("decode (rejects)", "feed (rejects)");
    assertNothingIsLost();
  }

  private static String firstRun(Committed committed) {
    return committed.manifests().get(committed.manifests().size() - 1).run();
  }

  @Test
  void theOtherRecordsAreProcessed() {
    Map<String, Integer> records = new TreeMap<>();
    summary
        .get("steps")
        .forEach(step -> records.put(step.get("step").asText(), step.get("records").asInt()));
    assertThat(records)
        .containsEntry("feed", GOOD + 3)
        .containsEntry("feed (rejects)", 1)
        .containsEntry("decode", GOOD)
        .containsEntry("decode (rejects)", 3);
    assertThat(records.get("earthquakes") + records.getOrDefault("earthquakes (others)", 0))
        .isEqualTo(GOOD);
  }

  @Test
  void rejectedRecordsAreShownAsTheyCameWithTheReason() throws IOException {
    Map<String, JsonNode> rejects = new TreeMap<>();
    for (JsonNode output : summary.get("outputs")) {
      if (output.get("step").asText().endsWith("(rejects)")) {
        Answer shown = Answer.to("show", output.get("data").asText(), "--store", store.toString());
        for (String line : shown.lines()) {
          JsonNode reject = JSON.readTree(line);
          rejects.put(text(reject), reject);
        }
      }
    }
    assertThat(rejects).hasSize(4);
    assertReject(rejects.get(missing), "decode", "missing-magnitude", "property mag is not there");
    assertReject(rejects.get(PLAIN), "decode", "malformed", "property type of the feature");
    assertReject(rejects.get(MALFORMED), "decode", "malformed", "not JSON at character 19");
    assertReject(
        rejects.get(large.substring(0, 4096)),
        "feed",
        "too-large",
        "Cannot put a record of "
            + (large.length() + 4) // the length in front of it
            + " bytes into a lot: a block holds at most 1048576; store it on its own and pass it by"
            + " CID (the first 4096 bytes are kept here)");
  }

  private static String text(JsonNode reject) {
    String base64 = reject.get("value").get("/").get("bytes").asText();
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  private static void assertReject(JsonNode reject, String step, String rule, String reason) {
    assertThat(reject).isNotNull();
    assertThat(reject.get("step").asText()).isEqualTo(step);
    assertThat(reject.get("rule").asText()).isEqualTo(rule);
    assertThat(reject.get("reason").asText()).startsWith(reason);
  }

  @Test
  void aRejectedRecordIsTracedToItsPlaceInTheFile() throws IOException {
    for (JsonNode output : summary.get("outputs")) {
      if (output.get("step").asText().equals("feed (rejects)")) {
        Answer trace =
            Answer.to(
                "trace", output.get("bom").asText(), "--records", "0", "--store", store.toString());
        assertThat(trace.out()).contains("from file feed.geojson, record 0 ");
      }
    }
  }

  static Stream<List<String>> unreadableInputs() {
    return Stream.of(
        List.of("nowhere.geojson", "", "there is no such file. Check the path"),
        List.of("empty.geojson", "", "it is empty. Expected a GeoJSON FeatureCollection"),
        List.of(
            "text.geojson",
            "hello",
            "expected a GeoJSON FeatureCollection, which starts with '{', found 'h' at byte 0"),
        List.of(
            "array.geojson",
            "[1]",
            "expected a GeoJSON FeatureCollection, which starts with '{', found '[' at byte 0"));
  }

  @ParameterizedTest
  @MethodSource("unreadableInputs")
  void anInputThatIsNoFeedIsRefused(List<String> input) throws IOException {
    Path path = folder.resolve(input.get(0));
    if (!input.get(0).startsWith("nowhere")) {
      Files.writeString(path, input.get(1));
    }
    assertRefused(run(path), 2, "Cannot read feed " + path + ": " + input.get(2));
    assertNothingIsLost();
  }

  @Test
  void anInputThatIsAFolderIsRefused() throws IOException {
    assertRefused(
        run(folder), 2, "Cannot read feed " + folder + ": it is a folder. Name one file in it");
    assertNothingIsLost();
  }

  @Test
  void anInputThatWasCutOffIsRefused() throws IOException {
    String whole = collection(BundledFeed.features().subList(0, 10));
    Path cut = write("cut.geojson", whole.substring(0, whole.length() / 2));
    Answer answer = run(cut);
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err())
        .startsWith("cats: Cannot read feed " + cut + ": it ends at byte " + whole.length() / 2)
        .endsWith("Fetch the file again" + System.lineSeparator())
        .hasLineCount(1);
    assertNothingIsLost();
  }

  @Test
  void anInputOfAnotherWorldIsRefused() {
    Answer answer = runOn(store, Path.of("x"), "--input", "gopher://x");
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err()).startsWith("cats: ").doesNotContain("\tat ");
  }

  @Test
  void aStoreThatIsAFileIsRefused() throws IOException {
    Path file = write("file", "no store");
    assertRefused(
        runOn(file, feed),
        2,
        "Cannot use folder " + file + ": it is a file, not a folder. Choose another store");
    assertThat(file).hasContent("no store");
  }

  @Test
  void aStoreThatCannotBeMadeIsRefused() {
    org.assertj.core.api.Assumptions.assumeThat(Path.of("/proc")).exists();
    assertRefused(
        runOn(Path.of("/proc/cats"), feed),
        2,
        "Cannot create folder /proc/cats: there is no such file or folder. Choose another store");
  }

  @Test
  void aStoreWithoutANameIsRefused() {
    Answer answer = Answer.to("demo", "--store", "");
    assertRefused(
        answer,
        2,
        "Invalid --store: expected a folder or a URI, found nothing"
            + System.lineSeparator()
            + "Try: --store cats-data");
  }

  @Test
  void aStoreThatAnotherRunWritesToIsRefused() throws IOException {
    try (CarFolderBlockStore taken = CarFolderBlockStore.at(store);
        BlockStore.Lock lock = taken.lock("run of initiative usgs-seismology")) {
      assertThat(lock).isNotNull();
      Answer answer = run(feed);
      assertThat(answer.code()).isEqualTo(2);
      assertThat(answer.err())
          .contains("run of initiative usgs-seismology (process ")
          .contains("Wait for that run to end, or give this one another store with --store.")
          .doesNotContain("\tat ");
      assertNothingIsLost(); // readers need no lock
    }
  }

  @Test
  void aStoreOfAnotherInitiativeIsRefused() throws IOException {
    Path other = folder.resolve("letters");
    try (CarFolderBlockStore letters = CarFolderBlockStore.at(other)) {
      new SampleChain().commitTo(letters);
    }
    assertRefused(
        runOn(other, feed),
        2,
        "Cannot run usgs-seismology on folder %s: it holds the chain of initiative letters%n"
                .formatted(other)
            + "Give this one a store of its own with --store DIR.");
    assertThat(Answer.to("verify", "HEAD", "--store", other.toString()).code()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          cats.lot.records=0     | Invalid cats.lot.records: expected 1 or more, found 0
          cats.lot.records=many  | Invalid cats.lot.records: expected a whole number, 1 or more, found many
          cats.lot.bytes=2mb     | Invalid cats.lot.bytes: expected 1 byte to 1 MiB, found 2097152 bytes
          cats.lot.bytes=big     | Invalid cats.lot.bytes: expected a size up to 1mb, such as 512kb, found big
          cats.lot.scope=foo     | Invalid cats.lot.scope: expected step or exchange, found foo
          cats.lot.max-age=-1s   | Invalid cats.lot.max-age: expected a duration such as 500ms, or 0, found -1s
          cats.lot.record=5      | Invalid -D cats.lot.record: there is no such setting
          cats.store=/elsewhere  | Invalid -D cats.store: the store is an argument of its own
          nonsense               | Value for option option '-D' (KEY=VALUE) should be in KEY=VALUE format but was nonsense
          parallelism.default=x  | Invalid parallelism.default: found x
          """)
  void aSettingThatCannotBeIsRefused(String setting, String message) throws IOException {
    Answer answer = run(feed, "-D", setting);
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err()).startsWith("cats: " + message).doesNotContain("\tat ");
    assertThat(answer.out()).isEmpty();
    assertNothingIsLost();
  }

  @Test
  void anInitiativeThatDoesNotExistIsRefused() {
    Answer answer = Answer.to("run", "weather", "--input", feed.toString());
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err()).contains("seismology", "weather").doesNotContain("\tat ");
  }

  @Test
  void aRunThatWasKilledIsFollowedByOneThatGoesOn() throws Exception {
    Path killed = folder.resolve("killed");
    assertThat(runOn(killed, feed).code()).isZero();
    Committed before = Committed.in(killed);
    List<String> command = new ArrayList<>(JavaProcess.opens());
    command.addAll(List.of("-Xmx512m", "-cp", JavaProcess.classPath(), Cats.class.getName()));
    command.addAll(List.of("demo", "--store", killed.toString(), "-D", "cats.lot.records=1"));
    command.addAll(List.of("-D", "execution.checkpointing.interval=1h"));
    command.addAll(List.of("-D", "execution.checkpointing.min-pause=1h"));
    try (JavaProcess process = JavaProcess.start("run", folder, command);
        CarFolderBlockStore reading = CarFolderBlockStore.at(killed)) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(90))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> isWriting(killed) || !process.isAlive());
      process.kill();
      assertThat(reading.head()).contains(before.manifests().get(0).cid());
    }
    Answer again = runOn(killed, feed);
    assertThat(again.code()).as(again.err()).isZero();
    Committed after = Committed.in(killed);
    assertThat(after.manifests()).hasSizeGreaterThan(before.manifests().size());
    assertThat(after.manifests())
        .extracting(Manifest::cid)
        .endsWith(
            before.manifests().stream().map(Manifest::cid).toArray(dev.cats.content.Cid[]::new));
    Answer verify = Answer.to("verify", "HEAD", "--store", killed.toString());
    assertThat(verify.code()).as(verify.out()).isZero();
  }

  /** Whether a run has a segment open. */
  private static boolean isWriting(Path store) throws IOException {
    Path staged = store.resolve("staged");
    if (!Files.isDirectory(staged)) {
      return false;
    }
    try (Stream<Path> files = Files.list(staged)) {
      return files.anyMatch(file -> file.toString().endsWith(".part"));
    }
  }
}
