package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.cats.content.Block;
import dev.cats.content.BlockReadContract;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a store promises to readers, over the gateway of a real node. */
class GatewayBlockStoreIT extends BlockReadContract {
  private static KuboNode node;

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

  @AfterEach
  void forgetBlocks() throws IOException {
    node.collectGarbage();
  }

  @Override
  protected BlockStore openStore() throws IOException {
    return BlockStores.open("gateway+" + node.gateway());
  }

  @Override
  protected void given(List<Block> blocks) throws IOException {
    try (KuboClient client = KuboClient.at(node.rpc(), Optional.empty(), Patience.DEFAULT)) {
      for (Block block : blocks) {
        client.putBlock(block);
      }
    }
  }

  @Override
  protected boolean keepsCodecs() {
    return false;
  }

  @Test
  void aGatewayIsReadOnly() throws IOException {
    Cid cid = blocks(1, 1).get(0).cid();
    assertThat(store.describe()).isEqualTo("gateway " + node.gateway());
    store.checkReadable();
    assertThatIOException()
        .isThrownBy(store::check)
        .withMessage(
            "Cannot write to gateway %s: it is read-only. Name a folder or a node as the store"
                .formatted(node.gateway()));
    assertThatIOException().isThrownBy(() -> store.newSegment("one"));
    assertThatIOException().isThrownBy(() -> store.commit("one"));
    assertThatIOException().isThrownBy(() -> store.lock("me"));
    assertThatIOException().isThrownBy(() -> store.moveHead(Optional.empty(), cid));
    assertThatIOException()
        .isThrownBy(store::head)
        .withMessageEndingWith("a gateway has none. Name the CID of a manifest");
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open("gateway+https://me:secret@example.org"))
        .withMessageNotContaining("secret");
  }
}
