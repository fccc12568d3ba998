package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.CorruptBlockException;
import dev.cats.content.SegmentWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Segments that a folder lets go of, and what it remembers of them. */
class PrunedFolderIT {
  private static final Block ONE = Block.of(Cid.RAW, Bytes.utf8("one"));
  private static final Block TWO = Block.of(Cid.RAW, Bytes.utf8("two"));
  private static final Block BOTH = Block.of(Cid.DAG_CBOR, Bytes.fromHex("a0"));
  private static final Block NEVER = Block.of(Cid.RAW, Bytes.utf8("never"));

  @TempDir Path folder;
  private CarFolderBlockStore store;

  @BeforeEach
  void write() throws IOException {
    store = CarFolderBlockStore.at(folder);
    write("one", ONE, BOTH);
    write("two", TWO, BOTH);
  }

  private void write(String name, Block... blocks) throws IOException {
    try (SegmentWriter segment = store.newSegment(name)) {
      for (Block block : blocks) {
        segment.append(block);
      }
      segment.seal();
    }
    store.commit(name);
  }

  private List<String> files(String of) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(of))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aSegmentSaysWhatItHoldsAndTakes() throws IOException {
    assertThat(store.segment("one").blocks()).containsExactlyInAnyOrder(ONE.cid(), BOTH.cid());
    assertThat(store.segment("one").bytes())
        .isEqualTo(Files.size(folder.resolve("segments/one.car")));
  }

  @Test
  void whatWasDroppedIsPrunedUnlessAnotherSegmentHoldsIt() throws IOException {
    CarFolderBlockStore reader = CarFolderBlockStore.at(folder);
    assertThat(reader.get(ONE.cid())).contains(ONE);
    assertThat(store.wasPruned(ONE.cid())).isFalse();
    store.drop("one");
    store.drop("one");
    for (CarFolderBlockStore each : List.of(store, CarFolderBlockStore.at(folder), reader)) {
      assertThat(each.get(ONE.cid())).isEmpty();
      assertThat(each.get(BOTH.cid())).contains(BOTH);
      assertThat(each.wasPruned(ONE.cid())).isTrue();
      assertThat(each.wasPruned(BOTH.cid())).isFalse();
      assertThat(each.wasPruned(TWO.cid())).isFalse();
      assertThat(each.wasPruned(NEVER.cid())).isFalse();
    }
    assertThat(files("segments")).containsExactly("two.car", "two.idx");
    assertThat(files("pruned")).containsExactly("one.idx");
    assertThat(store.inspect()).isEmpty();
  }

  @Test
  void whatComesBackIsNotPrunedAnyMore() throws IOException {
    store.drop("one");
    write("three", ONE);
    assertThat(store.wasPruned(ONE.cid())).isFalse();
    assertThat(store.get(ONE.cid())).contains(ONE);
    store.drop("three");
    assertThat(store.wasPruned(ONE.cid())).isTrue();
  }

  @Test
  void aDropThatWasInterruptedIsEndedByTheNextOne() throws IOException {
    Files.createDirectory(folder.resolve("pruned"));
    Files.move(folder.resolve("segments/one.idx"), folder.resolve("pruned/one.idx"));
    CarFolderBlockStore after = CarFolderBlockStore.at(folder);
    assertThat(after.get(ONE.cid())).isEmpty();
    assertThat(after.wasPruned(ONE.cid())).isTrue();
    assertThat(after.get(BOTH.cid())).contains(BOTH);
    assertThat(files("segments")).contains("one.car");
    after.tidy();
    assertThat(files("segments")).containsExactly("two.car", "two.idx");
    assertThat(after.wasPruned(ONE.cid())).isTrue();
  }

  /** Its job commits it again after a crash: then it is there, and stays. */
  @Test
  void aSegmentThatIsCommittedAgainInTheMiddleIsThere() throws IOException {
    Files.createDirectory(folder.resolve("pruned"));
    Files.move(folder.resolve("segments/one.idx"), folder.resolve("pruned/one.idx"));
    store = CarFolderBlockStore.at(folder);
    store.commit("one");
    store.tidy();
    assertThat(store.get(ONE.cid())).contains(ONE);
    assertThat(store.wasPruned(ONE.cid())).isFalse();
  }

  @Test
  void aCommitThatWasInterruptedIsNotTakenForADrop() throws IOException {
    Files.move(folder.resolve("segments/one.idx"), folder.resolve("staged/one.idx"));
    store = CarFolderBlockStore.at(folder);
    store.drop("two");
    store.tidy();
    store.commit("one");
    assertThat(store.get(ONE.cid())).contains(ONE);
  }

  @Test
  void whatIsRememberedIsMerged() throws IOException {
    for (int i = 0; i < 20; i++) {
      write("more-" + i, Block.of(Cid.RAW, Bytes.utf8("more " + i)));
    }
    for (int i = 0; i < 20; i++) {
      store.drop("more-" + i);
    }
    store.drop("one");
    assertThat(files("pruned")).hasSize(21);
    store.tidy();
    assertThat(files("pruned")).hasSize(1).allMatch(name -> name.startsWith("merged-"));
    for (CarFolderBlockStore each : List.of(store, CarFolderBlockStore.at(folder))) {
      assertThat(each.wasPruned(ONE.cid())).isTrue();
      assertThat(each.wasPruned(BOTH.cid())).isFalse();
      for (int i = 0; i < 20; i++) {
        assertThat(each.wasPruned(Cid.sha256(Cid.RAW, Bytes.utf8("more " + i)))).isTrue();
      }
    }
  }

  @Test
  void aDamagedMemoryIsSaidAndItsBlocksCountAsMissing() throws IOException {
    store.drop("one");
    Path tombstone = folder.resolve("pruned/one.idx");
    for (long bit = 3; bit < 8 * Files.size(tombstone); bit += 61) {
      flip(tombstone, bit);
      CarFolderBlockStore fresh = CarFolderBlockStore.at(folder);
      assertThat(fresh.wasPruned(ONE.cid())).isFalse();
      assertThat(fresh.get(TWO.cid())).contains(TWO);
      assertThat(fresh.inspect())
          .singleElement()
          .extracting(CorruptBlockException::getMessage)
          .asString()
          .contains("Cannot read which blocks were pruned: pruned/one.idx is damaged.");
      flip(tombstone, bit);
    }
    assertThat(CarFolderBlockStore.at(folder).wasPruned(ONE.cid())).isTrue();
  }

  private static void flip(Path path, long bit) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(bit / 8);
      int was = file.read();
      file.seek(bit / 8);
      file.write(was ^ 1 << bit % 8);
    }
  }

  @Test
  void theOldestKeptManifestIsOneLine() throws IOException {
    assertThat(store.keptFrom()).isEmpty();
    store.keepFrom(BOTH.cid());
    assertThat(folder.resolve("KEPT")).hasContent(BOTH.cid() + "\n");
    assertThat(CarFolderBlockStore.at(folder).keptFrom()).contains(BOTH.cid());
  }
}
