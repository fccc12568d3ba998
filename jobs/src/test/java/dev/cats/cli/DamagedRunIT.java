package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.CarReader;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import dev.cats.job.seismology.BundledFeed;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A store that a run left, damaged afterwards: what verify and the next run say of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamagedRunIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private Path whole;
  private Path feed;
  private JsonNode summary;
  private Path store;

  /** A block and where in which segment it lies. */
  private record Place(Path segment, long offset, Block block) {}

  @BeforeAll
  void run() throws Exception {
    feed = folder.resolve("feed.geojson");
    Files.writeString(
        feed,
        "{\"type\":\"FeatureCollection\",\"features\":["
            + String.join(",", BundledFeed.features().subList(0, 200))
            + "]}");
    whole = folder.resolve("whole");
    Answer answer = Answer.to(command(whole));
    assertThat(answer.code()).as(answer.err()).isZero();
    summary = JSON.readTree(answer.out());
  }

  private String[] command(Path target) {
    return new String[] {
      "run", "seismology", "--json", "--input", feed.toString(), "--store", target.toString()
    };
  }

  @BeforeEach
  void copy() throws IOException {
    store = folder.resolve("copy");
    Files.createDirectories(store);
    Files.copy(whole.resolve("HEAD"), store.resolve("HEAD"));
    Path segments = Files.createDirectory(store.resolve("segments"));
    try (Stream<Path> files = Files.list(whole.resolve("segments"))) {
      for (Path file : files.toList()) {
        Files.copy(file, segments.resolve(file.getFileName()));
      }
    }
  }

  @AfterEach
  void removeTheCopy() throws IOException {
    try (Stream<Path> files = Files.walk(store)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private Answer verify(String... more) {
    return Answer.to(
        Stream.concat(Stream.of("verify", "HEAD", "--store", store.toString()), Stream.of(more))
            .toArray(String[]::new));
  }

  private Place find(Cid cid) throws Exception {
    try (Stream<Path> files = Files.list(store.resolve("segments"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".car")).toList()) {
        try (InputStream in = Files.newInputStream(file);
            CarReader reader = CarReader.open(in)) {
          for (Optional<CarReader.Section> at = reader.next(); at.isPresent(); at = reader.next()) {
            if (at.get().block().cid().equals(cid)) {
              return new Place(file, at.get().dataOffset(), at.get().block());
            }
          }
        }
      }
    }
    throw new AssertionError("no segment holds " + cid);
  }

  private static void flip(Path file, long offset) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(offset);
      int old = bytes.read();
      bytes.seek(offset);
      bytes.write(old ^ 1);
    }
  }

  private Cid dailyLot() throws Exception {
    for (JsonNode output : summary.get("outputs")) {
      if (output.get("step").asText().equals("daily")) {
        return Cid.parse(output.get("data").asText());
      }
    }
    throw new AssertionError("no daily lot");
  }

  @Test
  void oneFlippedBitIsNamedOnAlignedLines() throws Exception {
    Place place = find(dailyLot());
    byte[] bytes = place.block().bytes().toArray();
    bytes[10] ^= 1;
    flip(place.segment(), place.offset() + 10);
    Answer answer = verify();
    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.out())
        .startsWith("WRONG: ")
        .contains(
            String.join(
                System.lineSeparator(),
                "Cannot read block " + place.block().cid() + ": its bytes do not match its hash",
                "  store     folder " + store,
                "  segment   segments/%s, byte %d"
                    .formatted(place.segment().getFileName(), place.offset()),
                "  block     " + place.block().cid(),
                "  expected  " + place.block().cid(),
                "  found     " + Cid.sha256(Cid.RAW, Bytes.wrap(bytes)),
                "  where     segment "));
    Answer json = verify("--json");
    assertThat(json.code()).isEqualTo(1);
    JsonNode problems = JSON.readTree(json.out()).get("problems");
    assertThat(problems).hasSize(1);
    assertThat(problems.get(0).get("kind").asText()).isEqualTo("hash");
    assertThat(problems.get(0).get("cid").asText()).isEqualTo(place.block().cid().toString());
  }

  @Test
  void aSegmentCutInTheMiddleOfABlockIsNamed() throws Exception {
    Place place = find(dailyLot());
    try (RandomAccessFile file = new RandomAccessFile(place.segment().toFile(), "rw")) {
      file.setLength(place.offset() + 7);
    }
    JsonNode report = JSON.readTree(verify("--json").out());
    assertThat(report.get("ok").asBoolean()).isFalse();
    assertThat(report.get("problems").toString())
        .contains("\"kind\":\"truncated\",\"cid\":\"" + place.block().cid())
        .contains("the segment ends in the middle of it");
  }

  @Test
  void damageThatNothingLinksToIsFoundToo() throws Exception {
    Block extra = Block.of(Cid.RAW, Bytes.utf8("nothing names this block"));
    try (CarFolderBlockStore blocks = CarFolderBlockStore.at(store);
        SegmentWriter segment = blocks.newSegment("extra")) {
      segment.append(extra);
      segment.seal();
      blocks.commit("extra");
    }
    assertThat(verify().code()).isZero();
    flip(find(extra.cid()).segment(), find(extra.cid()).offset() + 3);
    Answer answer = verify("--json");
    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.out())
        .contains("{\"kind\":\"hash\",\"cid\":\"" + extra.cid() + "\",\"where\":\"segment extra,");
  }

  @Test
  void aDamagedIndexIsFound() throws Exception {
    Path index = Path.of(find(dailyLot()).segment().toString().replaceFirst("\\.car$", ".idx"));
    flip(index, Files.size(index) / 2);
    Answer answer = verify();
    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.out() + answer.err())
        .contains("its index is damaged", index.getFileName().toString())
        .doesNotContain("\tat ");
  }

  @Test
  void aRunOverADamagedHeadSaysSoAndChangesNothing() throws Exception {
    Place place = find(Cid.parse(summary.get("head").asText()));
    flip(place.segment(), place.offset() + 20);
    Answer answer = Answer.to(command(store));
    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.err())
        .startsWith("cats: Cannot read block " + place.block().cid())
        .contains("./cats verify HEAD")
        .doesNotContain("\tat ");
    assertThat(store.resolve("HEAD")).hasContent(place.block().cid() + "\n");
  }

  @Test
  void aHeadThatIsNoCidIsExplained() throws IOException {
    Files.writeString(store.resolve("HEAD"), "garbage\n");
    for (List<String> command : List.of(List.of("log"), List.of("verify", "HEAD"))) {
      Answer answer =
          Answer.to(
              Stream.concat(command.stream(), Stream.of("--store", store.toString()))
                  .toArray(String[]::new));
      assertThat(answer.code()).isEqualTo(2);
      assertThat(answer.err())
          .startsWith("cats: Cannot read HEAD of folder " + store)
          .doesNotContain("\tat ");
    }
  }

  @Test
  void everyBlockOfAStoreIsShownFromAFile() throws Exception {
    Path blocks = Files.createDirectories(folder.resolve("blocks"));
    int shown = 0;
    try (Stream<Path> files = Files.list(store.resolve("segments"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".car")).toList()) {
        try (InputStream in = Files.newInputStream(file);
            CarReader reader = CarReader.open(in)) {
          for (Optional<CarReader.Section> at = reader.next(); at.isPresent(); at = reader.next()) {
            Block block = at.get().block();
            Path path =
                Files.write(blocks.resolve(block.cid() + ending(block)), block.bytes().toArray());
            Answer answer = Answer.to("show", "--file", path.toString());
            assertThat(answer.code()).as(answer.out()).isZero();
            assertThat(JSON.readTree(answer.out()).get("cid").asText())
                .isEqualTo(block.cid().toString());
            shown++;
          }
        }
      }
    }
    assertThat(shown).isGreaterThan(20);
  }

  private static String ending(Block block) {
    return switch (block.cid().codec()) {
      case Cid.DAG_CBOR -> ".dag-cbor";
      case Cid.DAG_PB -> ".dag-pb";
      default -> ".raw";
    };
  }

  @Test
  void aMapThatDagJsonCannotWriteIsAnErrorAndNoCrash() throws Exception {
    byte[] map = {(byte) 0xa1, 0x61, '/', 0x61, 'a'}; // {"/": "a"}
    Path file = Files.write(folder.resolve("link-like.cbor"), map);
    Answer answer = Answer.to("show", "--file", file.toString());
    assertThat(answer.code()).isEqualTo(1);
    assertThat(JSON.readTree(answer.out()).get("error").asText())
        .startsWith("Cannot write as DAG-JSON: ");
    Block block = Block.of(Cid.DAG_CBOR, Bytes.of(map));
    try (CarFolderBlockStore blocks = CarFolderBlockStore.at(store);
        SegmentWriter segment = blocks.newSegment("link-like")) {
      segment.append(block);
      segment.seal();
      blocks.commit("link-like");
    }
    Answer shown = Answer.to("show", block.cid().toString(), "--store", store.toString());
    assertThat(shown.code()).isEqualTo(1);
    assertThat(shown.err())
        .startsWith("cats: Cannot show " + block.cid() + ": ")
        .doesNotContain("\tat ");
  }
}
