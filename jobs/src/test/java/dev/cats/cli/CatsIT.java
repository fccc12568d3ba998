package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.Node;
import dev.cats.content.SegmentWriter;
import dev.cats.content.UnixFs;
import dev.cats.replay.SampleChain;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands over a folder of segments, some of them damaged, and over files. */
class CatsIT {
  private final SampleChain chain = new SampleChain();

  @TempDir private Path folder;
  private Path store;

  @BeforeEach
  void commit() throws IOException {
    store = folder.resolve("store");
    try (CarFolderBlockStore blocks = CarFolderBlockStore.at(store)) {
      chain.commitTo(blocks);
    }
  }

  private Answer ask(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--store", store.toString()));
    return Answer.to(all.toArray(String[]::new));
  }

  private Path segment(int checkpoint) {
    return store.resolve("segments/checkpoint-" + checkpoint + ".car");
  }

  /** Turns one bit of a block round, wherever the segment holds it. */
  private void flip(Path segment, Bytes block) throws IOException {
    Bytes bytes = Bytes.wrap(Files.readAllBytes(segment));
    int at = 0;
    while (!bytes.slice(at, at + block.size()).equals(block)) {
      at++;
    }
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      int middle = at + block.size() / 2;
      file.seek(middle);
      file.write(bytes.at(middle) ^ 1);
    }
  }

  @Test
  void aWholeStoreIsFine() {
    Answer answer = ask("verify", "HEAD");
    assertThat(answer.code()).isZero();
    assertThat(answer.out()).startsWith("ok: 2 manifests, 6 BOMs");
  }

  @Test
  void aFlippedBitIsNamedWithSegmentBlockAndBothHashes() throws IOException {
    Bytes lot = SampleChain.lot("acd", "be").bytes();
    Cid cid = chain.daily.output().data();
    flip(segment(2), lot);
    Answer answer = ask("verify", "HEAD");
    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.out()).contains("checkpoint-2");
    List<String> facts =
        answer.lines().stream()
            .filter(line -> line.matches("  (block|expected|found) .*"))
            .toList();
    assertThat(facts).hasSize(3);
    assertThat(facts.get(0)).endsWith(cid.toString());
    assertThat(facts.get(1)).startsWith("  expected  ").endsWith(cid.toString());
    assertThat(facts.get(2)).startsWith("  found     baf").doesNotContain(cid.toString());

    Answer json = ask("verify", "HEAD", "--json");
    assertThat(json.out())
        .contains(
            "{\"kind\":\"hash\",\"cid\":\"%s\",\"where\":\"segment checkpoint-2, lot named by %s\""
                .formatted(cid, chain.daily.cid()));
    assertThat(json.out().split("\"kind\"")).hasSize(2);

    Answer show = ask("show", cid.toString());
    assertThat(show.code()).isEqualTo(1);
    assertThat(show.err()).contains("checkpoint-2").doesNotContain("\tat ");
  }

  @Test
  void aFlippedBitInAManifestIsFoundToo() throws IOException {
    flip(segment(1), chain.first.block().bytes());
    Answer answer = ask("verify", "HEAD", "--json");
    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.out()).contains("\"kind\":\"hash\",\"cid\":\"" + chain.first.cid());
  }

  @Test
  void aSegmentCutShortIsFoundAndTheOtherOneStillRead() throws IOException {
    long size = Files.size(segment(1));
    try (RandomAccessFile file = new RandomAccessFile(segment(1).toFile(), "rw")) {
      file.setLength(size - chain.first.block().bytes().size() / 2);
    }
    Answer answer = ask("verify", "HEAD", "--json");
    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.out())
        .contains("\"kind\":\"truncated\",\"cid\":\"" + chain.first.cid())
        .contains("segment checkpoint-1");
    assertThat(ask("log", "--limit", "1").code()).isEqualTo(1);
    assertThat(ask("show", "HEAD").code()).isZero();
  }

  @Test
  void aStoreThatIsAFileIsRefused() throws IOException {
    store = Files.writeString(folder.resolve("file"), "no store");
    Answer answer = ask("log");
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err()).contains("it is a file, not a folder");
  }

  @Test
  void aFolderThatIsNoStoreHasNoManifests() {
    store = folder;
    assertThat(ask("log").code()).isEqualTo(2);
    assertThat(ask("log").err()).contains("has no manifest yet");
  }

  @Test
  void filesAreShownALineEachAndTheRefusedFail() throws IOException {
    Bytes document = DagCbor.encode(Node.map().put("a", Node.of(1)).build());
    Path good = Files.write(folder.resolve("good.cbor"), document.toArray());
    Path lot = Files.write(folder.resolve("lot"), SampleChain.lot("x", "y").bytes().toArray());
    Answer answer = Answer.to("show", "--file", good.toString(), lot.toString());
    assertThat(answer.code()).isZero();
    assertThat(answer.lines())
        .containsExactly(
            "{\"file\":\"%s\",\"cid\":\"%s\",\"value\":{\"a\":1}}"
                .formatted(good, Cid.sha256(Cid.DAG_CBOR, document)),
            "{\"file\":\"%s\",\"cid\":\"%s\",\"value\":[{\"text\":\"x\"},{\"text\":\"y\"}]}"
                .formatted(lot, SampleChain.lot("x", "y").cid()));

    Path trailing = Files.write(folder.resolve("trailing"), new byte[] {0x01, 0x01});
    Answer refused = Answer.to("show", "--file", trailing.toString(), good.toString(), "nowhere");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.lines()).hasSize(3);
    assertThat(refused.lines().get(0)).startsWith("{\"file\":\"" + trailing + "\",\"error\":\"");
    assertThat(refused.lines().get(1)).contains("\"value\":{\"a\":1}");
    assertThat(refused.lines().get(2)).contains("there is no such file");
  }

  @Test
  void filesAreBlocksUpToTwoMebibytes() throws IOException {
    int header = 5;
    byte[] bytes = new byte[BlockFile.MAX_SIZE];
    bytes[0] = 0x5a;
    int content = bytes.length - header;
    for (int i = 0; i < 4; i++) {
      bytes[1 + i] = (byte) (content >>> (24 - 8 * i));
    }
    Path most = Files.write(folder.resolve("most"), bytes);
    assertThat(Answer.to("show", "--file", most.toString()).code()).isZero();
    Path more = Files.write(folder.resolve("more"), new byte[BlockFile.MAX_SIZE + 1]);
    Answer answer = Answer.to("show", "--file", more.toString());
    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.out()).contains("expected at most 2097152 bytes (2 MiB), found 2097153");
  }

  @Test
  void rawAndDagPbFilesSayWhatTheyAreByName() throws IOException {
    byte[] text = "plain text, not dag-cbor".getBytes(StandardCharsets.UTF_8);
    Path unnamed = Files.write(folder.resolve("text"), text);
    Path named = Files.write(folder.resolve("text.raw"), text);
    assertThat(Answer.to("show", "--file", unnamed.toString()).code()).isEqualTo(1);
    Answer answer = Answer.to("show", "--file", named.toString());
    assertThat(answer.code()).isZero();
    assertThat(answer.out()).contains(Cid.sha256(Cid.RAW, Bytes.of(text)).toString());
  }

  @Test
  void foldersAndLargeFilesAreShownAsWhatTheyLinkTo() throws IOException {
    Path artifact = Files.createDirectory(folder.resolve("artifact"));
    Files.writeString(artifact.resolve("note.txt"), "hello");
    Files.write(artifact.resolve("large"), new byte[Block.MAX_SIZE + 1]);
    List<Block> blocks = new ArrayList<>();
    Cid root = UnixFs.path(artifact, blocks::add);
    store = folder.resolve("artifacts");
    try (CarFolderBlockStore target = CarFolderBlockStore.at(store);
        SegmentWriter segment = target.newSegment("artifact")) {
      for (Block block : blocks) {
        segment.append(block);
      }
      segment.seal();
      target.commit("artifact");
    }
    Answer shown = ask("show", root.toString(), "--json");
    assertThat(shown.out())
        .startsWith("{\"directory\":{\"large\":{\"/\":\"bafybei")
        .contains("\"note.txt\":{\"/\":\"" + Cid.sha256(Cid.RAW, Bytes.utf8("hello")) + "\"}");
    String large =
        shown.out().replaceFirst(".*\"large\":\\{\"/\":\"", "").replaceFirst("(?s)\".*", "");
    assertThat(ask("show", large, "--json").out()).startsWith("{\"links\":[{\"/\":\"bafkrei");
    assertThat(ask("verify", root.toString(), "--json").out())
        .startsWith("{\"ok\":true,\"blocks\":" + blocks.size() + ",");
  }

  @Test
  void thePublicVectorsHaveTheCidInTheirName() throws IOException {
    Path vectors =
        Path.of(System.getProperty("cats.root"), "../shared/vectors/dag-cbor").normalize();
    assumeThat(vectors.getParent().getParent())
        .as("the public vectors are not beside the checkout")
        .exists();
    List<String> files;
    try (Stream<Path> all = Files.list(vectors)) {
      files = all.map(Path::toString).filter(name -> name.endsWith(".dag-cbor")).sorted().toList();
    }
    List<String> arguments = new ArrayList<>(List.of("show", "--file"));
    arguments.addAll(files);
    Answer answer = Answer.to(arguments.toArray(String[]::new));
    assertThat(answer.code()).isZero();
    assertThat(answer.lines()).hasSameSizeAs(files).isNotEmpty();
    for (String line : answer.lines()) {
      String cid = line.replaceFirst("\\.dag-cbor\".*", "").replaceFirst(".*--", "");
      assertThat(line).contains("\"cid\":\"" + cid + "\"");
    }
  }
}
