package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.cats.bom.Document;
import dev.cats.bom.Manifest;
import dev.cats.bom.NodeKey;
import dev.cats.connector.kafka.Said;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.Mirror;
import dev.cats.content.MirrorSettings;
import dev.cats.content.MirrorSettings.Pins;
import dev.cats.content.MirroredStore;
import dev.cats.content.Mirrors;
import dev.cats.content.Node;
import dev.cats.content.SegmentWriter;
import dev.cats.content.StoreLockedException;
import dev.cats.content.UnmirroredException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that follows a folder, through all that may come between them. */
class KuboMirrorIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int SIZE = 100_000;
  private static final String COUNTS =
      "stored [\\d,]+ of [\\d,]+ blocks|Expected [\\d,]+ blocks with [\\d,]+ bytes to be stored; the node did not say";

  private static final NodeKey KEY = NodeKey.generate();

  private static KuboNode node;

  @TempDir private Path folder;
  private final String name = "test-" + UUID.randomUUID();
  private final Random random = new Random();
  private final List<Closeable> open = new ArrayList<>();
  private FaultyProxy proxy;

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

  @BeforeEach
  void stand() throws IOException {
    proxy = new FaultyProxy(node.rpc());
  }

  @AfterEach
  void fall() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
    proxy.close();
    if (!node.isRunning()) {
      node.restart();
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("cats-mirror"));
  }

  private MirrorSettings settings(Pins pins, String key) {
    return settings(pins, key, "60s");
  }

  private MirrorSettings settings(Pins pins, String key, String silence) {
    String uri = "kubo://%s/%s?silence=%s".formatted(proxy.uri().getAuthority(), name, silence);
    return new MirrorSettings(uri, 3, 1 << 30, pins, key, Duration.ZERO);
  }

  /** A folder with its mirror, written to as the committer of a job does. */
  private final class Writer implements Closeable {
    private final Mirror mirror;
    private final BlockStore store;
    private final BlockStore.Lock lock;
    private final List<Block> blocks = new ArrayList<>();

    Writer(MirrorSettings settings) throws IOException {
      mirror = Mirrors.open(folder.toUri(), settings);
      store = new MirroredStore(CarFolderBlockStore.at(folder), mirror);
      lock = store.lock("test");
      open.add(this);
    }

    /** Commits a checkpoint of so many segments of a few blocks each, and one for its manifest. */
    Cid checkpoint(int segments) throws IOException {
      for (int i = 0; i < segments; i++) {
        byte[] bytes = new byte[SIZE];
        random.nextBytes(bytes);
        Block lot = Block.of(Cid.RAW, Bytes.wrap(bytes));
        commit(lot, DagCbor.block(Node.list(List.of(Node.link(lot.cid())))));
      }
      Optional<Cid> head = store.head();
      Manifest manifest =
          Manifest.signed(
              KEY, "test", "run", blocks.size(), head, List.of(), List.of(), List.of(), 0, 0);
      commit(manifest.block());
      store.moveHead(head, manifest.cid());
      return manifest.cid();
    }

    private void commit(Block... all) throws IOException {
      String segment = "s-" + UUID.randomUUID();
      try (SegmentWriter writer = store.newSegment(segment)) {
        for (Block block : all) {
          writer.append(block);
        }
        writer.seal();
      }
      store.commit(segment);
      blocks.addAll(List.of(all));
    }

    /** Commits a segment whose block does not match its hash; returns the file. */
    Path damaged(Block block) throws IOException {
      String segment = "s-" + UUID.randomUUID();
      try (SegmentWriter writer = store.newSegment(segment)) {
        writer.append(block);
        writer.seal();
      }
      flip(folder.resolve("staged/" + segment + ".car"));
      store.commit(segment);
      return folder.resolve("segments/" + segment + ".car");
    }

    void drained() {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () -> {
                try {
                  mirror.drain();
                  return true;
                } catch (UnmirroredException e) {
                  return false;
                }
              });
    }

    @Override
    public void close() throws IOException {
      lock.close();
      store.close();
      open.remove(this);
    }
  }

  /** The node's own view, past the proxy. */
  private KuboBlockStore there() {
    return KuboBlockStore.of(
        KuboClient.at(node.rpc(), Optional.empty(), Patience.DEFAULT),
        folder.resolve("unused"),
        name);
  }

  private void requireAll(List<Block> blocks) throws IOException {
    try (KuboBlockStore store = there()) {
      for (Block block : blocks) {
        assertThat(store.get(block.cid())).contains(block);
      }
    }
  }

  /** From HEAD there, back to the beginning; fails where something is missing. */
  private List<Cid> chain() throws Exception {
    List<Cid> chain = new ArrayList<>();
    try (KuboBlockStore store = there()) {
      Optional<Cid> at = store.head();
      while (at.isPresent()) {
        chain.add(at.get());
        at = ((Manifest) Document.of(store.get(at.get()).orElseThrow())).previous();
      }
    }
    return chain;
  }

  private String at() {
    return "Kubo at " + proxy.uri() + ", store " + name;
  }

  @Test
  void whatIsCommittedComesToTheNodeAndItsNameLeadsToHead() throws Exception {
    Writer writer = new Writer(settings(Pins.DIRECT, "key-" + name));
    Cid first = writer.checkpoint(4);
    writer.drained();
    assertThat(chain()).containsExactly(first);
    Cid second = writer.checkpoint(1);
    writer.drained();
    assertThat(chain()).containsExactly(second, first);
    requireAll(writer.blocks);
    assertThat(writer.mirror.backlog()).isEqualTo(new Mirror.Backlog(0, 0, 0));
    try (KuboBlockStore store = there()) {
      assertThat(store.stored().segments()).isEqualTo(7);
      assertThat(store.stored().blocks()).isEqualTo(12);
      String ipns = store.node().keys().get("key-" + name);
      assertThat(store.node().resolve(ipns)).contains(second);
    }
  }

  @Test
  void aNodeThatIsKilledDuringAnImportGetsItAgain() throws Exception {
    Writer writer = new Writer(settings(Pins.DIRECT, ""));
    Cid first = writer.checkpoint(1);
    writer.drained();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    proxy.next("dag/import", proxy.hold(SIZE / 2, reached, release));
    Cid second = writer.checkpoint(3);
    assertThat(reached.await(1, TimeUnit.MINUTES)).isTrue();
    node.kill();
    release.countDown();
    Cid third = writer.checkpoint(2);
    proxy.always("", FaultyProxy.answer(503, "not yet"));
    node.restart();
    assertThat(chain()).containsExactly(first);
    proxy.well();
    writer.drained();
    assertThat(chain()).containsExactly(third, second, first);
    requireAll(writer.blocks);
  }

  /** The job commits all the same, the chain there has no hole, and afterwards all is there. */
  private void survives(FaultyProxy.Fault fault, String reason) throws Exception {
    try (Said said = Said.everything(Level.INFO)) {
      Writer writer = new Writer(settings(Pins.DIRECT, ""));
      Cid first = writer.checkpoint(1);
      writer.drained();
      proxy.always("dag/import", fault);
      Cid second = writer.checkpoint(2);
      Cid third = writer.checkpoint(2);
      Awaitility.await().atMost(PATIENCE).until(() -> !said.about(reason).isEmpty());
      Awaitility.await().atMost(PATIENCE).until(() -> proxy.count("dag/import") > 9);
      assertThat(chain()).containsExactly(first);
      assertThat(writer.mirror.backlog().segments()).isEqualTo(6);
      assertThat(writer.mirror.backlog().manifests()).isEqualTo(2);
      assertThatExceptionOfType(UnmirroredException.class)
          .isThrownBy(writer.mirror::drain)
          .withMessageStartingWith(
              "Cannot bring all of folder " + folder + " to " + at() + ": 6 segments with ")
          .withMessageContaining(
              " bytes and 2 manifests are not there yet. Cannot import segment s-")
          .withMessageContaining(reason)
          .withMessageMatching("(?s).*(" + COUNTS + ").*")
          .withMessageEndingWith(
              "Nothing is lost: it is committed here. When the node takes it, ./cats publish brings it there.");
      proxy.well();
      writer.drained();
      assertThat(chain()).containsExactly(third, second, first);
      requireAll(writer.blocks);
      assertThat(said.about("goes on without it").size()).as("once for the reason").isEqualTo(1);
      assertThat(said.about("takes segments again").size()).isEqualTo(1);
    }
  }

  @Test
  void aNodeThatFailsIsAskedAgain() throws Exception {
    survives(FaultyProxy.answer(500, "oops"), "answers 500: oops");
  }

  @Test
  void aNodeThatStoresOnlyAPartIsAskedAgain() throws Exception {
    survives(
        FaultyProxy.trailer("{\"Stats\":{\"BlockCount\":1,\"BlockBytesCount\":10}}\n", "full"),
        "stored 1 of ");
  }

  @Test
  void aNodeWithoutSpaceIsAskedAgain() throws Exception {
    survives(
        FaultyProxy.answer(
            500, "{\"Message\":\"no space left on device\",\"Code\":0,\"Type\":\"error\"}"),
        "answers 500: no space left on device");
  }

  @Test
  void aNodeThatRefusesIsAskedAgain() throws Exception {
    survives(FaultyProxy.answer(403, "forbidden"), "refuses it with 403 (forbidden)");
  }

  @Test
  void aNodeThatHangsIsAskedAgain() throws Exception {
    Writer writer = new Writer(settings(Pins.DIRECT, "", "2s"));
    Cid first = writer.checkpoint(1);
    writer.drained();
    proxy.always("dag/import", proxy.silence());
    Cid second = writer.checkpoint(2);
    Awaitility.await().atMost(PATIENCE).until(() -> proxy.count("dag/import") > 4);
    assertThat(chain()).containsExactly(first);
    proxy.well();
    writer.drained();
    assertThat(chain()).containsExactly(second, first);
    requireAll(writer.blocks);
  }

  @Test
  void whileOneSegmentIsRefusedTheOthersGoUpAndTheLogIsQuiet() throws Exception {
    try (Said said = Said.everything(Level.INFO)) {
      Writer writer = new Writer(settings(Pins.DIRECT, ""));
      Cid first = writer.checkpoint(1);
      writer.drained();
      Block whole = Block.of(Cid.RAW, Bytes.utf8("refused " + name));
      Path file = writer.damaged(whole);
      writer.blocks.add(whole);
      Awaitility.await().atMost(PATIENCE).until(() -> !said.about("goes on without it").isEmpty());
      Cid last = first;
      for (int i = 0; i < 4; i++) {
        last = writer.checkpoint(3);
        Awaitility.await().atMost(PATIENCE).until(() -> writer.mirror.backlog().segments() == 1);
      }
      assertThat(chain()).containsExactly(first);
      assertThat(said.about("takes segments again")).isEmpty();
      flip(file);
      writer.drained();
      assertThat(chain()).hasSize(5).startsWith(last);
      requireAll(writer.blocks);
      assertThat(said.about("goes on without it").size()).isEqualTo(1);
      assertThat(said.about("takes segments again").size()).isEqualTo(1);
    }
  }

  /** Changes the last byte of a file, or changes it back. */
  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void whileANameIsPublishedSegmentsGoUpAndTheNewestHeadComesNext() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    proxy.always("name/publish", proxy.hold(0, reached, release));
    Writer writer = new Writer(settings(Pins.RECURSIVE, "key-" + name, "30m"));
    Cid first = writer.checkpoint(1);
    assertThat(reached.await(3, TimeUnit.MINUTES)).isTrue();
    Cid second = writer.checkpoint(3);
    Awaitility.await().atMost(PATIENCE).until(() -> chain().contains(second));
    Cid third = writer.checkpoint(2);
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> writer.mirror.backlog().equals(new Mirror.Backlog(0, 0, 0)));
    assertThat(chain()).containsExactly(third, second, first);
    requireAll(writer.blocks);
    assertThat(proxy.count("name/publish")).isEqualTo(1);
    CompletableFuture<Void> drained = CompletableFuture.runAsync(writer::drained);
    release.countDown();
    drained.get(3, TimeUnit.MINUTES);
    assertThat(proxy.count("name/publish")).as("the second place is passed over").isEqualTo(2);
    requireNameAt(third);
  }

  @Test
  void aNameThatCannotBePublishedIsToldOnceAndPublishedLater() throws Exception {
    try (Said said = Said.everything(Level.INFO)) {
      proxy.always("name/publish", FaultyProxy.answer(503, "no peers"));
      Writer writer = new Writer(settings(Pins.NONE, "key-" + name));
      Cid first = writer.checkpoint(1);
      Cid second = writer.checkpoint(1);
      Awaitility.await().atMost(PATIENCE).until(() -> chain().equals(List.of(second, first)));
      Awaitility.await().atMost(PATIENCE).until(() -> proxy.count("name/publish") > 12);
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThatExceptionOfType(UnmirroredException.class)
                      .isThrownBy(writer.mirror::drain)
                      .withMessage(
                          "Cannot bring all of folder %s to %s: the name under key key-%s does not lead to %s yet. Cannot publish %s under key key-%s: Kubo at %s answers 503: no peers\nEverything else is there. The next run publishes it, and so does ./cats publish --name key-%s."
                              .formatted(
                                  folder, at(), name, second, second, name, proxy.uri(), name)));
      assertThat(said.about("and the name follows").size()).isEqualTo(1);
      assertThat(said.about("goes on without it")).isEmpty();
      proxy.well();
      writer.drained();
      assertThat(said.about("The name of " + at() + " follows again, to ").size()).isEqualTo(1);
      requireNameAt(second);
    }
  }

  @Test
  void aNameThatWasNotPublishedIsAtTheNextStart() throws Exception {
    Cid head;
    proxy.always("name/publish", FaultyProxy.answer(503, "no peers"));
    try (Writer writer = new Writer(settings(Pins.NONE, "key-" + name))) {
      head = writer.checkpoint(1);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> writer.mirror.backlog().equals(new Mirror.Backlog(0, 0, 0)));
    }
    proxy.well();
    new Writer(settings(Pins.NONE, "key-" + name)).drained();
    requireNameAt(head);
  }

  private void requireNameAt(Cid head) throws IOException {
    try (KuboBlockStore store = there()) {
      assertThat(store.node().resolve(store.node().keys().get("key-" + name))).contains(head);
    }
  }

  @Test
  void whatTheNodeDoesNotHaveIsSeenAtTheNextStart() throws Exception {
    Cid first;
    Cid second;
    List<Block> blocks;
    node.stop();
    try (Writer writer = new Writer(settings(Pins.DIRECT, ""))) {
      first = writer.checkpoint(3);
      second = writer.checkpoint(1);
      blocks = writer.blocks;
    }
    node.restart();
    Writer next = new Writer(settings(Pins.DIRECT, ""));
    next.drained();
    assertThat(chain()).containsExactly(second, first);
    requireAll(blocks);
    long imports = proxy.count("dag/import");
    next.close();
    new Writer(settings(Pins.DIRECT, "")).drained();
    assertThat(proxy.count("dag/import")).as("what is there is not sent again").isEqualTo(imports);
  }

  @Test
  void whatTheNodesCollectorTookBeforeItWasPinnedIsSentAgain() throws Exception {
    try (KuboNode own = KuboNode.start()) {
      proxy.close();
      proxy = new FaultyProxy(own.rpc());
      Writer writer = new Writer(settings(Pins.RECURSIVE, ""));
      proxy.always("pin/add", FaultyProxy.answer(503, "not yet"));
      Cid head = writer.checkpoint(3);
      Awaitility.await().atMost(PATIENCE).until(() -> proxy.count("pin/add") > 0);
      own.collectGarbage();
      proxy.well();
      writer.drained();
      try (KuboBlockStore store =
          KuboBlockStore.of(
              KuboClient.at(own.rpc(), Optional.empty(), Patience.DEFAULT),
              folder.resolve("unused"),
              name)) {
        assertThat(store.head()).contains(head);
        assertThat(store.has(head)).isTrue();
      }
      writer.close();
    }
  }

  @Test
  void whatIsThereWithoutAPinIsPinnedAndNotSentAgain() throws Exception {
    try (Writer writer = new Writer(settings(Pins.NONE, ""))) {
      writer.checkpoint(2);
      writer.drained();
    }
    long imports = proxy.count("dag/import");
    Writer next = new Writer(settings(Pins.DIRECT, ""));
    next.drained();
    assertThat(proxy.count("dag/import")).isEqualTo(imports);
    try (KuboBlockStore store = there()) {
      List<String> pinned = new ArrayList<>();
      store.node().pins(KuboClient.Pin.RECURSIVE, (cid, called) -> pinned.add(called));
      assertThat(pinned).containsAll(store.noted().keySet().stream().map(store::pinName).toList());
    }
  }

  @Test
  void aBacklogAboveTheLimitMakesTheWriterWaitAndSaysSoOnce() throws Exception {
    MirrorSettings all = settings(Pins.NONE, "");
    try (Said said = Said.everything(Level.INFO)) {
      proxy.always("dag/import", FaultyProxy.answer(503, "busy"));
      Writer writer =
          new Writer(
              new MirrorSettings(all.uri(), 2, 2 * SIZE, Pins.NONE, "", Duration.ofMinutes(5)));
      writer.checkpoint(1);
      writer.mirror.awaitRoom();
      writer.checkpoint(2);
      CompletableFuture<Void> waiting =
          CompletableFuture.runAsync(
              () -> {
                try {
                  writer.mirror.awaitRoom();
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      Awaitility.await().atMost(PATIENCE).until(() -> !said.about("Waiting for " + at()).isEmpty());
      Awaitility.await().atMost(PATIENCE).until(() -> proxy.count("dag/import") > 20);
      assertThat(waiting).isNotDone();
      proxy.well();
      waiting.get(3, TimeUnit.MINUTES);
      writer.mirror.drain();
      requireAll(writer.blocks);
      assertThat(said.about("Waiting for " + at()).size()).isEqualTo(1);
      assertThat(said.about("Going on: of " + at()).size()).isEqualTo(1);
    }
  }

  @Test
  void garbageCollectionKeepsWhatIsPinned() throws Exception {
    for (Pins pins : Pins.values()) {
      try (KuboNode own = KuboNode.start();
          FaultyProxy before = new FaultyProxy(own.rpc())) {
        Path store = folder.resolve(pins.name());
        String uri = "kubo://" + before.uri().getAuthority() + "/" + name;
        List<Block> blocks = new ArrayList<>();
        MirrorSettings settings =
            new MirrorSettings(uri, 2, 1 << 30, pins, "", Duration.ofMinutes(5));
        try (Mirror mirror = Mirrors.open(store.toUri(), settings);
            BlockStore mirrored = new MirroredStore(CarFolderBlockStore.at(store), mirror);
            BlockStore.Lock lock = mirrored.lock("test")) {
          assertThat(lock).isNotNull();
          Optional<Cid> head = Optional.empty();
          for (int i = 0; i < 3; i++) {
            Block lot = Block.of(Cid.RAW, Bytes.utf8("lot " + i + " " + name));
            List<Cid> boms = List.of();
            Manifest manifest =
                Manifest.signed(
                    KEY, "test", "run", i, head, boms, List.of(), List.of(lot.cid()), 0, 0);
            try (SegmentWriter writer = mirrored.newSegment("s-" + i)) {
              writer.append(lot);
              writer.append(manifest.block());
              writer.seal();
            }
            mirrored.commit("s-" + i);
            mirrored.moveHead(head, manifest.cid());
            head = Optional.of(manifest.cid());
            blocks.addAll(List.of(lot, manifest.block()));
            mirror.drain();
          }
        }
        own.collectGarbage();
        try (KuboBlockStore there =
            KuboBlockStore.of(
                KuboClient.at(own.rpc(), Optional.empty(), Patience.DEFAULT), store, name)) {
          assertThat(there.head()).contains(blocks.get(5).cid());
          for (Block block : blocks) {
            assertThat(there.has(block.cid()))
                .as("%s, %s", pins, block)
                .isEqualTo(pins != Pins.NONE);
          }
          List<String> pinned = new ArrayList<>();
          there.node().pins(KuboClient.Pin.RECURSIVE, (cid, called) -> pinned.add(called));
          pinned.remove(""); // of the node itself
          switch (pins) {
            case NONE -> assertThat(pinned).isEmpty();
            case DIRECT ->
                assertThat(pinned)
                    .containsExactlyInAnyOrderElementsOf(
                        Stream.of("s-0", "s-1", "s-2")
                            .map(each -> "cats/" + name + "/" + each)
                            .toList());
            case RECURSIVE -> assertThat(pinned).containsExactly("cats/" + name + "/head");
          }
        }
      }
    }
  }

  @Test
  void longListsOfBlocksToKeepArePaged() throws Exception {
    Writer writer = new Writer(settings(Pins.DIRECT, ""));
    Block[] many = new Block[KeepList.PAGE + 1];
    for (int i = 0; i < many.length; i++) {
      many[i] = Block.of(Cid.RAW, Bytes.utf8(name + i));
    }
    writer.commit(many);
    Cid head = writer.checkpoint(0);
    writer.drained();
    assertThat(chain()).containsExactly(head);
    node.collectGarbage();
    try (KuboBlockStore store = there()) {
      assertThat(store.has(many[0].cid())).isTrue();
      assertThat(store.has(many[KeepList.PAGE].cid())).isTrue();
    }
  }

  @Test
  void aNodeWithAnotherChainOfThisNameIsLeftAlone() throws Exception {
    Cid other = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("other"));
    try (KuboBlockStore store = there()) {
      store.moveHead(Optional.empty(), other);
    }
    Writer writer = new Writer(settings(Pins.DIRECT, ""));
    writer.checkpoint(1);
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThatIOException()
                    .isThrownBy(writer.mirror::drain)
                    .withMessageContaining(
                        "HEAD there is %s, which the chain here does not hold\nGive the mirror a name of its own"
                            .formatted(other)));
    try (KuboBlockStore store = there()) {
      assertThat(store.head()).contains(other);
    }
  }

  @Test
  void aClaimThatWasLeftBehindIsOverForWhoSendsTheSameFolder() throws Exception {
    Writer writer = new Writer(settings(Pins.NONE, ""));
    writer.checkpoint(1);
    writer.drained();
    CarFolderBlockStore sent = CarFolderBlockStore.at(folder);
    try (KuboBlockStore store = there()) {
      assertThatExceptionOfType(StoreLockedException.class)
          .as("while somebody writes to the folder")
          .isThrownBy(() -> store.lock("publish", sent));
      proxy.always("", FaultyProxy.answer(403, "no"));
      writer.close();
      proxy.well();
      assertThatExceptionOfType(StoreLockedException.class)
          .as("from anywhere else")
          .isThrownBy(() -> store.lock("another writer"));
      store.lock("publish", sent).close();
      store.lock("another writer").close();
    }
  }

  @Test
  void aStoreThatIsNoFolderHasNoMirror() {
    assertThatIOException()
        .isThrownBy(
            () ->
                Mirrors.open(
                    java.net.URI.create("kubo://127.0.0.1:1/x"), settings(Pins.DIRECT, "")))
        .withMessageStartingWith("Cannot mirror store kubo://127.0.0.1:1/x to kubo://")
        .withMessageContaining("expected a folder of segments");
  }
}
