package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.bom.Lineage;
import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.content.MemoryBlockStore;
import dev.cats.lineage.Documents;
import dev.cats.replay.SampleChain;
import dev.cats.transfer.RecordFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Histories and records, from one store to another. */
class FetchCommandIT {
  private static final String MEMORY = "fetch";

  private final SampleChain chain = new SampleChain();

  @TempDir private Path folder;
  private Path theirs;
  private Path ours;

  @BeforeEach
  void commit() throws IOException {
    theirs = folder.resolve("theirs");
    ours = folder.resolve("ours");
    try (CarFolderBlockStore blocks = CarFolderBlockStore.at(theirs)) {
      chain.commitTo(blocks);
    }
  }

  @AfterEach
  void forgetTheStore() {
    MemoryBlockStore.forget(MEMORY);
  }

  private Answer fetch(Object... arguments) {
    List<String> all = new ArrayList<>(List.of("fetch"));
    for (Object each : arguments) {
      all.add(each.toString());
    }
    all.addAll(List.of("--from", theirs.toString(), "--store", ours.toString()));
    return Answer.to(all.toArray(String[]::new));
  }

  private Answer verify(String target) {
    return Answer.to("verify", target, "--store", ours.toString());
  }

  @Test
  void aWholeStoreIsCopied() {
    Answer fetch = fetch("HEAD", "--head");
    assertThat(fetch.code()).as(fetch.err()).isZero();
    assertThat(fetch.out())
        .startsWith(
            "%s: 2 manifests, 6 BOMs, 5 lots in %d blocks; %2$d new with 0.0 MB, "
                .formatted(chain.head(), chain.blocks().size()))
        .contains("Next: ./cats verify HEAD --store " + ours);
    assertThat(verify("HEAD").out()).startsWith("ok: 2 manifests, 6 BOMs");
    assertThat(fetch("HEAD", "--head", "--json").out())
        .startsWith("{\"root\":\"" + chain.head() + "\",\"from\":\"folder " + theirs + "\",")
        .contains("\"added\":0,\"addedBytes\":0,\"segments\":0,");
  }

  @Test
  void aBomComesWithItsHistoryAndWhatIsHereIsNotFetchedAgain() {
    Answer some = fetch(chain.daily.cid(), "--no-history", "--json");
    assertThat(some.code()).as(some.err()).isZero();
    assertThat(some.out()).contains("\"boms\":1,\"lots\":1,\"added\":5,", "\"cut\":2,");
    assertThat(verify(chain.daily.cid().toString()).code()).isEqualTo(1);

    Answer rest = fetch(chain.daily.cid(), "--json");
    assertThat(rest.code()).as(rest.err()).isZero();
    assertThat(rest.out()).contains("\"boms\":5,", "\"cut\":0,").doesNotContain("\"added\":0");
    assertThat(verify(chain.daily.cid().toString()).out()).startsWith("ok: 0 manifests, 5 BOMs");
    assertThat(ours.resolve("HEAD")).doesNotExist();
  }

  @Test
  void theOtherStoreMayBeOfAnyKind() throws IOException {
    chain.commitTo(MemoryBlockStore.named(MEMORY));
    Answer fetch =
        Answer.to("fetch", "HEAD", "--from", "memory:" + MEMORY, "--store", ours.toString());
    assertThat(fetch.code()).as(fetch.err()).isZero();
    assertThat(verify(chain.head().toString()).code()).isZero();

    Answer nobody = Answer.to("fetch", "HEAD", "--from", "carrier:pigeon");
    assertThat(nobody.code()).isEqualTo(2);
    assertThat(nobody.err()).contains("Cannot open store carrier:pigeon: expected one of");
  }

  @Test
  void whatIsMissingThereIsSaid() throws IOException {
    theirs = folder.resolve("less");
    try (CarFolderBlockStore blocks = CarFolderBlockStore.at(theirs)) {
      chain.commitTo(blocks, chain.feedA.output().data());
    }
    Answer fetch = fetch("HEAD");
    assertThat(fetch.code()).isEqualTo(1);
    assertThat(fetch.out())
        .contains("INCOMPLETE: 1 block missing")
        .contains(chain.feedA.output().data() + "  lot named by " + chain.feedA.cid());
    Answer unknown = fetch(SampleChain.lot("unknown").cid());
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("folder " + theirs + " does not hold it");
  }

  @Test
  void aDamagedBlockIsNeverPassedOn() throws IOException {
    Path segment = theirs.resolve("segments/checkpoint-1.car");
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length - 1] ^= 1;
    Files.write(segment, bytes);
    Answer fetch = fetch("HEAD");
    assertThat(fetch.code()).isEqualTo(1);
    assertThat(fetch.err()).contains("Cannot read block " + chain.first.cid());
  }

  @Test
  void recordsAreThoseThatShowShows() {
    Answer shown =
        Answer.to("show", chain.decodeA.output().data().toString(), "--store", theirs.toString());
    Answer bom = fetch(chain.decodeA.cid(), "--records", "jsonl");
    assertThat(bom.code()).as(bom.err()).isZero();
    assertThat(bom.out()).isEqualTo(shown.out());
    assertThat(bom.err()).isEqualTo("3 records\n");
    assertThat(fetch(chain.decodeA.output().data(), "--records", "JSONL").out())
        .isEqualTo(shown.out());
    assertThat(fetch(chain.decodeA.cid(), "--records", "csv").out()).isEqualTo("text\na\nb\nc\n");
    assertThat(ours).doesNotExist();
  }

  @Test
  void allThatAStepMadeComesOldestFirst() throws IOException {
    Path file = folder.resolve("feed.csv");
    Answer all = fetch("HEAD", "--records", "csv", "--step", "feed", "--out", file);
    assertThat(all.code()).as(all.err()).isZero();
    assertThat(all.out()).isEqualTo(file + ": 6 records\n");
    assertThat(file).hasContent("text\na\nb\nX\nc\nd\ne\n");
    assertThat(fetch("HEAD", "--records", "csv", "--step", "feed", "--out", file).err())
        .contains("there is such a file already");
    assertThat(fetch("HEAD", "--records", "jsonl", "--step", "feed", "--no-history").lines())
        .containsExactly("{\"text\":\"d\"}", "{\"text\":\"e\"}");

    Answer which = fetch("HEAD", "--records", "csv");
    assertThat(which.code()).isEqualTo(2);
    assertThat(which.err())
        .contains("of which step?", "Choose one with --step: daily, decode, feed");
    assertThat(fetch("HEAD", "--records", "csv", "--step", "weekly").err())
        .contains("Cannot write the records of step weekly: HEAD has none");
  }

  @Test
  void avroFilesAreReadByAvro() throws IOException {
    Path file = folder.resolve("feed.avro");
    Answer all = fetch("HEAD", "--records", "avro", "--step", "feed", "--out", file, "--json");
    assertThat(all.code()).as(all.err()).isZero();
    assertThat(all.out()).contains("\"records\":6}");
    List<String> texts = new ArrayList<>();
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(file.toFile(), new GenericDatumReader<>())) {
      assertThat(reader.getSchema()).isEqualTo(SampleChain.SCHEMA);
      reader.forEach(record -> texts.add(record.get("text").toString()));
    }
    assertThat(texts).containsExactly("a", "b", "X", "c", "d", "e");
    assertThat(fetch(chain.feedA.cid(), "--records", "avro").err()).contains("--out records.avro");
  }

  @Test
  void cellsAreQuotedWhereTheyMustBe() throws IOException {
    SampleChain odd = new SampleChain();
    var bom =
        odd.bom(
            odd.order("odd", Optional.empty()),
            odd.feedA.inputs(),
            new Lineage.Whole(),
            "a,b",
            "say \"no\"",
            "two\nlines",
            "",
            " around ",
            "é");
    MemoryBlockStore store = odd.commitTo(MemoryBlockStore.named(MEMORY));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (RecordFile file = new RecordFile(RecordFile.Format.CSV, out)) {
      file.add(bom.output().data(), new Documents(store).lot(bom));
      assertThat(file.records()).isEqualTo(6);
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("text\n\"a,b\"\n\"say \"\"no\"\"\"\n\"two\nlines\"\n\"\"\n\" around \"\né\n");
  }

  @Test
  void wrongQuestionsAreExplained() {
    assertThat(Answer.to("fetch", "HEAD").err()).contains("Cannot fetch HEAD: from where?");
    assertThat(fetch("HEAD", "--out", "x").err()).contains("without --records");
    assertThat(fetch("HEAD", "--records", "csv", "--head").err()).contains("adds no blocks");
    assertThat(fetch("HEAD", "--records", "xml").err()).contains("--records");
    assertThat(fetch(chain.structure.cid(), "--records", "csv").err())
        .contains("expected a manifest, a BOM or a lot, found cats/structure/1");
    assertThat(fetch(chain.file.cid(), "--records", "csv").err())
        .contains("Cannot read records of " + chain.file.cid());
    theirs = folder.resolve("nowhere");
    Answer nowhere = fetch("HEAD");
    assertThat(nowhere.code()).isEqualTo(2);
    assertThat(nowhere.err()).contains("there is no such folder");
  }

  @Test
  void aStoreThatIsNotThereIsNotMadeByAFetchThatFails() {
    theirs = folder.resolve("nowhere");
    fetch("HEAD");
    assertThat(ours).doesNotExist();
    assertThat(theirs).doesNotExist();
  }
}
