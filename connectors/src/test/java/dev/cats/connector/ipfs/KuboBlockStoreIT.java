package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStoreContract;
import dev.cats.content.BlockStores;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import dev.cats.content.StoreLockedException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of a store on a real node, and what is particular to it. */
class KuboBlockStoreIT extends BlockStoreContract {
  private static KuboNode node;

  private final String name = "test-" + UUID.randomUUID();
  @TempDir private Path folder;

  @BeforeAll
  static void startNode() throws Exception {
    node = KuboNode.start();
  }

  @AfterAll
  static void endNode() throws Exception {
    if (node != null) {
      node.close();
    }
  }

  /** Blocks are shared by all stores of a node: each test begins without any. */
  @AfterEach
  void forgetBlocks() throws IOException {
    if (node.isRunning()) {
      node.collectGarbage();
    }
  }

  @Override
  protected BlockStore openStore() throws IOException {
    return openStore("staging");
  }

  private BlockStore openStore(String staging) throws IOException {
    return BlockStores.open(
        URI.create(node.uri() + "/" + name + "?staging=" + folder.resolve(staging)));
  }

  /** Kubo keeps blocks by their hash. */
  @Override
  protected boolean keepsCodecs() {
    return false;
  }

  @Test
  void whatIsStagedIsLocalAndWhatIsCommittedIsNot() throws IOException {
    List<Block> blocks = blocks(5, 10);
    write("one", blocks);
    assertThat(folder.resolve("staging/staged")).isDirectoryContaining("glob:**one.car");
    store.commit("one");
    assertThat(folder.resolve("staging/staged")).isEmptyDirectory();
    assertThat(openStore("elsewhere").get(blocks.get(0).cid())).contains(blocks.get(0));
    assertThatIOException()
        .isThrownBy(() -> openStore("elsewhere").newSegment("one"))
        .withMessageContaining("already has one of this name");
    openStore("elsewhere").commit("one");
    LocalKubo kubo = LocalKubo.of(Path.of("unused"), node.folder(), node.uri().getPort());
    int bytes = blocks.stream().mapToInt(block -> block.bytes().size()).sum();
    assertThat(kubo.ask("files/read?arg=/cats/" + name + "/segments/one").toString())
        .isEqualTo("{\"blocks\":10,\"bytes\":" + bytes + "}");
  }

  @Test
  void aCommitGoesOnWhereverItWasInterrupted() throws IOException {
    for (String lost : List.of("nothing", "index", "torn index", "staged files kept")) {
      String segment = "segment-" + lost.replace(' ', '-');
      List<Block> blocks = blocks(lost.hashCode(), 5);
      write(segment, blocks);
      Path car = folder.resolve("staging/staged/" + segment + ".car");
      Path index = car.resolveSibling(segment + ".idx");
      switch (lost) {
        case "index" -> Files.delete(index);
        case "torn index" -> Files.write(index, new byte[10]);
        case "staged files kept" -> {
          Path copy = Files.copy(car, folder.resolve("copy"));
          store.commit(segment);
          Files.move(copy, car);
        }
        default -> {}
      }
      store.commit(segment);
      store.commit(segment);
      assertThat(store.get(blocks.get(4).cid())).as(lost).contains(blocks.get(4));
      assertThat(car.getParent()).as(lost).isEmptyDirectory();
    }
  }

  @Test
  void whatWasSaidToBeDoneSurvivesAKilledNode() throws Exception {
    List<Block> blocks = blocks(11, 10);
    Cid first = blocks.get(0).cid();
    write("one", blocks);
    store.commit("one");
    for (int i = 0; i < 3; i++) {
      Optional<Cid> before = store.head();
      store.moveHead(before, blocks.get(i).cid());
      node.kill();
      node.restart();
      assertThat(store.head()).contains(blocks.get(i).cid());
    }
    assertThat(store.get(first)).contains(blocks.get(0));
    store.commit("one");
    store.lock("me").close();
    node.kill();
    node.restart();
    openStore("elsewhere").lock("another").close();
  }

  @Test
  void oldHeadsAreTakenAwayAndTheNewestStays() throws Exception {
    Optional<Cid> head = Optional.empty();
    for (int i = 0; i < KuboBlockStore.KEPT_HEADS + 5; i++) {
      Cid next = Block.of(Cid.RAW, Bytes.utf8("head " + i)).cid();
      store.moveHead(head, next);
      head = Optional.of(next);
    }
    assertThat(openStore().head()).isEqualTo(head);
    LocalKubo kubo = LocalKubo.of(Path.of("unused"), node.folder(), node.uri().getPort());
    assertThat(kubo.ask("files/ls?arg=/cats/" + name + "/heads").path("Entries"))
        .hasSize(KuboBlockStore.KEPT_HEADS);
  }

  @Test
  void aLockFromAnotherFolderIsNamedWithWhatToDo() throws IOException {
    BlockStore.Lock lock = store.lock("run of usgs-seismology");
    assertThatExceptionOfType(StoreLockedException.class)
        .isThrownBy(() -> openStore("elsewhere").lock("me"))
        .withMessageContaining(
            "it is in use by run of usgs-seismology (process %d) (if that is gone: ipfs files rm /cats/%s/lock). "
                .formatted(ProcessHandle.current().pid(), name));
    lock.close();
    openStore("elsewhere").lock("me").close();
  }

  @Test
  void aLockThatAKilledWriterLeftIsTakenOverFromItsOwnFolder() throws Exception {
    store.lock("the first").close();
    String id = Files.readString(folder.resolve("staging/id")).strip();
    KuboClient client = KuboClient.at(node.rpc(), Optional.empty(), Patience.DEFAULT);
    new KuboFolder(client.rpc(), "/cats/" + name).put("lock", id + " killed (process 1)", "test");
    assertThatExceptionOfType(StoreLockedException.class)
        .isThrownBy(() -> openStore("elsewhere").lock("another"))
        .withMessageContaining("killed (process 1)");
    store
        .lock("the next, whose name is long enough to be cut somewhere, even in an ü".repeat(3))
        .close();
    openStore("elsewhere").lock("another").close();
  }

  @Test
  void damagedBlocksOfTheNodeAreFound() throws Exception {
    assertThat(store.inspect()).isEmpty();
  }

  @Test
  void aSegmentOfManyBlocksGoesUpInOneRequest() throws IOException {
    byte[] bytes = new byte[1 << 20];
    try (SegmentWriter writer = store.newSegment("large")) {
      for (int i = 0; i < 40; i++) {
        bytes[0] = (byte) i;
        writer.append(Block.of(Cid.RAW, Bytes.of(bytes)));
      }
      writer.seal();
    }
    store.commit("large");
    assertThat(store.has(Block.of(Cid.RAW, Bytes.of(bytes)).cid())).isTrue();
  }

  @Test
  void aNodeThatIsNotThereSaysSo() throws IOException {
    int port = LocalKubo.freePort();
    BlockStore away = BlockStores.open("kubo://127.0.0.1:" + port + "?staging=" + folder);
    assertThat(away.describe()).isEqualTo("Kubo at http://127.0.0.1:" + port + ", store default");
    assertThatIOException()
        .isThrownBy(away::check)
        .withMessageMatching(
            "Cannot ask for the version: Kubo at http://127.0.0.1:"
                + port
                + " cannot be reached \\(.*\\) \\(tried 5 times in \\d+\\.\\d s\\)");
  }

  @Test
  void urisAreReadStrictlyAndSecretsAreNotRepeated() {
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open("kubo://me:secret@127.0.0.1:5001"))
        .withMessageStartingWith(
            "Cannot open store kubo://…@127.0.0.1:5001: expected no user or password in it")
        .withMessageNotContaining("secret");
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open("kubo://127.0.0.1:5001?token=secret"))
        .withMessageStartingWith(
            "Cannot open store kubo://127.0.0.1:5001: it has no option \"token\"")
        .withMessageNotContaining("secret");
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open("kubo://127.0.0.1:5001/A%20B"))
        .withMessageContaining("Invalid segment name");
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open("kubo://127.0.0.1?token-file=/nowhere/token"))
        .withMessage(
            "Cannot read the token of http://127.0.0.1:5001 from /nowhere/token: there is no such file");
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open("kubo://127.0.0.1?network=soon"))
        .withMessageContaining("invalid network: expected a time such as 10s, found soon");
    assertThatIOException().isThrownBy(() -> BlockStores.open("kubo:coop"));
  }
}
