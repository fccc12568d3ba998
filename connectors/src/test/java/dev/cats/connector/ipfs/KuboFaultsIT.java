package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.CorruptBlockException;
import dev.cats.content.SegmentWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real node that fails in every way, what the message says, and that a second commit is well. */
class KuboFaultsIT {
  private static final int BLOCKS = 24;
  private static final int SIZE = 100_000;

  /** What is known of an import that the node did not end by counting. */
  private static final String UNCOUNTED =
      "\nExpected 24 blocks with 2,400,000 bytes to be stored; the node did not say how many are. Importing again is harmless.";

  /** Quick to ask again, and for long: a node takes its time to come back on a busy machine. */
  private static final Patience PATIENT =
      new Patience(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          200,
          Duration.ofMillis(50),
          Duration.ofMillis(500));

  private static KuboNode node;

  @TempDir private Path folder;
  private final List<Block> blocks = new ArrayList<>();
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
    Random random = new Random();
    for (int i = 0; i < BLOCKS; i++) {
      byte[] bytes = new byte[SIZE];
      random.nextBytes(bytes);
      blocks.add(Block.of(Cid.RAW, Bytes.wrap(bytes)));
    }
  }

  @AfterEach
  void fall() throws IOException {
    proxy.close();
  }

  private KuboBlockStore store(Patience patience) {
    return KuboBlockStore.of(
        KuboClient.at(proxy.uri(), Optional.empty(), patience),
        folder,
        "test-" + UUID.randomUUID());
  }

  private KuboBlockStore sealed(Patience patience) throws IOException {
    KuboBlockStore store = store(patience);
    try (SegmentWriter writer = store.newSegment("s-17")) {
      for (Block block : blocks) {
        writer.append(block);
      }
      writer.seal();
    }
    return store;
  }

  private void requireAll(BlockStore store) throws IOException {
    for (Block block : blocks) {
      assertThat(store.get(block.cid())).contains(block);
    }
    assertThat(folder.resolve("staged")).isEmptyDirectory();
  }

  private String at() {
    return "Kubo at " + proxy.uri();
  }

  @Test
  void aNodeThatIsKilledDuringAnImportAndComesBackHasAllOfIt() throws Exception {
    KuboBlockStore store = sealed(PATIENT);
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    proxy.next("dag/import", proxy.hold(BLOCKS * SIZE / 2, reached, release));
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      Future<?> commit =
          pool.submit(
              () -> {
                store.commit("s-17");
                return null;
              });
      assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
      node.kill();
      release.countDown();
      node.restart();
      commit.get(120, TimeUnit.SECONDS);
    } finally {
      pool.shutdownNow();
    }
    requireAll(store);
    assertThat(proxy.count("dag/import")).isGreaterThan(1);
  }

  @Test
  void aNodeThatIsAwayIsNamedAndTheCommitGoesOnWhenItIsBack() throws Exception {
    KuboBlockStore store = sealed(Patience.DEFAULT.withAttempts(2));
    node.kill();
    proxy.close();
    try {
      assertThatIOException()
          .isThrownBy(() -> store.commit("s-17"))
          .withMessageMatching(
              "Cannot import segment s-17: \\Q%s\\E cannot be reached \\(.*\\) \\(tried 2 times in .*\\)\\Q%s\\E"
                  .formatted(at(), UNCOUNTED));
    } finally {
      node.restart();
    }
    KuboBlockStore back =
        KuboBlockStore.of(
            KuboClient.at(node.rpc(), Optional.empty(), Patience.DEFAULT), folder, "back");
    back.commit("s-17");
    requireAll(back);
  }

  @Test
  void errorsInPassingAreAskedAgain() throws IOException {
    KuboBlockStore store = sealed(PATIENT);
    proxy.next(
        "dag/import",
        FaultyProxy.answer(500, "oops"),
        FaultyProxy.answer(503, "busy"),
        FaultyProxy.answer(429, ""),
        FaultyProxy.breakOff(SIZE));
    store.commit("s-17");
    assertThat(proxy.count("dag/import")).isEqualTo(5);
    proxy.next("block/get", FaultyProxy.answer(502, ""), FaultyProxy.breakOff(0));
    requireAll(store);
  }

  @Test
  void errorsThatStayAreNamed() throws IOException {
    KuboBlockStore store = sealed(Patience.DEFAULT.withAttempts(2));
    proxy.always("dag/import", FaultyProxy.answer(500, "the backend is gone"));
    assertThatExceptionOfType(KuboException.class)
        .isThrownBy(() -> store.commit("s-17"))
        .withMessage(
            "Cannot import segment s-17: %s answers 500: the backend is gone%s"
                .formatted(at(), UNCOUNTED));
    assertThat(proxy.count("dag/import")).isEqualTo(2);
    proxy.well();
    store.commit("s-17");
    requireAll(store);
  }

  @Test
  void aNodeThatHangsIsGivenUp() throws IOException {
    KuboBlockStore store =
        sealed(
            new Patience(
                Duration.ofSeconds(5),
                Duration.ofMillis(500),
                2,
                Duration.ofMillis(10),
                Duration.ofMillis(10)));
    proxy.always("dag/import", proxy.silence());
    assertThatIOException()
        .isThrownBy(() -> store.commit("s-17"))
        .withMessageMatching(
            "Cannot import segment s-17: \\Q%s\\E hangs: nothing for 500 ms, after [\\d,]+ bytes \\(tried 2 times in .*\\)\\Q%s\\E"
                .formatted(at(), UNCOUNTED));
    proxy.well();
    KuboBlockStore patient =
        KuboBlockStore.of(KuboClient.at(proxy.uri(), Optional.empty(), PATIENT), folder, "patient");
    patient.commit("s-17");
    requireAll(patient);
  }

  @Test
  void aConnectionThatBreaksDuringAnImportIsToldWithWhatWasToBeStored() throws Exception {
    KuboBlockStore store = sealed(Patience.DEFAULT.withAttempts(1));
    proxy.next("dag/import", FaultyProxy.breakOff(BLOCKS * SIZE / 2));
    assertThatIOException()
        .isThrownBy(() -> store.commit("s-17"))
        .withMessageMatching(
            "Cannot import segment s-17: \\Q%s\\E broke the connection off after [\\d,]+ bytes \\(.*\\)\\Q%s\\E"
                .formatted(at(), UNCOUNTED));
    store.commit("s-17");
    requireAll(store);
  }

  @Test
  void whoWaitsCanBeInterrupted() throws Exception {
    KuboBlockStore store = sealed(PATIENT);
    proxy.always("dag/import", proxy.silence());
    ExecutorService pool = Executors.newSingleThreadExecutor();
    Future<?> commit =
        pool.submit(
            () -> {
              store.commit("s-17");
              return null;
            });
    Awaitility.await().until(() -> proxy.count("dag/import") == 1);
    pool.shutdownNow();
    assertThat(pool.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(commit::get)
        .withCauseInstanceOf(InterruptedIOException.class)
        .withMessageContaining("Cannot import segment s-17: interrupted");
  }

  @Test
  void aNodeThatStoresOnlyAPartIsFoundOutByItsCounts() throws IOException {
    KuboBlockStore store = sealed(PATIENT);
    proxy.next(
        "dag/import",
        FaultyProxy.trailer(
            "{\"Stats\":{\"BlockCount\":23,\"BlockBytesCount\":2300000}}\n", "no space left"));
    assertThatExceptionOfType(ImportException.class)
        .isThrownBy(() -> store.commit("s-17"))
        .withMessageStartingWith(
            "Cannot import segment s-17: %s stored 23 of 24 blocks, 2,300,000 of 2,400,000 bytes\n"
                .formatted(at()))
        .satisfies(
            e -> {
              assertThat(e.segment()).isEqualTo("s-17");
              assertThat(e.expected()).isEqualTo(24);
              assertThat(e.stored()).isEqualTo(23);
            });
    proxy.next("dag/import", FaultyProxy.trailer("", "no space left on device"));
    assertThatExceptionOfType(ImportException.class)
        .isThrownBy(() -> store.commit("s-17"))
        .withMessageStartingWith(
            "Cannot import segment s-17: %s did not say how many of 24 blocks it stored\n"
                .formatted(at()));
    assertThat(store.has(blocks.get(0).cid())).isFalse();
    store.commit("s-17");
    requireAll(store);
  }

  @Test
  void aNodeWithoutSpaceIsQuotedAndNotAskedAgain() throws IOException {
    KuboBlockStore store = sealed(PATIENT);
    proxy.always(
        "dag/import",
        FaultyProxy.answer(
            500,
            "{\"Message\":\"import failed: write 000012.log: no space left on device\",\"Code\":0,\"Type\":\"error\"}"));
    assertThatExceptionOfType(KuboException.class)
        .isThrownBy(() -> store.commit("s-17"))
        .withMessage(
            "Cannot import segment s-17: %s answers 500: import failed: write 000012.log: no space left on device%s"
                .formatted(at(), UNCOUNTED))
        .satisfies(e -> assertThat(e.said()).endsWith(": no space left on device"));
    assertThat(proxy.count("dag/import")).isEqualTo(1);
    proxy.well();
    store.commit("s-17");
    requireAll(store);
  }

  @Test
  void aCarWithAWrongHashIsRefusedByTheNode() throws IOException {
    KuboBlockStore store = sealed(PATIENT);
    Path car = folder.resolve("staged/s-17.car");
    byte[] bytes = Files.readAllBytes(car);
    bytes[bytes.length - 1] ^= 1;
    Files.write(car, bytes);
    assertThatExceptionOfType(KuboException.class)
        .isThrownBy(() -> store.commit("s-17"))
        .withMessageStartingWith(
            "Cannot import segment s-17: " + at() + " answers 500: import failed")
        .withMessageContaining("mismatch in content integrity")
        .withMessageEndingWith(UNCOUNTED);
    assertThat(store.get(blocks.get(BLOCKS - 1).cid())).isEmpty();
    assertThat(car).exists();
  }

  @Test
  void anArchiveThatWasCutShortHereIsNoFaultOfTheNodes() throws IOException {
    KuboBlockStore store = sealed(PATIENT);
    Path car = folder.resolve("staged/s-17.car");
    Files.write(car, Bytes.of(Files.readAllBytes(car)).slice(0, SIZE).toArray());
    Files.delete(folder.resolve("staged/s-17.idx"));
    assertThatIOException()
        .isThrownBy(() -> store.commit("s-17"))
        .withMessageStartingWith("Cannot index staged/s-17.car of folder " + folder);
  }

  @Test
  void bytesThatAreNotTheBlockAreNotReturned() throws IOException {
    KuboBlockStore store = sealed(PATIENT);
    store.commit("s-17");
    Cid cid = blocks.get(0).cid();
    proxy.next("block/get", FaultyProxy.answer(200, "something else"));
    assertThatExceptionOfType(CorruptBlockException.class)
        .isThrownBy(() -> store.get(cid))
        .withMessageContaining("expected  " + cid)
        .withMessageContaining("found     " + Cid.sha256(Cid.RAW, Bytes.utf8("something else")))
        .withMessageContaining("store     " + at());
    proxy.next("block/get", FaultyProxy.answer(200, "x".repeat(Block.MAX_SIZE + 1)));
    assertThatIOException()
        .isThrownBy(() -> store.get(cid))
        .withMessage(
            "Cannot read block %s: %s answers with more than 1048576 bytes".formatted(cid, at()));
    assertThat(store.get(cid)).contains(blocks.get(0));
  }

  @Test
  void aNodeThatWantsATokenGetsItAndNeverShowsIt() throws Exception {
    String rights =
        "{\"cats\":{\"AuthSecret\":\"bearer:sesame\",\"AllowedPaths\":[\"/api/v0/version\",\"/api/v0/files\",\"/api/v0/block\",\"/api/v0/dag/import\"]}}";
    Path token = Files.writeString(folder.resolve("token"), "sesame\n");
    Path wrong = Files.writeString(folder.resolve("wrong"), "mellon\n");
    try (KuboNode guarded = KuboNode.start(Map.of("API.Authorizations", rights))) {
      String store = guarded.uri() + "/t?staging=" + folder.resolve("staging");
      for (String uri : List.of(store, store + "&token-file=" + wrong)) {
        try (BlockStore refused = BlockStores.open(uri)) {
          assertThatExceptionOfType(KuboException.class)
              .isThrownBy(refused::check)
              .withMessageContaining("Cannot ask for the version: Kubo at " + guarded.rpc())
              .withMessageContaining(" refuses it with 403 (")
              .withMessageContaining("CATS_KUBO_TOKEN")
              .withMessageNotContaining("mellon")
              .satisfies(e -> assertThat(e.isRefusal()).isTrue());
        }
      }
      try (BlockStore welcome = BlockStores.open(store + "&token-file=" + token);
          BlockStore byVariable =
              new KuboProvider(Map.of("CATS_KUBO_TOKEN", "sesame")).open(URI.create(store))) {
        welcome.check();
        try (SegmentWriter writer = welcome.newSegment("one")) {
          writer.append(blocks.get(0));
          writer.seal();
        }
        welcome.commit("one");
        assertThat(byVariable.get(blocks.get(0).cid())).contains(blocks.get(0));
        assertThatExceptionOfType(KuboException.class)
            .isThrownBy(welcome::inspect)
            .withMessageContaining("it has to allow /api/v0/repo/verify.");
      }
      KuboClient stranger = KuboClient.at(guarded.rpc(), Optional.of("mellon"), Patience.DEFAULT);
      KuboBlockStore refused = KuboBlockStore.of(stranger, folder.resolve("staging"), "t");
      try (SegmentWriter writer =
          KuboBlockStore.of(
                  KuboClient.at(guarded.rpc(), Optional.of("sesame"), Patience.DEFAULT),
                  folder.resolve("staging"),
                  "t")
              .newSegment("two")) {
        for (Block block : blocks) {
          writer.append(block);
        }
        writer.seal();
      }
      assertThatExceptionOfType(KuboException.class)
          .isThrownBy(() -> refused.commit("two"))
          .withMessageStartingWith("Cannot import segment two: Kubo at " + guarded.rpc())
          .withMessageContaining(" refuses it with 403 (")
          .withMessageEndingWith(UNCOUNTED)
          .satisfies(e -> assertThat(e.isRefusal()).isTrue());
    }
  }

  @Test
  void aLostAnswerToAMoveOfHeadIsNoLostMove() throws IOException {
    KuboBlockStore store = store(PATIENT);
    Cid cid = blocks.get(0).cid();
    proxy.next(
        "files/cp",
        (request, out) -> {
          KuboClient behind = KuboClient.at(node.rpc(), Optional.empty(), Patience.DEFAULT);
          assertThat(behind.version()).isNotEmpty();
          String line = request.line();
          HttpURLConnection done =
              (HttpURLConnection)
                  node.rpc().resolve(line.split(" ", -1)[1]).toURL().openConnection();
          done.setRequestMethod("POST");
          assertThat(done.getResponseCode()).isEqualTo(200);
        });
    store.moveHead(Optional.empty(), cid);
    assertThat(store.head()).contains(cid);
    assertThat(proxy.count("files/cp")).isEqualTo(2);
  }
}
