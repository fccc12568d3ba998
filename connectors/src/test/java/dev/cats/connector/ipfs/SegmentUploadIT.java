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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole segments into a real node, broken off in every place, and once more. */
class SegmentUploadIT {
  private static final int SEGMENTS = 5;
  private static final int BLOCKS = 6;
  private static final int SIZE = 60_000;
  private static final String IMPORT = "/dag/import";

  private static final Patience IMPATIENT =
      new Patience(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          1,
          Duration.ofMillis(1),
          Duration.ofMillis(1));

  private static KuboNode node;

  @TempDir private Path folder;
  private final List<Block> blocks = new ArrayList<>();
  private FaultyProxy proxy;
  private CarFolderBlockStore from;
  private KuboBlockStore to;

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
  void commit() throws IOException {
    proxy = new FaultyProxy(node.rpc());
    from = CarFolderBlockStore.at(folder.resolve("from"));
    to =
        KuboBlockStore.of(
            KuboClient.at(proxy.uri(), Optional.empty(), IMPATIENT),
            folder.resolve("staging"),
            "test-" + UUID.randomUUID());
    Random random = new Random();
    for (int i = 0; i < SEGMENTS; i++) {
      try (SegmentWriter writer = from.newSegment("s-" + i)) {
        for (int k = 0; k < BLOCKS; k++) {
          byte[] bytes = new byte[SIZE];
          random.nextBytes(bytes);
          Block block = Block.of(Cid.RAW, Bytes.wrap(bytes));
          blocks.add(block);
          writer.append(block);
        }
        writer.seal();
      }
      from.commit("s-" + i);
    }
  }

  @AfterEach
  void close() throws IOException {
    to.close();
    proxy.close();
  }

  private SegmentUpload.Report upload(int inFlight) throws IOException {
    return SegmentUpload.run(from, to, inFlight, (segments, all, bytes) -> {});
  }

  private void requireAll() throws IOException {
    assertThat(to.noted()).hasSize(SEGMENTS);
    for (Block block : blocks) {
      assertThat(to.get(block.cid())).contains(block);
    }
  }

  private static SegmentUpload.Report report(int sent, int there) {
    return new SegmentUpload.Report(sent, there, (long) sent * BLOCKS, (long) sent * BLOCKS * SIZE);
  }

  @Test
  void allSegmentsGoOverOnceAndProgressIsTold() throws IOException {
    long[] last = new long[3];
    SegmentUpload.Report report =
        SegmentUpload.run(
            from,
            to,
            3,
            (segments, all, bytes) -> {
              last[0] = segments;
              last[1] = all;
              last[2] = bytes;
            });
    assertThat(report).isEqualTo(report(SEGMENTS, 0));
    assertThat(last[0]).isEqualTo(SEGMENTS);
    assertThat(last[1]).isEqualTo(SEGMENTS);
    assertThat(last[2]).isGreaterThan(report.bytes());
    requireAll();

    assertThat(upload(3)).isEqualTo(report(0, SEGMENTS));
    assertThat(proxy.count(IMPORT)).isEqualTo(SEGMENTS);
    assertThat(
            SegmentUpload.run(
                CarFolderBlockStore.at(folder.resolve("nothing")), to, 2, (s, a, b) -> {}))
        .isEqualTo(report(0, 0));
  }

  @Test
  void severalImportsAreUnderWayAtATimeAndNoMore() throws Exception {
    CountDownLatch reached = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    proxy.always(IMPORT, proxy.hold(SIZE, reached, release));
    ExecutorService aside = Executors.newSingleThreadExecutor();
    try {
      Future<SegmentUpload.Report> upload = aside.submit(() -> upload(2));
      assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(proxy.count(IMPORT)).isEqualTo(2);
      release.countDown();
      assertThat(upload.get(120, TimeUnit.SECONDS)).isEqualTo(report(SEGMENTS, 0));
    } finally {
      aside.shutdownNow();
    }
    requireAll();
  }

  @Test
  void anUploadThatWasBrokenOffGoesOn() throws IOException {
    proxy.next(IMPORT, FaultyProxy.answer(503, ""), FaultyProxy.breakOff(SIZE));
    assertThatIOException()
        .isThrownBy(() -> upload(1))
        .withMessageStartingWith("Cannot import segment s-0: Kubo at ");
    assertThatIOException()
        .isThrownBy(() -> upload(1))
        .withMessageStartingWith("Cannot import segment s-0: Kubo at ");
    assertThat(to.noted()).isEmpty();
    assertThat(upload(1)).isEqualTo(report(SEGMENTS, 0));
    requireAll();
  }

  @Test
  void whatTheNodeCountedAndNobodyNotedIsNotSentAgain() throws IOException {
    proxy.always("/files/cp", FaultyProxy.breakOff(0));
    assertThatIOException().isThrownBy(() -> upload(1)).withMessageContaining("segment s-0");
    proxy.well();
    assertThat(proxy.count(IMPORT)).isEqualTo(1);
    assertThat(upload(1)).isEqualTo(report(SEGMENTS - 1, 1));
    assertThat(proxy.count(IMPORT)).isEqualTo(SEGMENTS);
    requireAll();
  }

  @Test
  void aNodeThatIsKilledInTheMiddleHasAllThatItCounted() throws Exception {
    try (KuboNode other = KuboNode.start();
        KuboBlockStore store =
            KuboBlockStore.of(
                KuboClient.at(other.rpc(), Optional.empty(), IMPATIENT),
                folder.resolve("other"),
                "killed")) {
      assertThatIOException()
          .isThrownBy(
              () ->
                  SegmentUpload.run(
                      from,
                      store,
                      1,
                      (segments, all, bytes) -> {
                        if (segments == 2 && other.isRunning()) {
                          kill(other);
                        }
                      }))
          .withMessageContaining("cannot be reached");
      other.restart();
      assertThat(store.noted()).hasSize(2);
      assertThat(SegmentUpload.run(from, store, 2, (segments, all, bytes) -> {}))
          .isEqualTo(report(SEGMENTS - 2, 2));
      for (Block block : blocks) {
        assertThat(store.get(block.cid())).contains(block);
      }
    }
  }

  private static void kill(KuboNode node) {
    try {
      node.kill();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatTheCollectorTookIsSentAgain() throws IOException {
    upload(2);
    node.collectGarbage();
    assertThat(to.get(blocks.get(0).cid())).isEmpty();
    assertThat(upload(2)).isEqualTo(report(SEGMENTS, 0));
    requireAll();
  }

  @Test
  void aDamagedSegmentStaysHere() throws IOException {
    Path damaged = folder.resolve("from/segments/s-2.car");
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[bytes.length / 2] ^= 1;
    Files.write(damaged, bytes);
    assertThatExceptionOfType(CorruptBlockException.class)
        .isThrownBy(() -> upload(1))
        .satisfies(
            e -> {
              assertThat(e.segment()).isEqualTo("s-2");
              assertThat(e.getMessage()).contains(e.expected(), e.found(), e.cid().toString());
            });
    assertThat(to.noted()).containsOnlyKeys("s-0", "s-1");
    assertThat(proxy.count(IMPORT)).isEqualTo(2);

    Files.write(folder.resolve("from/segments/s-2.idx"), new byte[] {1});
    assertThatExceptionOfType(CorruptBlockException.class)
        .isThrownBy(
            () ->
                SegmentUpload.run(
                    CarFolderBlockStore.at(folder.resolve("from")), to, 1, (s, a, b) -> {}))
        .withMessageContaining("Cannot read segment s-2: its index is damaged");
  }

  @Test
  void anotherSegmentOfTheSameNameIsNotTakenForThisOne() throws IOException {
    upload(1);
    try (CarFolderBlockStore other = CarFolderBlockStore.at(folder.resolve("another"))) {
      try (SegmentWriter writer = other.newSegment("s-1")) {
        writer.append(Block.of(Cid.RAW, Bytes.utf8("another")));
        writer.seal();
      }
      other.commit("s-1");
      assertThatIOException()
          .isThrownBy(() -> SegmentUpload.run(other, to, 1, (s, a, b) -> {}))
          .withMessageContaining("has another one of this name")
          .withMessageContaining("Give this store another NAME there.");
    }
  }
}
