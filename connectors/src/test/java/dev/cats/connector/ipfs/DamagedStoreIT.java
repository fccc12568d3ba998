package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a damaged store says, and that it never gives anything in place of a block. */
class DamagedStoreIT {
  private static final Block FIRST = Block.of(Cid.RAW, Bytes.utf8("the first block"));
  private static final Block SECOND = Block.of(Cid.RAW, Bytes.utf8("the second block"));
  private static final Block ELSEWHERE = Block.of(Cid.DAG_CBOR, Bytes.fromHex("a0"));

  /** Header 18, frame 1 + 36, block 15, frame 1 + 36: the second block begins at byte 107. */
  private static final int SECOND_AT = 18 + 37 + 15 + 37;

  @TempDir Path folder;
  private CarFolderBlockStore store;
  private Path car;
  private Path index;

  @BeforeEach
  void write() throws IOException {
    store = CarFolderBlockStore.at(folder);
    write("one", FIRST, SECOND);
    write("two", ELSEWHERE);
    store.commit("one");
    store.commit("two");
    car = folder.resolve("segments/one.car");
    index = folder.resolve("segments/one.idx");
  }

  @Test
  void aFlippedBitIsNamedWithBothHashes() throws IOException {
    flip(car, SECOND_AT);

    assertThat(store.get(FIRST.cid())).contains(FIRST);
    assertThatExceptionOfType(CorruptBlockException.class)
        .isThrownBy(() -> store.get(SECOND.cid()))
        .withMessage(
            """
            Cannot read block %s: its bytes do not match its hash
              store     folder %s
              segment   segments/one.car, byte 107
              block     %s
              expected  %s
              found     %s"""
                .formatted(
                    SECOND.cid(),
                    folder,
                    SECOND.cid(),
                    SECOND.cid(),
                    Cid.sha256(Cid.RAW, Bytes.utf8("uhe second block"))))
        .satisfies(
            e -> {
              assertThat(e.kind()).isEqualTo(CorruptBlockException.Kind.HASH);
              assertThat(e.segment()).isEqualTo("one");
              assertThat(e.cid()).isEqualTo(SECOND.cid());
            });
    assertThat(store.inspect())
        .singleElement()
        .satisfies(e -> assertThat(e.cid()).isEqualTo(SECOND.cid()));
  }

  @Test
  void aSegmentCutInTheMiddleOfABlockSaysWhereItEnds() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(car.toFile(), "rw")) {
      file.setLength(SECOND_AT + 7);
    }

    assertThat(store.get(FIRST.cid())).contains(FIRST);
    assertThatExceptionOfType(CorruptBlockException.class)
        .isThrownBy(() -> store.get(SECOND.cid()))
        .withMessage(
            """
            Cannot read block %s: the segment ends in the middle of it
              store     folder %s
              segment   segments/one.car, byte 107
              block     %s
              expected  %s, 16 bytes
              found     %s, 7 bytes, then the end of the file"""
                .formatted(
                    SECOND.cid(),
                    folder,
                    SECOND.cid(),
                    SECOND.cid(),
                    Cid.sha256(Cid.RAW, Bytes.utf8("the sec"))))
        .satisfies(e -> assertThat(e.kind()).isEqualTo(CorruptBlockException.Kind.TRUNCATED));
  }

  @Test
  void aSegmentCutAtAnyByteGivesWholeBlocksOrSaysSo() throws IOException {
    for (int size = SECOND_AT + SECOND.bytes().size() - 1; size >= 0; size--) {
      try (RandomAccessFile file = new RandomAccessFile(car.toFile(), "rw")) {
        file.setLength(size);
      }
      if (size >= 18 + 37 + 15) {
        assertThat(store.get(FIRST.cid())).contains(FIRST);
      } else {
        assertThatExceptionOfType(CorruptBlockException.class)
            .isThrownBy(() -> store.get(FIRST.cid()));
      }
      assertThatExceptionOfType(CorruptBlockException.class)
          .isThrownBy(() -> store.get(SECOND.cid()));
    }
  }

  @Test
  void everyFlippedBitOfABlockOrItsFrameIsNoticed() throws IOException {
    for (int at = 18; at < SECOND_AT + SECOND.bytes().size(); at++) {
      flip(car, at);
      assertThat(store.inspect()).as("byte %d", at).hasSize(1);
      flip(car, at);
    }
    assertThat(store.inspect()).isEmpty();
  }

  @Test
  void aDamagedFrameIsShown() throws IOException {
    flip(car, 19);
    assertThatExceptionOfType(CorruptBlockException.class)
        .isThrownBy(() -> store.get(FIRST.cid()))
        .withMessageContaining("the frame in front of it is damaged\n")
        .withMessageContaining("\n  expected  frame 3301551220")
        .withMessageContaining("\n  found     frame 3300551220");
  }

  @Test
  void aDamagedIndexIsNamedAndRebuiltFromTheArchive() throws IOException {
    flip(index, 30);
    CarFolderBlockStore fresh = CarFolderBlockStore.at(folder);

    assertThat(fresh.get(ELSEWHERE.cid())).contains(ELSEWHERE);
    assertThatExceptionOfType(CorruptBlockException.class)
        .isThrownBy(() -> fresh.get(FIRST.cid()))
        .withMessageStartingWith(
            "Cannot look for block %s in segment one: its index is damaged. The archive beside it may be whole: delete the index and commit the segment again\n"
                .formatted(FIRST.cid()))
        .withMessageContaining("\n  segment   segments/one.idx\n")
        .withMessageContaining("\n  found     Invalid index: expected checksum ")
        .satisfies(e -> assertThat(e.kind()).isEqualTo(CorruptBlockException.Kind.INDEX));
    assertThatExceptionOfType(CorruptBlockException.class).isThrownBy(() -> fresh.has(FIRST.cid()));
    assertThat(fresh.inspect())
        .singleElement()
        .satisfies(e -> assertThat(e.segment()).isEqualTo("one"));
    assertThat(fresh.segments()).containsExactly("one", "two");

    fresh.rebuildIndex("one");
    assertThat(fresh.get(FIRST.cid())).contains(FIRST);
    assertThat(fresh.inspect()).isEmpty();
  }

  @Test
  void anIndexCutAnywhereIsNamed() throws IOException {
    for (long size = Files.size(index) - 1; size >= 0; size -= 13) {
      try (RandomAccessFile file = new RandomAccessFile(index.toFile(), "rw")) {
        file.setLength(size);
      }
      assertThatExceptionOfType(CorruptBlockException.class)
          .isThrownBy(() -> CarFolderBlockStore.at(folder).get(FIRST.cid()))
          .withMessageContaining("Invalid index: expected ");
    }
  }

  @Test
  void anArchiveWithoutItsIndexIsInvisibleUntilItIsCommittedAgain() throws IOException {
    byte[] written = Files.readAllBytes(index);
    Files.delete(index);
    CarFolderBlockStore fresh = CarFolderBlockStore.at(folder);
    assertThat(fresh.get(FIRST.cid())).isEmpty();
    assertThat(fresh.segments()).containsExactly("two");

    fresh.commit("one");
    assertThat(fresh.get(FIRST.cid())).contains(FIRST);
    assertThat(Files.readAllBytes(index)).isEqualTo(written);
  }

  @Test
  void aDamagedArchiveGetsNoIndex() throws IOException {
    Files.delete(index);
    flip(car, SECOND_AT);
    assertThatIOException()
        .isThrownBy(() -> store.commit("one"))
        .withMessage(
            "Cannot index segments/one.car of folder %s: Invalid CAR at byte 70: expected block %s, found bytes of %s"
                .formatted(
                    folder, SECOND.cid(), Cid.sha256(Cid.RAW, Bytes.utf8("uhe second block"))));
    assertThat(CarFolderBlockStore.at(folder).segments()).containsExactly("two");
  }

  @Test
  void aSegmentThatIsRemovedTakesItsBlocksAlong() throws IOException {
    write("three", FIRST);
    store.commit("three");
    assertThat(store.get(FIRST.cid())).contains(FIRST);
    Files.delete(folder.resolve("segments/three.car"));
    Files.delete(folder.resolve("segments/three.idx"));
    assertThat(store.get(FIRST.cid())).contains(FIRST);
    Files.delete(car);
    Files.delete(index);
    assertThat(store.get(FIRST.cid())).isEmpty();
  }

  @Test
  void aHeadThatIsNoCidIsNamed() throws IOException {
    Files.writeString(folder.resolve("HEAD"), "");
    assertThatIOException()
        .isThrownBy(store::head)
        .withMessageStartingWith("Cannot read HEAD of folder " + folder + ": Invalid CID \"\": ");
  }

  private void write(String name, Block... blocks) throws IOException {
    try (SegmentWriter writer = store.newSegment(name)) {
      for (Block block : List.of(blocks)) {
        writer.append(block);
      }
      writer.seal();
    }
  }

  private static void flip(Path path, long at) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(at);
      int before = file.read();
      file.seek(at);
      file.write(before ^ 1);
    }
  }
}
