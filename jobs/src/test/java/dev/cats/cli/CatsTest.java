package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.bom.Bom;
import dev.cats.bom.Inputs;
import dev.cats.bom.Lineage;
import dev.cats.bom.Run;
import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.MemoryBlockStore;
import dev.cats.replay.SampleChain;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands over a store in memory: what they print, and with which exit code they end. */
class CatsTest {
  private static final String STORE = "cli";
  private static final Cid UNKNOWN = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("nothing"));

  private final SampleChain chain = new SampleChain();

  @BeforeEach
  void commit() throws IOException {
    chain.commitTo(MemoryBlockStore.named(STORE));
  }

  @AfterEach
  void forgetTheStore() {
    MemoryBlockStore.forget(STORE);
  }

  private static Answer ask(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--store", "memory:" + STORE));
    return Answer.to(all.toArray(String[]::new));
  }

  @Test
  void ofALongTracebackTheEndIsShown() {
    String frames = "  File \"f.py\", line 1, in f\n    g()\n".repeat(20);
    String message =
        "Step s failed on lot 1: ValueError: no\n  first record: {}\nTraceback (most recent call last):\n"
            + frames
            + "ValueError: no";
    assertThat(Failures.onScreen(message).lines())
        .hasSize(12)
        .startsWith("Step s failed on lot 1: ValueError: no", "  first record: {}")
        .contains("  … 33 lines, which the log has")
        .endsWith("    g()", "ValueError: no");
  }

  @Test
  void verifyCountsWhatItChecked() {
    Answer answer = ask("verify", "HEAD");
    assertThat(answer.code()).isZero();
    assertThat(answer.out())
        .startsWith("ok: 2 manifests, 6 BOMs, 12 records in 5 lots; " + chain.blocks().size());
    assertThat(answer.err()).isEmpty();
  }

  @Test
  void verifyInJsonHasTheAgreedFieldsAndNoMore() {
    Answer answer = ask("verify", "HEAD", "--json");
    assertThat(answer.code()).isZero();
    assertThat(answer.out().strip())
        .isEqualTo(
            "{\"ok\":true,\"blocks\":%d,\"boms\":6,\"manifests\":2,\"problems\":[]}"
                .formatted(chain.blocks().size()));
  }

  @Test
  void verifyNamesTheFirstProblemAndListsAllInJson() throws IOException {
    MemoryBlockStore.forget(STORE);
    Cid lot = chain.daily.output().data();
    chain.commitTo(MemoryBlockStore.named(STORE), lot, chain.feedA.cid());

    Answer text = ask("verify", "HEAD");
    assertThat(text.code()).isEqualTo(1);
    assertThat(text.out())
        .startsWith("WRONG: 2 manifests")
        .contains("Cannot find block " + lot)
        .contains("where     lot named by " + chain.daily.cid())
        .contains("1 problem more: ./cats verify HEAD --store memory:cli --json");

    Answer json = ask("verify", "HEAD", "--json");
    assertThat(json.code()).isEqualTo(1);
    assertThat(json.lines()).hasSize(1);
    assertThat(json.out())
        .startsWith("{\"ok\":false,")
        .contains("{\"kind\":\"missing\",\"cid\":\"" + lot + "\",\"where\":\"lot named by ")
        .contains("{\"kind\":\"missing\",\"cid\":\"" + chain.feedA.cid() + "\"");
  }

  @Test
  void verifyOfAnUnknownCidFindsItMissing() {
    Answer answer = ask("verify", UNKNOWN.toString());
    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.out()).contains("Cannot find block " + UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"show", "trace"})
  void anUnknownCidIsTheAskersMistake(String command) {
    Answer answer = ask(command, UNKNOWN.toString());
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err())
        .startsWith("cats: Cannot " + command + " " + UNKNOWN + ": ")
        .contains("./cats log --store memory:cli")
        .doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"show", "trace", "verify"})
  void aStringThatIsNoCidIsExplained(String command) {
    for (String text : List.of("nonsense", "bafy", "", "../etc", "HEAD~1", "Qm")) {
      Answer answer = ask(command, text);
      assertThat(answer.code()).as(text).isEqualTo(2);
      assertThat(answer.err())
          .as(text)
          .startsWith("cats: Cannot " + command + " " + text + ": ")
          .contains("Expected a CID, which `./cats log --store memory:cli` prints, or HEAD.")
          .doesNotContain("\tat ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"log", "show HEAD", "trace HEAD", "verify HEAD"})
  void anEmptyStoreHasNoHead(String command) {
    MemoryBlockStore.forget(STORE);
    Answer answer = ask(command.split(" "));
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err())
        .contains("has no manifest yet")
        .contains("./cats demo --store memory:cli");
  }

  @ParameterizedTest
  @ValueSource(strings = {"log", "show HEAD", "trace HEAD", "verify HEAD"})
  void aMissingStoreIsNotMade(String command) {
    List<String> all = new ArrayList<>(List.of(command.split(" ")));
    all.addAll(List.of("--store", "no/such/folder"));
    Answer answer = Answer.to(all.toArray(String[]::new));
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err())
        .isEqualTo(
            "cats: Cannot open store no/such/folder: there is no such folder%n".formatted()
                + "Name another with --store DIR, or make one: ./cats demo --store no/such/folder%n"
                    .formatted());
  }

  @Test
  void aStoreOfAnUnknownKindIsRefused() {
    Answer answer = Answer.to("log", "--store", "gopher://x");
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err())
        .startsWith("cats: Cannot open store gopher://x")
        .doesNotContain("\tat ");
  }

  @Test
  void logListsManifestsNewestFirst() {
    Answer text = ask("log");
    assertThat(text.code()).isZero();
    assertThat(text.out())
        .startsWith("letters, HEAD " + chain.head())
        .containsSubsequence(
            "checkpoint 2",
            "daily",
            "checkpoint 1",
            "decode (rejects)",
            "newest " + chain.rejects.cid())
        .doesNotContain("WRONG SIGNATURE");

    Answer json = ask("log", "--json");
    assertThat(json.lines()).hasSize(2);
    assertThat(json.lines().get(1))
        .startsWith("{\"manifest\":\"" + chain.first.cid() + "\",\"initiative\":\"letters\"")
        .contains("\"previous\":null", "\"rejected\":1", "\"signature\":\"valid\"")
        .contains("{\"step\":\"decode\",\"boms\":1,\"records\":3,");
  }

  @Test
  void logStopsAtItsLimitAndSaysSo() {
    Answer answer = ask("log", "--limit", "1");
    assertThat(answer.out())
        .contains("checkpoint 2")
        .doesNotContain("checkpoint 1 ")
        .contains("There are more");
    assertThat(ask("log", "--limit", "1", "--json").lines()).hasSize(1);
    assertThat(ask("log", "--limit", "0").code()).isEqualTo(2);
  }

  @Test
  void showPrintsADocumentForPeopleAndForPrograms() {
    Answer json = ask("show", chain.daily.cid().toString(), "--json");
    assertThat(json.code()).isZero();
    assertThat(json.lines()).hasSize(1);
    assertThat(json.out()).startsWith("{\"cats/bom/1\":{");
    Answer text = ask("show", chain.daily.cid().toString());
    assertThat(text.lines().size()).isGreaterThan(10);
    assertThat(text.out().replaceAll("\\s", "")).isEqualTo(json.out().strip());
    assertThat(ask("show", "HEAD", "--json").out()).startsWith("{\"cats/manifest/1\":{");
  }

  @Test
  void showPrintsALotAsALinePerRecord() {
    assertThat(ask("show", chain.decodeA.output().data().toString()).lines())
        .containsExactly("{\"text\":\"a\"}", "{\"text\":\"b\"}", "{\"text\":\"c\"}");
  }

  @Test
  void showPrintsOtherRawBlocksAsTextOrBytes() {
    assertThat(ask("show", chain.file.cid().toString()).out()).isEqualTo("a\nb\nX\nc\nd\ne\n");
    assertThat(ask("show", chain.file.cid().toString(), "--json").out().strip())
        .isEqualTo("{\"/\":{\"bytes\":\"YQpiClgKYwpkCmUK\"}}");
  }

  @Test
  void showWantsOneThing() {
    assertThat(ask("show").code()).isEqualTo(2);
    assertThat(ask("show", "HEAD", "--file", "x").code()).isEqualTo(2);
  }

  @Test
  void traceIsATreeDownToTheSourceRecords() {
    Answer answer = ask("trace", chain.daily.cid().toString());
    assertThat(answer.code()).isZero();
    assertThat(answer.lines())
        .containsExactly(
            "daily  2 records  " + chain.daily.cid(),
            "├─ decode  3 records  " + chain.decodeA.cid(),
            "│  └─ feed  4 records  " + chain.feedA.cid(),
            "│     └─ file letters.txt, records 0 to 3  " + chain.file.cid(),
            "└─ decode  2 records  " + chain.decodeB.cid(),
            "   └─ feed  2 records  " + chain.feedB.cid(),
            "      └─ file letters.txt, records 4 to 5  " + chain.file.cid());
  }

  @Test
  void traceRefersBackToABomItHasShown() throws IOException {
    Bom join =
        chain.bom(
            chain.order("join", Optional.empty()),
            new Inputs(
                List.of(chain.decodeA.cid(), chain.rejects.cid()),
                List.of(new Run(0, 0, 1), new Run(1, 0, 1)),
                List.of(),
                List.of()),
            new Lineage.Whole(),
            "aX");
    chain.withHead(chain.manifest("run-1", 3, Optional.of(chain.second.cid()), 0, List.of(join)));
    MemoryBlockStore.forget(STORE);
    commit();
    assertThat(ask("trace", join.cid().toString()).lines())
        .containsExactly(
            "join  1 record  " + join.cid(),
            "├─ decode  1 of 3 records  " + chain.decodeA.cid(),
            "│  └─ feed  4 records  " + chain.feedA.cid(),
            "│     └─ file letters.txt, records 0 to 3  " + chain.file.cid(),
            "└─ decode (rejects)  1 record  " + chain.rejects.cid(),
            "   └─ feed  4 records  " + chain.feedA.cid() + "  (see above)");
  }

  @Test
  void traceOfALotFindsItsBom() {
    Cid lot = chain.daily.output().data();
    assertThat(ask("trace", lot.toString()).out())
        .isEqualTo(ask("trace", chain.daily.cid().toString()).out());
    Answer equalLots = ask("trace", chain.decodeB.output().data().toString());
    assertThat(equalLots.code()).isZero();
    assertThat(equalLots.err()).startsWith("2 BOMs delivered equal lots");
  }

  @Test
  void traceOfRecordsPrintsThemStepByStep() {
    Answer json = ask("trace", chain.daily.cid().toString(), "--records", "1", "--json");
    assertThat(json.code()).isZero();
    assertThat(json.lines()).hasSize(5);
    assertThat(json.lines().get(0))
        .startsWith("{\"distance\":0,\"step\":\"daily\"")
        .contains("\"index\":1,\"record\":{\"text\":\"be\"},\"origins\":[]");
    assertThat(json.lines().get(4))
        .startsWith("{\"distance\":2,\"step\":\"feed\"")
        .contains("\"record\":{\"text\":\"e\"}")
        .contains("\"name\":\"letters.txt\"", "\"first\":5,\"count\":1");
    assertThat(ask("trace", chain.daily.cid().toString(), "--records", "1").out())
        .containsSubsequence(
            "daily  " + chain.daily.cid(),
            "[1] {\"text\":\"be\"}",
            "decode  ",
            "[1] {\"text\":\"b\"}",
            "feed  ",
            "from file letters.txt, record 1",
            "5 records in all, 2 records of a source");
  }

  @Test
  void traceSaysWhenItIsPartial() {
    Answer answer = ask("trace", chain.daily.cid().toString(), "--depth", "1");
    assertThat(answer.code()).isZero();
    assertThat(answer.out()).contains("This is partial").contains("--depth 2");
    assertThat(ask("trace", chain.daily.cid().toString(), "--depth", "1", "--json").out())
        .contains("\"partial\":true");
  }

  @Test
  void traceOfAManifestIsThatOfItsResult() {
    Answer head = ask("trace", "HEAD");
    assertThat(head.code()).as(head.err()).isZero();
    assertThat(head.out()).isEqualTo(ask("trace", chain.daily.cid().toString()).out());
  }

  @Test
  void traceRefusesWhatHasNoHistory() {
    assertThat(ask("trace", chain.structure.cid().toString()).err())
        .contains("expected a BOM or a lot, found cats/structure/1");
    assertThat(ask("trace", chain.file.cid().toString()).err())
        .contains("no committed BOM delivered it");
    Answer beyond = ask("trace", chain.daily.cid().toString(), "--records", "2");
    assertThat(beyond.code()).isEqualTo(2);
    assertThat(beyond.err())
        .contains("its lot has 2 records, numbered from 0")
        .contains("--records 1");
  }

  @Test
  void aMissingBlockOnTheWayIsNamedWithoutAStackTrace() throws IOException {
    MemoryBlockStore.forget(STORE);
    BlockStore less = chain.commitTo(MemoryBlockStore.named(STORE), chain.decodeB.cid());
    assertThat(less.has(chain.decodeB.cid())).isFalse();
    Answer answer = ask("trace", chain.daily.cid().toString());
    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.err())
        .startsWith("cats: Cannot find block " + chain.decodeB.cid())
        .doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "log", "show", "trace", "verify", "produce", "up", "down", "doctor"})
  void helpTeachesByExample(String command) {
    Answer answer = command.isEmpty() ? Answer.to("--help") : Answer.to(command, "--help");
    assertThat(answer.code()).isZero();
    assertThat(answer.out()).contains("Examples:").contains("./cats " + command);
    assertThat(answer.lines()).allMatch(line -> line.length() <= 120).hasSizeLessThan(50);
  }

  @Test
  void aCommandOrOptionThatDoesNotExistIsUsage() {
    assertThat(Answer.to().code()).isEqualTo(2);
    assertThat(Answer.to("frobnicate").code()).isEqualTo(2);
    Answer option = ask("log", "--colour");
    assertThat(option.code()).isEqualTo(2);
    assertThat(option.err()).startsWith("cats: Unknown option: '--colour'");
    assertThat(Answer.to("verify").err()).contains("CID|HEAD").contains("./cats verify --help");
  }

  @Test
  void servicesAreAskedForByTheirNames() {
    Answer unknown = Answer.to("up", "kafak");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err())
        .startsWith("cats: Invalid service: expected kafka, kubo or ray, found kafak");
    assertThat(Answer.to("down", "x").code()).isEqualTo(2);
    Answer port = Answer.to("up", "--port", "9192");
    assertThat(port.code()).isEqualTo(2);
    assertThat(port.err()).contains("expected one service with it").contains("./cats up kafka");
    assertThat(Answer.to("up", "kafka", "--port", "70000").err())
        .startsWith("cats: Invalid port: expected 1 to 65535, found 70000");
    Answer bucket = Answer.to("up", "kafka", "--store", "s3://bucket/cats");
    assertThat(bucket.code()).isEqualTo(2);
    assertThat(bucket.err())
        .startsWith("cats: Cannot keep services in store s3://bucket/cats: it is not a folder");
  }
}
