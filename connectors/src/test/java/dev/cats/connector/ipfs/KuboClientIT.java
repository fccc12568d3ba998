package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cats.connector.ipfs.KuboClient.Pin;
import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.CarWriter;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.Node;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every call of the client, answered by a real node. */
class KuboClientIT {
  private static KuboNode node;
  private static KuboClient client;

  @BeforeAll
  static void startNode() throws Exception {
    node = KuboNode.start();
    client = KuboClient.at(node.rpc(), Optional.empty(), Patience.DEFAULT);
  }

  @AfterAll
  static void endNode() throws Exception {
    if (node != null) {
      client.close();
      node.close();
    }
  }

  @Test
  void aNodeSaysWhoItIsAndWhatItHolds() throws IOException {
    assertThat(client.version()).startsWith("0.");
    assertThat(client.id()).startsWith("12D3Koo");
    assertThat(client.describe()).isEqualTo("Kubo at " + node.rpc());
    long before = client.repoStat().objects();
    client.putBlock(Block.of(Cid.RAW, Bytes.utf8("one more")));
    assertThat(client.repoStat().objects()).isEqualTo(before + 1);
    assertThat(client.repoStat().limit()).isPositive();
  }

  @Test
  void blocksOfEachCodecGoInAndComeOut() throws IOException {
    for (Block block :
        List.of(
            Block.of(Cid.RAW, Bytes.utf8("raw")),
            Block.of(Cid.DAG_CBOR, DagCbor.encode(Node.of("cbor"))),
            Block.of(Cid.DAG_JSON, Bytes.utf8("[]")),
            Block.of(Cid.DAG_PB, Bytes.fromHex("0a020802")))) {
      assertThat(client.blockSize(block.cid())).isEmpty();
      client.putBlock(block);
      assertThat(client.blockSize(block.cid())).hasValue(block.bytes().size());
      assertThat(client.block(block.cid())).contains(block);
    }
    Cid missing = Block.of(Cid.RAW, Bytes.utf8("nobody has it")).cid();
    assertThat(client.block(missing)).isEmpty();
    assertThat(client.fetch(missing, Duration.ofSeconds(1))).isEmpty();
  }

  /** A child and its parent, and an archive of both. */
  private record Family(Block child, Block parent, Bytes car) {
    static Family of(String name) throws IOException {
      Block child = Block.of(Cid.RAW, Bytes.utf8(name));
      Block parent =
          Block.of(
              Cid.DAG_CBOR, DagCbor.encode(Node.map().put("to", Node.link(child.cid())).build()));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (CarWriter car = new CarWriter(out, List.of())) {
        car.append(child);
        car.append(parent);
      }
      return new Family(child, parent, Bytes.wrap(out.toByteArray()));
    }

    int bytes() {
      return child.bytes().size() + parent.bytes().size();
    }
  }

  @Test
  void anArchiveGoesInWholeAndTwiceIsOnce() throws IOException {
    Family family = Family.of("imported");
    for (int i = 0; i < 2; i++) {
      client.importCar("family", Content.of(family.car()), 2, family.bytes());
      assertThat(client.block(family.parent().cid())).contains(family.parent());
    }
    assertThatExceptionOfType(ImportException.class)
        .isThrownBy(() -> client.importCar("family", Content.of(family.car()), 3, 4711))
        .withMessageStartingWith(
            "Cannot import segment family: Kubo at %s stored 2 of 3 blocks, %d of 4,711 bytes\n"
                .formatted(node.rpc(), family.bytes()));
  }

  @Test
  void severalArchivesGoInAtOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<Block>> imports = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        Family family = Family.of("at once " + i);
        imports.add(
            pool.submit(
                () -> {
                  client.importCar("family", Content.of(family.car()), 2, family.bytes());
                  return family.parent();
                }));
      }
      for (Future<Block> each : imports) {
        Block parent = each.get(60, TimeUnit.SECONDS);
        assertThat(client.block(parent.cid())).contains(parent);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void pinsKeepWhatTheyNameFromTheCollector() throws IOException {
    Family direct = Family.of("direct");
    Family recursive = Family.of("recursive");
    Family none = Family.of("none");
    for (Family family : List.of(direct, recursive, none)) {
      client.importCar("family", Content.of(family.car()), 2, family.bytes());
    }
    client.pin(direct.parent().cid(), Pin.DIRECT, "head");
    client.pin(direct.parent().cid(), Pin.DIRECT, "head");
    client.pin(recursive.parent().cid(), Pin.RECURSIVE, "history");
    node.collectGarbage();
    assertThat(client.block(direct.parent().cid())).isPresent();
    assertThat(client.block(direct.child().cid())).isEmpty();
    assertThat(client.block(recursive.child().cid())).isPresent();
    assertThat(client.block(none.parent().cid())).isEmpty();

    assertThat(client.isPinned(direct.parent().cid(), Pin.DIRECT)).isTrue();
    assertThat(client.isPinned(direct.parent().cid(), Pin.RECURSIVE)).isFalse();
    assertThat(client.isPinned(none.parent().cid(), Pin.DIRECT)).isFalse();
    Map<Cid, String> pins = new HashMap<>();
    client.pins(Pin.RECURSIVE, pins::put);
    assertThat(pins).containsEntry(recursive.parent().cid(), "history");
    assertThat(pins).doesNotContainKey(direct.parent().cid());
    assertThat(client.unpin(recursive.parent().cid(), Pin.RECURSIVE)).isTrue();
    assertThat(client.unpin(recursive.parent().cid(), Pin.RECURSIVE)).isFalse();
    assertThatExceptionOfType(KuboException.class)
        .isThrownBy(() -> client.pin(none.parent().cid(), Pin.RECURSIVE, "gone"))
        .withMessageStartingWith("Cannot pin " + none.parent().cid() + ": Kubo at ");
  }

  @Test
  void namesLeadToWhatWasPublishedLast() throws IOException {
    Cid first = Block.of(Cid.RAW, Bytes.utf8("first")).cid();
    Cid second = Block.of(Cid.RAW, Bytes.utf8("second")).cid();
    String name = client.newKey("usgs");
    assertThat(client.keys()).containsEntry("usgs", name).containsKey(KuboClient.SELF);
    assertThatExceptionOfType(KuboException.class)
        .isThrownBy(() -> client.newKey("usgs"))
        .withMessageContaining("already exists");
    assertThat(client.resolve(name)).isEmpty();
    assertThat(client.publish("usgs", first, Duration.ofDays(2))).isEqualTo(name);
    assertThat(client.resolve(name)).contains(first);
    client.publish("usgs", second, Duration.ofDays(2));
    assertThat(client.resolve(name)).contains(second);
  }

  @Test
  void aNodeFetchesFromTheOneItIsConnectedTo() throws Exception {
    try (KuboNode one = KuboNode.startOnline();
        KuboNode other = KuboNode.startOnline();
        KuboClient there = KuboClient.at(one.rpc(), Optional.empty(), Patience.DEFAULT);
        KuboClient here = KuboClient.at(other.rpc(), Optional.empty(), Patience.DEFAULT)) {
      Family family = Family.of("abroad");
      there.importCar("family", Content.of(family.car()), 2, family.bytes());
      here.connect(one.address());
      assertThat(here.block(family.parent().cid())).isEmpty();
      assertThat(here.fetch(family.parent().cid(), Duration.ofSeconds(60)))
          .contains(family.parent());
      assertThat(here.block(family.parent().cid())).contains(family.parent());
    }
  }
}
