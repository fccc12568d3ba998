package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStoreContract;
import dev.cats.content.BlockStores;
import dev.cats.content.Bytes;
import dev.cats.content.CarReader;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CarFolderBlockStoreIT extends BlockStoreContract {
  @TempDir Path parent;

  @Override
  protected BlockStore openStore() throws IOException {
    return BlockStores.open(folder().toString());
  }

  private Path folder() {
    return parent.resolve("cats data");
  }

  @Test
  void theLayoutIsTheDocumentedOne() throws Exception {
    BlockStore store = openStore();
    List<Block> blocks = blocks(1, 3);
    SegmentWriter writer = store.newSegment("one");
    for (Block block : blocks) {
      writer.append(block);
    }
    assertThat(files()).containsExactly("staged/one.car.part");
    writer.seal();
    writer.close();
    assertThat(files()).containsExactly("staged/one.car", "staged/one.idx");
    store.commit("one");
    store.moveHead(Optional.empty(), blocks.get(0).cid());
    assertThat(files())
        .containsExactly("HEAD", "HEAD.lock", "segments/one.car", "segments/one.idx");
    assertThat(folder().resolve("HEAD")).hasContent(blocks.get(0).cid() + "\n");
    assertThat(store.describe()).isEqualTo("folder " + folder());

    try (CarReader car =
        CarReader.open(Files.newInputStream(folder().resolve("segments/one.car")))) {
      assertThat(car.roots()).isEmpty();
      for (Block block : blocks) {
        assertThat(car.next().orElseThrow().block()).isEqualTo(block);
      }
      assertThat(car.next()).isEmpty();
      assertThat(writer.bytes()).isEqualTo(car.position());
    }
  }

  @Test
  void aBlockThatIsAppendedTwiceIsWrittenOnce() throws IOException {
    Block block = blocks(1, 1).get(0);
    try (SegmentWriter writer = openStore().newSegment("one")) {
      writer.append(block);
      long bytes = writer.bytes();
      writer.append(block);
      assertThat(writer.bytes()).isEqualTo(bytes);
      assertThat(writer.blocks()).isEqualTo(1);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void aCommitGoesOnWhereverItWasInterrupted() throws IOException {
    String[] interruptions = {
      "nothing done",
      "archive moved",
      "archive moved, index lost",
      "index moved first",
      "index torn"
    };
    for (int i = 0; i < interruptions.length; i++) {
      String name = "segment-" + i;
      List<Block> blocks = blocks(50 + i, 5);
      write(name, blocks);
      Path staged = folder().resolve("staged/" + name);
      Path visible = folder().resolve("segments/" + name);
      switch (i) {
        case 1 -> Files.move(car(staged), car(visible));
        case 2 -> {
          Files.move(car(staged), car(visible));
          Files.delete(idx(staged));
        }
        case 3 -> Files.move(idx(staged), idx(visible));
        case 4 -> Files.write(idx(staged), new byte[10]);
        default -> {}
      }
      BlockStore store = openStore();
      assertThat(store.get(blocks.get(0).cid())).as(interruptions[i]).isEmpty();
      store.commit(name);
      store.commit(name);
      for (Block block : blocks) {
        assertThat(store.get(block.cid())).as(interruptions[i]).contains(block);
      }
      assertThat(folder().resolve("staged")).as(interruptions[i]).isEmptyDirectory();
      assertThat(store.inspect()).isEmpty();
    }
  }

  @Test
  void manyReadersOfManySegmentsHoldNoFilesOpen() throws Exception {
    List<Block> all = new ArrayList<>();
    BlockStore store = openStore();
    for (int i = 0; i < 60; i++) {
      List<Block> blocks = blocks(1000 + i, 10);
      write("segment-" + i, blocks);
      store.commit("segment-" + i);
      all.addAll(blocks);
    }
    BlockStore reader = openStore();
    reader.get(all.get(0).cid());
    long before = openFiles();
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (Block block : all) {
        tasks.add(() -> reader.get(block.cid()).orElseThrow().bytes().equals(block.bytes()));
      }
      for (Future<Boolean> read : pool.invokeAll(tasks)) {
        assertThat(read.get()).isTrue();
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(openFiles()).isLessThan(before + 10);
  }

  @Test
  void anIndexThatIsMappedIsFoundIn() throws IOException {
    int count = 7000; // an index of 308 KB
    BlockStore store = openStore();
    try (SegmentWriter writer = store.newSegment("large")) {
      for (int i = 0; i < count; i++) {
        writer.append(Block.of(Cid.RAW, Bytes.utf8("block " + i)));
      }
      writer.seal();
    }
    store.commit("large");
    assertThat(idx(folder().resolve("segments/large")))
        .satisfies(file -> assertThat(Files.size(file)).isGreaterThan(256 << 10));
    for (int i = 0; i < count; i += 97) {
      Block block = Block.of(Cid.RAW, Bytes.utf8("block " + i));
      assertThat(store.get(block.cid())).contains(block);
    }
  }

  @Test
  void aMissingStoreSaysSoUntilItIsWrittenTo() throws IOException {
    BlockStore store = openStore();
    String missing =
        "Cannot use folder "
            + folder()
            + ": there is no such folder. Check the path; a run makes one";
    assertThatIOException().isThrownBy(store::check).withMessage(missing);
    assertThatIOException().isThrownBy(store::checkReadable).withMessage(missing);
    assertThat(folder()).doesNotExist();
    store.newSegment("one").close();
    store.check();
  }

  @Test
  void aStoreThatIsAFileIsRefused() throws IOException {
    Files.writeString(folder(), "not a store");
    BlockStore store = openStore();
    String message =
        "Cannot use folder " + folder() + ": it is a file, not a folder. Choose another store";
    assertThatIOException().isThrownBy(store::check).withMessage(message);
    assertThatIOException().isThrownBy(() -> store.lock("me")).withMessage(message);
    assertThatIOException().isThrownBy(() -> store.newSegment("one")).withMessage(message);
    assertThatIOException()
        .isThrownBy(() -> store.moveHead(Optional.empty(), Cid.sha256(Cid.RAW, Bytes.EMPTY)))
        .withMessage(message);
    assertThat(folder()).hasContent("not a store");
  }

  @Test
  void aStoreInsideAFileCannotBeMade() throws IOException {
    Path file = Files.writeString(parent.resolve("file"), "");
    BlockStore store = BlockStores.open(file.resolve("store").toString());
    assertThatIOException()
        .isThrownBy(() -> store.lock("me"))
        .withMessage(
            "Cannot create folder "
                + file.resolve("store")
                + ": Not a directory. Choose another store");
  }

  @Test
  void aStoreThatMayNotBeWrittenSaysSo() throws IOException {
    openStore().lock("me").close();
    openStore().newSegment("one").close();
    Path staged = folder().resolve("staged");
    staged.toFile().setWritable(false);
    try {
      Assumptions.assumeFalse(Files.isWritable(staged), "Skipped: this user may write everywhere");
      assertThatIOException()
          .isThrownBy(() -> openStore().check())
          .withMessage(
              "Cannot write to folder %s: permission denied for %s. Check its owner and mode, or choose another store"
                  .formatted(folder(), staged));
      openStore().checkReadable();
      assertThatIOException()
          .isThrownBy(() -> openStore().newSegment("two"))
          .withMessage("Cannot create " + staged.resolve("two.car.part") + ": permission denied");
    } finally {
      staged.toFile().setWritable(true);
    }
  }

  @Test
  void aPlaceWhereNobodyMayWriteSaysSo() throws IOException {
    Path proc = Path.of("/proc/self");
    Assumptions.assumeTrue(Files.isDirectory(proc), "Skipped: there is no /proc");
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open("/proc/cats-data").lock("me"))
        .withMessageStartingWith("Cannot create folder /proc/cats-data: ")
        .withMessageEndingWith(". Choose another store");
  }

  @Test
  void pathsAndUrisNameTheSameStore() throws IOException {
    for (String name :
        List.of(
            folder().toString(),
            folder().toUri().toString(),
            "file:" + folder().toUri().getRawPath())) {
      assertThat(BlockStores.open(name).describe()).isEqualTo("folder " + folder());
    }
    assertThat(BlockStores.open("cats-data").describe())
        .isEqualTo("folder " + Path.of("cats-data").toAbsolutePath());
    assertThat(BlockStores.open(URI.create("file:cats-data")).describe())
        .isEqualTo("folder " + Path.of("cats-data").toAbsolutePath());
    assertThat(BlockStores.open(URI.create("cats-data")).describe())
        .isEqualTo("folder " + Path.of("cats-data").toAbsolutePath());
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open("file://elsewhere/cats-data"))
        .withMessage("Cannot open store file://elsewhere/cats-data: expected file:/PATH or a path");
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open("pigeon:coop"))
        .withMessageStartingWith(
            "Cannot open store pigeon:coop: expected one of PATH, a folder on a file system of Flink")
        .withMessageContaining("memory:NAME");
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open("s3://bucket/cats-data"))
        .withMessageContaining("Flink's plugin for s3 is not here");
  }

  private List<String> files() throws IOException {
    try (var all = Files.walk(folder())) {
      return all.filter(Files::isRegularFile)
          .map(file -> folder().relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  private static Path car(Path segment) {
    return segment.resolveSibling(segment.getFileName() + ".car");
  }

  private static Path idx(Path segment) {
    return segment.resolveSibling(segment.getFileName() + ".idx");
  }

  private static long openFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : 0;
  }
}
