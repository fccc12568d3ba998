package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.net.httpserver.HttpServer;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Names that a real node publishes, by way of it, of its gateway, and of those who lie. */
class IpnsBlockStoreIT {
  private static KuboNode node;
  private static KuboClient client;

  @BeforeAll
  static void startNode() throws Exception {
    node = KuboNode.startOnline(); // one that is offline resolves nothing
    client = KuboClient.at(node.rpc(), Optional.empty(), Patience.DEFAULT);
  }

  @AfterAll
  static void endNode() throws Exception {
    if (node != null) {
      client.close();
      node.close();
    }
  }

  private static Block block(String text) throws IOException {
    Block block = Block.of(Cid.RAW, Bytes.utf8(text));
    client.putBlock(block);
    return block;
  }

  private static String published(Cid cid, Duration lifetime) throws IOException {
    String key = "key-" + UUID.randomUUID();
    client.newKey(key);
    return client.publish(key, cid, lifetime);
  }

  private static BlockStore by(String name, Object via) throws IOException {
    return BlockStores.open("ipns://" + name + "?via=" + via);
  }

  @Test
  void theNameIsHeadAndBlocksComeFromBehindIt() throws Exception {
    Block block = block("published");
    String name = published(block.cid(), Duration.ofHours(1));
    for (Object via : new Object[] {node.uri() + "/any", "gateway+" + node.gateway()}) {
      try (BlockStore store = by(name, via)) {
        store.checkReadable();
        assertThat(store.describe()).startsWith("ipns://" + name + " by way of ");
        assertThat(store.head()).contains(block.cid());
        assertThat(store.get(block.cid())).contains(block);
        assertThat(store.has(block.cid())).isTrue();
        assertThatIOException()
            .isThrownBy(() -> store.moveHead(Optional.empty(), block.cid()))
            .withMessageContaining("it is read-only");
      }
    }
  }

  @Test
  void aStoreStaysAtTheRecordThatItMetFirst() throws Exception {
    Block first = block("first");
    Block second = block("second");
    client.newKey("moving");
    String name = client.publish("moving", first.cid(), Duration.ofHours(1));
    try (BlockStore store = by(name, node.uri())) {
      assertThat(store.head()).contains(first.cid());
      client.publish("moving", second.cid(), Duration.ofHours(1));
      assertThat(store.head()).contains(first.cid());
    }
    try (BlockStore store = by(name, node.uri())) {
      assertThat(store.head()).contains(second.cid());
      assertThat(((IpnsBlockStore) store).record().sequence()).isEqualTo(1);
    }
  }

  @Test
  void aNameThatNobodyPublishedIsSaidToBeUnknown() throws Exception {
    String name = client.newKey("silent");
    for (Object via : new Object[] {node.uri(), "gateway+" + node.gateway()}) {
      try (BlockStore store = by(name, via)) {
        assertThatExceptionOfType(IpnsException.class)
            .isThrownBy(store::head)
            .withMessageStartingWith("Cannot resolve ipns://" + name + ": ")
            .withMessageContaining(" finds no record of it\n")
            .satisfies(e -> assertThat(e.why()).isEqualTo(IpnsException.Why.UNKNOWN));
      }
    }
  }

  /** Whatever the node itself says of a record that is over, it is not followed. */
  @Test
  void aRecordThatIsOverIsNotFollowed() throws Exception {
    String name = published(block("over").cid(), Duration.ofSeconds(1));
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              try (BlockStore store = by(name, node.uri())) {
                assertThatExceptionOfType(IpnsException.class).isThrownBy(store::head);
              }
            });
  }

  /** A gateway that gives these bytes as the record of every name. */
  private static HttpServer gateway(Bytes record) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/ipns/",
        exchange -> {
          exchange.sendResponseHeaders(200, record.size());
          exchange.getResponseBody().write(record.toArray());
          exchange.close();
        });
    server.start();
    return server;
  }

  private static void lies(Bytes record, String name) throws IOException {
    HttpServer liar = gateway(record);
    try (BlockStore store = by(name, "gateway+http://127.0.0.1:" + liar.getAddress().getPort())) {
      assertThatExceptionOfType(IpnsException.class)
          .isThrownBy(store::head)
          .withMessageStartingWith("Cannot trust a record of ipns://" + name + ": expected ")
          .satisfies(e -> assertThat(e.why()).isEqualTo(IpnsException.Why.WRONG));
    } finally {
      liar.stop(0);
    }
  }

  @Test
  void aGatewayThatLiesIsNotFollowed() throws Exception {
    String name = published(block("mine").cid(), Duration.ofHours(1));
    String other = published(block("theirs").cid(), Duration.ofHours(1));
    try (GatewayBlockStore honest =
        GatewayBlockStore.at(URI.create(node.gateway().toString()), Patience.DEFAULT)) {
      Bytes record = honest.record(IpnsName.of(name)).orElseThrow();
      assertThat(client.record(IpnsName.of(name))).contains(record);
      lies(honest.record(IpnsName.of(other)).orElseThrow(), name);
      for (int at : new int[] {20, 200, record.size() - 80, record.size() - 1}) {
        byte[] flipped = record.toArray();
        flipped[at] ^= 1;
        if (at < 70 || at > 190) { // the first signature is nobody's business
          lies(Bytes.wrap(flipped), name);
        }
      }
      lies(Bytes.wrap(new byte[1 << 15]), name);
    }
  }

  @Test
  void whoToGoByHasToBeSaid() throws Exception {
    String name = client.newKey("somebody");
    assertThatIOException()
        .isThrownBy(() -> BlockStores.open("ipns://" + name))
        .withMessageContaining("by way of whom? Expected ipns://NAME?via=STORE");
    assertThatIOException()
        .isThrownBy(() -> by(name, "cats-data"))
        .withMessageContaining("expected a node or a gateway to go by, found cats-data");
    assertThatIOException()
        .isThrownBy(() -> by("example.org", node.uri()))
        .withMessageContaining("found a name of DNS");
  }
}
