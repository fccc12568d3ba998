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
import dev.cats.content.CorruptBlockException;
import dev.cats.content.SegmentWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of a store in several layers, and what happens when some of them fail. */
class LayeredBlockStoreIT extends BlockStoreContract {
  private static final Block BLOCK = Block.of(Cid.RAW, Bytes.utf8("far away"));

  @TempDir private Path folder;

  @Override
  protected BlockStore openStore() throws IOException {
    return BlockStores.open(
        "layered:" + folder.resolve("near").toUri() + "," + folder.resolve("far").toUri());
  }

  private CarFolderBlockStore at(String name, Block... blocks) throws IOException {
    CarFolderBlockStore store = CarFolderBlockStore.at(folder.resolve(name));
    store.newSegment("made").close();
    if (blocks.length > 0) {
      try (SegmentWriter writer = store.newSegment("given")) {
        for (Block block : blocks) {
          writer.append(block);
        }
        writer.seal();
      }
      store.commit("given");
    }
    return store;
  }

  private static void damage(Path folder) throws IOException {
    Path car = folder.resolve("segments/given.car");
    byte[] bytes = Files.readAllBytes(car);
    bytes[bytes.length - 1] ^= 1;
    Files.write(car, bytes);
  }

  @Test
  void whatTheFirstDoesNotHaveTheNextIsAskedFor() throws IOException {
    at("far", BLOCK);
    assertThat(store.get(BLOCK.cid())).contains(BLOCK);
    assertThat(store.has(BLOCK.cid())).isTrue();
    assertThat(at("near").has(BLOCK.cid())).isFalse();
    assertThat(store.describe())
        .isEqualTo(
            "folder %s, then folder %s".formatted(folder.resolve("near"), folder.resolve("far")));
  }

  @Test
  void whatWasFetchedIsKeptIfThatIsWanted() throws IOException {
    at("far", BLOCK);
    try (BlockStore keeping =
        BlockStores.open(
            "layered+keep:"
                + folder.resolve("near").toUri()
                + ","
                + folder.resolve("far").toUri())) {
      assertThat(keeping.get(BLOCK.cid())).contains(BLOCK);
      assertThat(keeping.get(BLOCK.cid())).contains(BLOCK);
      assertThat(at("near").has(BLOCK.cid())).isFalse();
    }
    assertThat(at("near").get(BLOCK.cid())).contains(BLOCK);
    assertThat(at("near").segments()).hasSize(1).allMatch(name -> name.startsWith("kept-"));
  }

  @Test
  void aLayerThatLiesIsPassedOver() throws IOException {
    at("near", BLOCK);
    damage(folder.resolve("near"));
    assertThatExceptionOfType(CorruptBlockException.class).isThrownBy(() -> store.get(BLOCK.cid()));
    at("far", BLOCK);
    assertThat(store.get(BLOCK.cid())).contains(BLOCK);
    assertThat(store.get(BLOCK.cid())).contains(BLOCK);
  }

  @Test
  void aLayerThatIsAwayIsPassedOverAndOthersAreAsked() throws Exception {
    int port = LocalKubo.freePort();
    BlockStore away =
        KuboBlockStore.of(
            KuboClient.at(
                URI.create("http://127.0.0.1:" + port),
                Optional.empty(),
                Patience.DEFAULT.withAttempts(1)),
            folder.resolve("staging"),
            "away");
    try (LayeredBlockStore layers =
        LayeredBlockStore.of(List.of(at("near"), away, at("far", BLOCK)))) {
      assertThat(layers.get(BLOCK.cid())).contains(BLOCK);
      assertThat(layers.has(BLOCK.cid())).isTrue();
      Cid nobodys = Block.of(Cid.RAW, Bytes.utf8("nobody's")).cid();
      assertThatIOException()
          .isThrownBy(() -> layers.get(nobodys))
          .withMessageStartingWith(
              "Cannot find block %s: no layer of the store has it\n  folder %s: does not have it\n  Kubo at http://127.0.0.1:%d, store away: Cannot read block %s: Kubo at http://127.0.0.1:%d cannot be reached"
                  .formatted(nobodys, folder.resolve("near"), port, BLOCK.cid(), port))
          .withMessageEndingWith("\n  folder " + folder.resolve("far") + ": does not have it");
    }
  }

  @Test
  void aLayerThatIsBackIsAskedAgainAndAGatewayThatLiesIsNot() throws Exception {
    try (KuboNode node = KuboNode.start();
        FaultyProxy rpc = new FaultyProxy(node.rpc());
        FaultyProxy gateway = new FaultyProxy(node.gateway())) {
      Patience quick = Patience.DEFAULT.withAttempts(1);
      KuboClient client = KuboClient.at(rpc.uri(), Optional.empty(), quick);
      client.putBlock(BLOCK);
      try (LayeredBlockStore layers =
          LayeredBlockStore.of(
              List.of(
                  at("near"),
                  KuboBlockStore.of(client, folder.resolve("staging"), "x"),
                  GatewayBlockStore.at(gateway.uri(), quick)))) {
        rpc.always("block/get", FaultyProxy.answer(503, "busy"));
        assertThat(layers.get(BLOCK.cid())).contains(BLOCK);
        assertThat(layers.get(BLOCK.cid())).contains(BLOCK);
        assertThat(rpc.count("block/get")).as("asked while it is away").isEqualTo(1);
        gateway.always("/ipfs/", FaultyProxy.answer(200, "a lie"));
        rpc.well();
        Awaitility.await().ignoreExceptions().until(() -> layers.get(BLOCK.cid()).isPresent());
        assertThat(layers.get(BLOCK.cid())).contains(BLOCK);
      }
    }
  }
}
