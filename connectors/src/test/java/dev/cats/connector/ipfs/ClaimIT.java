package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.StaleHeadException;
import dev.cats.content.StoreLockedException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two writers, on an object store that has no locks. */
class ClaimIT {
  private static S3Mock server;

  private final String location = S3Mock.newStore();

  @BeforeAll
  static void start() throws Exception {
    server = S3Mock.start();
    S3Mock.use(server.settings());
  }

  @AfterAll
  static void stop() throws Exception {
    S3Mock.forget();
    if (server != null) {
      server.close();
    }
  }

  private Map<String, String> environment() throws IOException {
    return Map.of("FLINK_CONF_DIR", server.configuration().toString());
  }

  private FileSystem files() throws IOException {
    return FileSystem.get(URI.create(location));
  }

  private List<String> names(String folder) throws IOException {
    List<String> names = new ArrayList<>();
    for (var each : files().listStatus(new Path(location + "/" + folder))) {
      names.add(each.getPath().getName());
    }
    return names;
  }

  @Test
  void ofManyOneHasItAtATime() throws Exception {
    Path folder = new Path(location + "/claims");
    files().mkdirs(folder);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger turns = new AtomicInteger();
    List<Callable<Boolean>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String name = "user " + i;
      all.add(
          () -> {
            for (int turn = 0; turn < 3; turn++) {
              try (Claim claim = Claim.await(files(), folder, "a store", name)) {
                assertThat(inside.incrementAndGet()).isEqualTo(1);
                claim.requireHeld("write");
                turns.incrementAndGet();
                inside.decrementAndGet();
              }
            }
            return true;
          });
    }
    ExecutorService pool = Executors.newFixedThreadPool(all.size());
    try {
      for (Future<Boolean> each : pool.invokeAll(all)) {
        assertThat(each.get()).isTrue();
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(turns).hasValue(12);
    assertThat(names("claims")).isEmpty();
  }

  @Test
  void aWriterThatWasKilledIsNamedAndItsLockEndsByItself() throws Exception {
    try (OtherProcess other = new OtherProcess(location, environment());
        BlockStore store = BlockStores.open(location)) {
      assertThat(other.ask("lock run of usgs-seismology")).isEqualTo("locked");
      assertThatExceptionOfType(StoreLockedException.class)
          .isThrownBy(() -> store.lock("me"))
          .withMessageContaining("it is in use by run of usgs-seismology (process " + other.pid())
          .withMessageContaining("last heard of ")
          .withMessageContaining("if that is gone, wait ")
          .withMessageContaining(" or delete " + location + "/locks/");
      other.kill();
      Awaitility.await()
          .ignoreExceptionsInstanceOf(StoreLockedException.class)
          .until(
              () -> {
                store.lock("the next one").close();
                return true;
              });
      assertThat(names("locks")).isEmpty();
    }
  }

  @Test
  void aWriterThatLivesKeepsItsLockForLongerThanALease() throws Exception {
    try (BlockStore store = BlockStores.open(location);
        BlockStore.Lock lock = store.lock("a long run")) {
      assertThat(lock).isNotNull();
      long before = System.nanoTime();
      Awaitility.await()
          .pollInterval(Duration.ofSeconds(2))
          .until(
              () -> {
                assertThatExceptionOfType(StoreLockedException.class)
                    .isThrownBy(() -> BlockStores.open(location).lock("another"));
                return System.nanoTime() - before > Claim.LEASE.toNanos() * 5 / 4;
              });
    }
  }

  @Test
  void whoLostItsLockDoesNotMoveHead() throws Exception {
    Cid next = Block.of(Cid.DAG_CBOR, Bytes.fromHex("01")).cid();
    try (BlockStore store = BlockStores.open(location);
        BlockStore.Lock lock = store.lock("a run that was stopped for long")) {
      assertThat(lock).isNotNull();
      String claim = names("locks").get(0);
      files().delete(new Path(location + "/locks/" + claim), false);
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThatIOException()
                      .isThrownBy(() -> store.moveHead(store.head(), next))
                      .withMessageStartingWith("Cannot write " + location + "/HEAD: the claim ")
                      .withMessageContaining("another writer may have the store now"));
    }
  }

  @Test
  void ofTwoProcessesOneMovesHead() throws Exception {
    try (OtherProcess other = new OtherProcess(location, environment());
        BlockStore store = BlockStores.open(location)) {
      for (int i = 0; i < 5; i++) {
        Optional<Cid> before = store.head();
        Cid ours = Block.of(Cid.RAW, Bytes.utf8("ours " + i)).cid();
        Cid theirs = Block.of(Cid.RAW, Bytes.utf8("theirs " + i)).cid();
        other.tell("head " + before.map(Cid::toString).orElse("none") + " " + theirs);
        boolean moved;
        try {
          store.moveHead(before, ours);
          moved = true;
        } catch (StaleHeadException e) {
          moved = false;
        }
        assertThat(other.answer()).isEqualTo(moved ? "stale" : "moved");
        assertThat(store.head()).contains(moved ? ours : theirs);
      }
      assertThat(names("movers")).isEmpty();
    }
  }
}
