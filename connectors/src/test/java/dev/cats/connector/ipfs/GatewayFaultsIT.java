package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.CorruptBlockException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real gateway that lies, hangs, or is overloaded. */
class GatewayFaultsIT {
  private static final Block BLOCK = Block.of(Cid.RAW, Bytes.utf8("as it is"));
  private static KuboNode node;

  private FaultyProxy proxy;
  private GatewayBlockStore gateway;

  @BeforeAll
  static void startNode() throws Exception {
    node = KuboNode.start();
    try (KuboClient client = KuboClient.at(node.rpc(), Optional.empty(), Patience.DEFAULT)) {
      client.putBlock(BLOCK);
    }
  }

  @AfterAll
  static void endNode() throws Exception {
    if (node != null) {
      node.close();
    }
  }

  @BeforeEach
  void stand() throws IOException {
    proxy = new FaultyProxy(node.gateway());
    gateway =
        GatewayBlockStore.at(
            proxy.uri(),
            new Patience(
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                3,
                Duration.ofMillis(10),
                Duration.ofMillis(50)));
  }

  @AfterEach
  void fall() throws IOException {
    gateway.close();
    proxy.close();
  }

  @Test
  void wrongBytesAreNotReturned() throws IOException {
    proxy.next("/ipfs/", FaultyProxy.answer(200, "as it is not"));
    assertThatExceptionOfType(CorruptBlockException.class)
        .isThrownBy(() -> gateway.get(BLOCK.cid()))
        .withMessageContaining("store     gateway " + proxy.uri())
        .withMessageContaining("expected  " + BLOCK.cid())
        .withMessageContaining("found     " + Cid.sha256(Cid.RAW, Bytes.utf8("as it is not")));
    assertThat(gateway.get(BLOCK.cid())).contains(BLOCK);
  }

  @Test
  void noMoreIsReadThanABlockMayHave() {
    proxy.next("/ipfs/", FaultyProxy.answer(200, "x".repeat(3 * Block.MAX_SIZE)));
    assertThatIOException()
        .isThrownBy(() -> gateway.get(BLOCK.cid()))
        .withMessage(
            "Cannot read block %s: gateway %s answers with more than 1048576 bytes, which no block has"
                .formatted(BLOCK.cid(), proxy.uri()));
  }

  @Test
  void whoIsOverloadedIsAskedAgainAndThenNamed() throws IOException {
    proxy.next("/ipfs/", FaultyProxy.answer(429, ""), FaultyProxy.answer(503, ""));
    assertThat(gateway.get(BLOCK.cid())).contains(BLOCK);
    proxy.always("/ipfs/", FaultyProxy.answer(504, "no providers found"));
    assertThatIOException()
        .isThrownBy(() -> gateway.get(BLOCK.cid()))
        .withMessage(
            "Cannot read block %s: gateway %s answers 504 (no providers found)"
                .formatted(BLOCK.cid(), proxy.uri()));
    assertThat(proxy.count("GET")).isEqualTo(4);
    assertThatIOException().isThrownBy(() -> gateway.has(BLOCK.cid()));
    proxy.always("/ipfs/", FaultyProxy.answer(404, "not found"));
    assertThatIOException()
        .isThrownBy(gateway::checkReadable)
        .withMessage(
            "Cannot use gateway %s: it does not know what every gateway knows (404)"
                .formatted(proxy.uri()));
  }

  @Test
  void whoHangsIsGivenUp() throws IOException {
    proxy.always("/ipfs/", proxy.silence());
    try (GatewayBlockStore hasty =
        GatewayBlockStore.at(
            proxy.uri(), Patience.DEFAULT.withSilence(Duration.ofMillis(300)).withAttempts(1))) {
      assertThatIOException()
          .isThrownBy(() -> hasty.get(BLOCK.cid()))
          .withMessageContaining("hangs: nothing for 300 ms, after 0 bytes");
    }
  }
}
