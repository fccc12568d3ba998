package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.CarReader;
import dev.cats.content.CarWriter;
import dev.cats.content.Cid;
import dev.cats.replay.SampleChain;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Histories in archives: out of one store, into another. */
class ExportImportIT {
  private final SampleChain chain = new SampleChain();

  @TempDir private Path folder;
  private Path store;
  private Path other;
  private Path car;

  @BeforeEach
  void commit() throws IOException {
    store = folder.resolve("store");
    other = folder.resolve("other");
    car = folder.resolve("history.car");
    try (CarFolderBlockStore blocks = CarFolderBlockStore.at(store)) {
      chain.commitTo(blocks);
    }
  }

  private Answer export(String root, String... options) {
    List<String> all = new ArrayList<>(List.of("export", root, "--car", car.toString()));
    all.addAll(List.of("--store", store.toString()));
    all.addAll(List.of(options));
    return Answer.to(all.toArray(String[]::new));
  }

  private Answer read(String... options) {
    List<String> all = new ArrayList<>(List.of("import", car.toString()));
    all.addAll(List.of("--store", other.toString()));
    all.addAll(List.of(options));
    return Answer.to(all.toArray(String[]::new));
  }

  private List<Path> segments(Path of) throws IOException {
    if (!Files.exists(of.resolve("segments"))) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(of.resolve("segments"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void aWholeStoreGoesThroughOneFile() throws Exception {
    Answer export = export("HEAD");
    assertThat(export.code()).as(export.err()).isZero();
    assertThat(export.out())
        .startsWith(car + ": 2 manifests, 6 BOMs, 5 lots; " + chain.blocks().size() + " blocks in ")
        .contains("./cats import history.car", "./cats verify " + chain.head());
    assertThat(export.err()).isEmpty();
    try (CarReader reader = CarReader.open(Files.newInputStream(car))) {
      assertThat(reader.roots()).containsExactly(chain.head());
      assertThat(reader.next().orElseThrow().block()).isEqualTo(chain.second.block());
    }

    Answer read = read("--head");
    assertThat(read.code()).as(read.err()).isZero();
    assertThat(read.out())
        .startsWith(
            car
                + ": %d blocks checked, %1$d new with 0.0 MB, in 1 segment, "
                    .formatted(chain.blocks().size()))
        .contains("root " + chain.head() + ": all that is behind it is here")
        .contains("HEAD " + chain.head(), "Next: ./cats verify HEAD --store " + other);
    Answer verify = Answer.to("verify", "HEAD", "--store", other.toString());
    assertThat(verify.code()).isZero();
    assertThat(verify.out()).startsWith("ok: 2 manifests, 6 BOMs, 12 records in 5 lots; ");
  }

  @Test
  void toImportAgainChangesNothing() throws Exception {
    export("HEAD");
    read("--head");
    List<Path> before = segments(other);
    Answer again = read("--head", "--json");
    assertThat(again.code()).isZero();
    assertThat(again.out())
        .contains("\"added\":0,\"addedBytes\":0,\"segments\":0,\"head\":\"" + chain.head() + "\"");
    assertThat(segments(other)).isEqualTo(before);
    assertThat(other.resolve("staged")).isEmptyDirectory();
  }

  @Test
  void aPartOfAHistoryIsAPartAndSaysSo() {
    Answer export = export(chain.daily.cid().toString(), "--no-history");
    assertThat(export.code()).as(export.err()).isZero();
    assertThat(export.out())
        .contains("0 manifests, 1 BOM, 1 lot; ")
        .contains("Left out, as asked: what is further back (2 places where history goes on)");

    Answer read = read();
    assertThat(read.code()).as(read.err()).isZero();
    assertThat(read.out())
        .contains("Earlier history is missing: 2 BOMs or manifests that what is here stands on")
        .contains(chain.decodeA.cid() + "  input BOM named by " + chain.daily.cid());

    export(chain.daily.cid().toString(), "--depth", "1", "--overwrite");
    assertThat(read("--json").out()).contains("\"missing\":0,\"missingHistory\":2,");
    export(chain.daily.cid().toString(), "--depth", "2", "--overwrite");
    assertThat(read("--json").out()).contains("\"missing\":0,\"missingHistory\":0,");
  }

  @Test
  void aManifestMovesHeadForwardsOnly() {
    export(chain.first.cid().toString());
    assertThat(read("--head").code()).isZero();
    export("HEAD", "--overwrite");
    assertThat(read("--head").code()).isZero();
    export(chain.first.cid().toString(), "--overwrite");
    Answer back = read("--head");
    assertThat(back.code()).isEqualTo(2);
    assertThat(back.err())
        .contains("Cannot make " + chain.first.cid() + " the HEAD of folder " + other)
        .contains("it does not go on from HEAD " + chain.head());
    export(chain.daily.cid().toString(), "--overwrite");
    assertThat(read("--head").err()).contains("expected a manifest document, found cats/bom/1");
  }

  @Test
  void aWrongByteIsRefusedWithBlockPlaceAndBothHashesAndNothingIsAdded() throws Exception {
    export("HEAD");
    byte[] bytes = Files.readAllBytes(car);
    long start;
    Block broken;
    try (CarReader reader = CarReader.open(Files.newInputStream(car))) {
      reader.next();
      start = reader.position();
      broken = reader.next().orElseThrow().block();
      bytes[(int) reader.position() - 1] ^= 1;
    }
    Files.write(car, bytes);
    Answer read = read();
    assertThat(read.code()).isEqualTo(1);
    assertThat(read.err())
        .startsWith(
            "cats: Cannot import %s: Invalid CAR at byte %d: expected block %s, found bytes of baf"
                .formatted(car, start, broken.cid()))
        .contains("Nothing of it was added.")
        .doesNotContain("\tat ");
    assertThat(segments(other)).isEmpty();
  }

  @Test
  void cutShortAnywhereItIsRefusedOrFoundIncomplete() throws Exception {
    export("HEAD");
    byte[] bytes = Files.readAllBytes(car);
    Random random = new Random(4);
    for (int i = 0; i < 60; i++) {
      int size = random.nextInt(bytes.length);
      Files.write(car, Arrays.copyOf(bytes, size));
      other = folder.resolve("cut-" + i);
      assertThat(read().code()).as("cut to %d of %d bytes", size, bytes.length).isEqualTo(1);
    }
    Files.write(car, Arrays.copyOf(bytes, bytes.length - 1));
    other = folder.resolve("cut");
    assertThat(read().err())
        .containsPattern("expected \\d+ bytes of the section of block baf\\w+, found \\d+ and the");
    assertThat(segments(other)).isEmpty();
  }

  @Test
  void cutBetweenTwoBlocksItIsFoundIncomplete() throws Exception {
    export("HEAD");
    byte[] bytes = Files.readAllBytes(car);
    List<Integer> ends = new ArrayList<>();
    try (CarReader reader = CarReader.open(Files.newInputStream(car))) {
      do {
        ends.add((int) reader.position());
      } while (reader.next().isPresent());
    }
    for (int end : ends.subList(0, ends.size() - 2)) {
      Files.write(car, Arrays.copyOf(bytes, end));
      other = folder.resolve("cut-" + end);
      Answer read = read();
      assertThat(read.code() == 1 || read.out().contains("Earlier history is missing"))
          .as("cut after %d of %d bytes: %s", end, bytes.length, read.out())
          .isTrue();
    }
  }

  /** The codec in a CID is covered by no hash: then the block that is named is not there. */
  @Test
  void anyFlippedBitIsFound() throws Exception {
    export("HEAD");
    byte[] bytes = Files.readAllBytes(car);
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      int bit = random.nextInt(8 * bytes.length);
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(car, flipped);
      other = folder.resolve("flipped-" + i);
      Answer read = read();
      assertThat(read.code()).as("bit %d: %s%s", bit, read.out(), read.err()).isEqualTo(1);
    }
  }

  @Test
  void aStoreThatLacksBlocksIsExportedWithAWarning() throws Exception {
    store = folder.resolve("less");
    try (CarFolderBlockStore blocks = CarFolderBlockStore.at(store)) {
      chain.commitTo(blocks, chain.feedA.output().data(), chain.decodeA.cid());
    }
    Answer export = export("HEAD");
    assertThat(export.code()).isEqualTo(1);
    assertThat(export.out())
        .contains("INCOMPLETE: 2 blocks missing")
        .contains(chain.feedA.output().data() + "  lot named by " + chain.feedA.cid())
        .contains(chain.decodeA.cid() + "  BOM named by " + chain.first.cid());
    assertThat(car).exists();
    Answer read = read();
    assertThat(read.code()).isEqualTo(1);
    assertThat(read.out()).contains("INCOMPLETE: 2 blocks missing");
  }

  @Test
  void aDamagedStoreGivesNoFile() throws Exception {
    Path segment = store.resolve("segments/checkpoint-1.car");
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length - 1] ^= 1;
    Files.write(segment, bytes);
    Answer export = export("HEAD");
    assertThat(export.code()).isEqualTo(1);
    assertThat(export.err()).contains("segment", "expected", "found");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(store);
    }
  }

  @Test
  void theOtherWaysToAskWronglyAreExplained() throws Exception {
    assertThat(export("HEAD", "--depth", "1", "--no-history").err())
        .contains("Cannot export with both --depth and --no-history.");
    assertThat(export("HEAD", "--depth", "-1").err()).contains("Invalid --depth");
    Cid unknown = SampleChain.lot("unknown").cid();
    assertThat(export(unknown.toString()).err())
        .contains("Cannot export " + unknown + ": folder " + store + " does not hold it");
    Files.writeString(car, "mine");
    Answer export = export("HEAD");
    assertThat(export.code()).isEqualTo(2);
    assertThat(export.err()).contains("there is such a file already", "--overwrite");
    assertThat(car).hasContent("mine");
    Answer noCar = read();
    assertThat(noCar.code()).isEqualTo(1);
    assertThat(noCar.err()).contains("Cannot import " + car + ": Invalid CAR at byte 0");
    car = folder.resolve("no/such.car");
    assertThat(export("HEAD").err()).contains("there is no folder " + folder.resolve("no"));
    Answer missing = read();
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("there is no such file");
    assertThat(other.resolve("HEAD")).doesNotExist();
  }

  @Test
  void aStoreInUseIsNotAddedTo() throws Exception {
    export("HEAD");
    try (BlockStore busy = CarFolderBlockStore.at(other);
        BlockStore.Lock lock = busy.lock("run of letters")) {
      assertThat(lock).isNotNull();
      Answer read = read();
      assertThat(read.code()).isEqualTo(2);
      assertThat(read.err()).contains("it is in use by run of letters");
    }
  }

  @Test
  void anArchiveWithoutRootsIsTakenToo() throws Exception {
    try (OutputStream out = Files.newOutputStream(car);
        CarWriter writer = new CarWriter(out, List.of())) {
      writer.append(chain.file);
      writer.append(chain.file);
    }
    Answer read = read();
    assertThat(read.code()).as(read.err()).isZero();
    assertThat(read.out()).contains("2 blocks checked, 1 new");
    try (CarFolderBlockStore blocks = CarFolderBlockStore.at(other)) {
      assertThat(blocks.get(chain.file.cid())).isEqualTo(Optional.of(chain.file));
    }
    assertThat(read("--head").err()).contains("it has 0 roots");
  }
}
