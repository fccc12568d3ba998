package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.bom.Bom;
import dev.cats.bom.Manifest;
import dev.cats.bom.Order;
import dev.cats.cluster.JavaProcess;
import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import dev.cats.replay.SampleChain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Segments dropped from a folder, and what the commands say of them then. */
class PruneIT {
  private static final int CHECKPOINTS = 40;

  private final SampleChain chain = new SampleChain();
  private final List<Bom> feeds = new ArrayList<>();

  @TempDir private Path folder;
  private Path store;

  /** The sample, and then a source lot per checkpoint, each in a segment of its own. */
  @BeforeEach
  void commit() throws IOException {
    store = folder.resolve("store");
    Order feed = chain.order("feed", Optional.empty());
    try (CarFolderBlockStore blocks = CarFolderBlockStore.at(store)) {
      chain.commitTo(blocks);
      Manifest newest = chain.second;
      for (int i = 3; i <= CHECKPOINTS; i++) {
        Bom bom = chain.source(feed, 10 + i, "letter " + i);
        feeds.add(bom);
        commit(blocks, "feed-" + i, SampleChain.lot("letter " + i), bom.block());
        newest = chain.manifest("run-1", i, Optional.of(newest.cid()), 0, List.of(bom));
        commit(blocks, "manifest-" + i, newest.block());
        blocks.moveHead(blocks.head(), newest.cid());
      }
    }
  }

  private static void commit(BlockStore store, String name, Block... blocks) throws IOException {
    try (SegmentWriter segment = store.newSegment(name)) {
      for (Block block : blocks) {
        segment.append(block);
      }
      segment.seal();
    }
    store.commit(name);
  }

  private Answer ask(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--store", store.toString()));
    return Answer.to(all.toArray(String[]::new));
  }

  private long size() throws IOException {
    try (Stream<Path> files = Files.list(store.resolve("segments"))) {
      return files
          .filter(file -> file.toString().endsWith(".car"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  @Test
  void aDryRunSaysWhatThePruneThenDoes() throws IOException {
    long before = size();
    Answer dry = ask("prune", "--keep", "10", "--dry-run");
    assertThat(dry.code()).as(dry.err()).isZero();
    assertThat(dry.out())
        .startsWith("Would drop 28 segments with 56 blocks, ")
        .contains("50 segments with ")
        .contains("Kept: 10 manifests from HEAD to baf")
        .contains("Before that: 30 manifests, which stay as what was committed");
    assertThat(size()).isEqualTo(before);
    assertThat(store.resolve("KEPT")).doesNotExist();

    Answer done = ask("prune", "--keep", "10", "--json");
    assertThat(done.code()).as(done.err()).isZero();
    assertThat(done.out())
        .startsWith("{\"dryRun\":false,\"keptFrom\":\"baf")
        .contains("\"manifestsKept\":10,\"manifestsOlder\":30,\"segments\":28,\"blocks\":56,")
        .contains(
            "\"bytes\":" + (before - size()) + ",\"segmentsLeft\":50,\"bytesLeft\":" + size());
    assertThat(ask("prune", "--keep", "10").out()).startsWith("Dropped 0 segments with 0 blocks");
  }

  @Test
  void afterwardsEveryCommandSaysWhatWasPruned() {
    Bom gone = feeds.get(0);
    Bom kept = feeds.get(feeds.size() - 1);
    assertThat(ask("prune", "--keep", "1").code()).isZero();

    Answer verify = ask("verify", "HEAD");
    assertThat(verify.code()).as(verify.out()).isZero();
    assertThat(verify.out())
        .startsWith("ok: 40 manifests, 7 BOMs")
        .contains("37 blocks that only older manifests name were pruned, on purpose");
    assertThat(ask("verify", "HEAD", "--json").out())
        .contains("{\"ok\":true,", "\"pruned\":37,\"problems\":[]");
    assertThat(ask("verify", kept.cid().toString()).code()).isZero();
    assertThat(ask("verify", chain.second.cid().toString()).code()).isZero();
    assertThat(ask("log", "--limit", "100").out())
        .contains("  pruned    1 BOM, with what only they stand on");
    assertThat(ask("log").code()).isZero();
    assertThat(ask("log", "--json").out()).contains("\"boms\":1,\"pruned\":1,\"steps\":[]");

    for (String command : List.of("show", "trace", "export", "verify")) {
      List<String> arguments = new ArrayList<>(List.of(command, gone.cid().toString()));
      if (command.equals("export")) {
        arguments.addAll(List.of("--car", folder.resolve("gone.car").toString()));
      }
      Answer answer = ask(arguments.toArray(String[]::new));
      assertThat(answer.out() + answer.err()).as(command).contains("pruned");
      assertThat(answer.err()).as(command).doesNotContain("does not hold it", "\tat ");
    }
    Answer trace = ask("trace", kept.cid().toString());
    assertThat(trace.code()).isZero();
    assertThat(ask("trace", kept.cid().toString(), "--records", "0").code()).isZero();
    Answer lot = ask("trace", gone.output().data().toString());
    assertThat(lot.code()).isEqualTo(2);
    assertThat(lot.err()).contains("it was pruned from folder");

    Answer export = ask("export", "HEAD", "--car", folder.resolve("kept.car").toString());
    assertThat(export.code()).as(export.out()).isZero();
    assertThat(export.out())
        .startsWith(folder.resolve("kept.car") + ": 1 manifest, 1 BOM, 1 lot")
        .contains("Not here any more: 1 block that was pruned");
    Answer records = ask("fetch", "HEAD", "--records", "csv", "--step", "feed");
    assertThat(records.code()).as(records.err()).isZero();
    assertThat(records.out()).endsWith("letter 40\n").doesNotContain("letter 3\n");
    assertThat(records.err()).contains("Without what was pruned: 37 BOMs");
  }

  @Test
  void whatWasPrunedCanBeFetchedBack() {
    Path copy = folder.resolve("copy");
    assertThat(
            Answer.to("fetch", "HEAD", "--from", store.toString(), "--store", copy.toString())
                .code())
        .isZero();
    ask("prune", "--keep", "1");
    Cid gone = feeds.get(0).cid();
    assertThat(ask("show", gone.toString()).code()).isEqualTo(2);
    assertThat(ask("fetch", gone.toString(), "--from", copy.toString()).code()).isZero();
    assertThat(ask("show", gone.toString()).code()).isZero();
    assertThat(ask("prune", "--keep", "1").out()).startsWith("Dropped 0 segments");
    assertThat(ask("verify", "HEAD").out()).contains("36 blocks that only older manifests name");
  }

  @Test
  void aStoreInUseIsNotPruned() throws IOException {
    try (CarFolderBlockStore busy = CarFolderBlockStore.at(store);
        BlockStore.Lock lock = busy.lock("run of letters")) {
      assertThat(lock).isNotNull();
      Answer prune = ask("prune", "--keep", "1");
      assertThat(prune.code()).isEqualTo(2);
      assertThat(prune.err()).contains("it is in use by run of letters");
      assertThat(ask("prune", "--keep", "1", "--dry-run").code()).isZero();
    }
    assertThat(store.resolve("KEPT")).doesNotExist();
  }

  @Test
  void aDamagedBlockOfWhatIsKeptKeepsEverything() throws IOException {
    Path segment = store.resolve("segments/feed-40.car");
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length - 1] ^= 1;
    Files.write(segment, bytes);
    long before = size();
    Answer prune = ask("prune", "--keep", "1");
    assertThat(prune.code()).isEqualTo(1);
    assertThat(prune.err()).contains("Cannot read block " + feeds.get(feeds.size() - 1).cid());
    assertThat(size()).isEqualTo(before);
  }

  @Test
  void wrongQuestionsAreExplained() {
    assertThat(ask("prune").err()).contains("expected --keep or --since, found neither");
    assertThat(ask("prune", "--keep", "1", "--since", "2026-01-01").err()).contains("found both");
    assertThat(ask("prune", "--keep", "0").err()).contains("Invalid --keep: expected 1 or more");
    for (String since : List.of("yesterday", "baf", "2026-13-01", "2026-01-01T00:00")) {
      Answer answer = ask("prune", "--since", since);
      assertThat(answer.code()).as(since).isEqualTo(2);
      assertThat(answer.err()).as(since).contains("Invalid --since: ", "found " + since);
    }
    assertThat(ask("prune", "--since", chain.daily.cid().toString()).err())
        .contains("manifest " + chain.daily.cid() + " is not in the chain of HEAD");
    assertThat(ask("prune", "--since", "2020-01-01", "--dry-run").out()).startsWith("Would drop 0");
    assertThat(ask("prune", "--since", "2040-01-01T00:00:00Z", "--dry-run").out())
        .contains("Kept: 1 manifest from HEAD");
  }

  @Test
  void killedWhenItMayTheStoreIsRight() throws Exception {
    for (int delay = 0; delay < 12; delay++) {
      int keep = CHECKPOINTS - 3 * delay - 1;
      List<String> command = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1"));
      command.addAll(List.of("-cp", JavaProcess.classPath(), Cats.class.getName()));
      command.addAll(
          List.of("prune", "--keep", Integer.toString(keep), "--store", store.toString()));
      try (JavaProcess prune = JavaProcess.start("prune-" + delay, folder, command)) {
        String before = kept();
        // From the moment at which it begins to drop, a little later each time.
        long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (prune.isAlive() && kept().equals(before) && System.nanoTime() < deadline) {
          Thread.onSpinWait();
        }
        long until = System.nanoTime() + delay * 200_000L;
        while (System.nanoTime() < until) {
          Thread.onSpinWait();
        }
        prune.kill();
      }
      Answer verify = ask("verify", "HEAD");
      assertThat(verify.code()).as(verify.out()).isZero();
    }
    assertThat(ask("prune", "--keep", "1").code()).isZero();
    assertThat(ask("verify", "HEAD").code()).isZero();
    try (Stream<Path> files = Files.list(store.resolve("segments"))) {
      assertThat(files.filter(file -> file.toString().contains("feed-")))
          .containsExactlyInAnyOrder(
              store.resolve("segments/feed-40.car"), store.resolve("segments/feed-40.idx"));
    }
  }

  private String kept() throws IOException {
    Path file = store.resolve("KEPT");
    return Files.exists(file) ? Files.readString(file) : "";
  }
}
