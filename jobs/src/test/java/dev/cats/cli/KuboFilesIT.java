package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.connector.ipfs.FaultyProxy;
import dev.cats.connector.ipfs.KuboBuild;
import dev.cats.connector.ipfs.KuboNode;
import dev.cats.content.Block;
import dev.cats.content.UnixFs;
import dev.cats.job.seismology.SampleFeed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files in both directions: what {@code ipfs add} stores in a real node under the profile {@code
 * unixfs-v1-2025} has the CID that we compute, and can be the input of a run.
 */
class KuboFilesIT {
  private static final int[] SIZES = {
    0, 1, Block.MAX_SIZE - 1, Block.MAX_SIZE, Block.MAX_SIZE + 1, 5 * Block.MAX_SIZE
  };

  private static KuboNode node;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    node = KuboNode.start();
    ipfs("config", "profile", "apply", "unixfs-v1-2025");
  }

  @AfterAll
  static void stop() throws Exception {
    if (node != null) {
      node.close();
    }
  }

  /** The command of Kubo, which asks the node that runs. */
  private static String ipfs(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    Path root = Path.of(System.getProperty("cats.root"));
    command.add(KuboBuild.of(root).build(line -> {}).toString());
    command.addAll(List.of(arguments));
    Shell said =
        Shell.run(
            node.folder(), Map.of("IPFS_PATH", node.folder().resolve("repo").toString()), command);
    assertThat(said.code()).as("%s: %s", command, said.err()).isZero();
    return said.out().strip();
  }

  private Path random(String name, int size) throws Exception {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  @Test
  void aFileHasTheCidThatKuboGivesIt() throws Exception {
    for (int size : SIZES) {
      Path file = random("file-" + size, size);
      assertThat(ipfs("add", "-Q", file.toString()))
          .as("%d bytes", size)
          .isEqualTo(UnixFs.path(file, UnixFs.Sink.NONE).toString());
    }
  }

  @Test
  void aFolderHasTheCidThatKuboGivesIt() throws Exception {
    random("tree/empty", 0);
    random("tree/small", 100);
    random("tree/a/large", 2 * Block.MAX_SIZE + 5);
    random("tree/a/b/\u00e4", 7);
    random("tree/z", 1);
    assertThat(ipfs("add", "-Q", "-r", folder.resolve("tree").toString()))
        .isEqualTo(UnixFs.path(folder.resolve("tree"), UnixFs.Sink.NONE).toString());
  }

  @Test
  void aFileInANodeIsTheInputOfARunAndTheOriginOfItsRecords() throws Exception {
    Path week = SampleFeed.copyTo(folder.resolve("input"));
    String cid = ipfs("add", "-Q", week.toString());
    String gateway = node.gateway().toString();
    for (String from : List.of(node.uri().toString(), "gateway+" + gateway)) {
      Path store = folder.resolve("store of " + from.replaceAll("\\W", "-"));
      Answer run =
          Answer.to(
              "run",
              "seismology",
              "--input",
              "ipfs://" + cid,
              "--from",
              from,
              "--store",
              store.toString(),
              "--json");
      assertThat(run.code()).as(run.err()).isZero();
      JsonNode summary = new ObjectMapper().readTree(run.out());
      assertThat(summary.get("events").asInt()).isEqualTo(1707);
      assertThat(Files.mismatch(store.resolve("inputs").resolve(cid), week)).isEqualTo(-1);

      String bom = summary.get("outputs").get(0).get("bom").asText();
      Answer trace = Answer.to("trace", bom, "--store", store.toString());
      assertThat(trace.out()).containsPattern("file " + cid + ", records? \\d.* " + cid);
      assertThat(Answer.to("verify", "HEAD", "--store", store.toString()).code()).isZero();
    }
  }

  @Test
  void aChunkThatIsWrongIsRefused() throws Exception {
    Path file = random("wrong", 2 * Block.MAX_SIZE);
    String cid = ipfs("add", "-Q", file.toString());
    String chunk = ipfs("refs", cid).lines().skip(1).findFirst().orElseThrow();
    try (FaultyProxy liar = new FaultyProxy(node.gateway())) {
      liar.always(chunk, FaultyProxy.answer(200, "not what was asked for"));
      Answer run = run(cid, "gateway+" + liar.uri());
      assertThat(run.code()).isEqualTo(1);
      assertThat(run.err()).contains(chunk);
      assertThat(folder.resolve("store/inputs")).isEmptyDirectory();
    }
  }

  @Test
  void whatIsCutInAnotherWayIsRefusedWithItsOwnCid() throws Exception {
    Path file = random("other", 300_000);
    String other = ipfs("add", "-Q", "--chunker", "size-262144", file.toString());
    Answer run = run(other, node.uri().toString());
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains(
            "cats: Cannot use %s as input: under profile unixfs-v1-2025 its content is %s"
                .formatted(other, UnixFs.path(file, UnixFs.Sink.NONE)))
        .contains("ipfs config profile apply unixfs-v1-2025");
  }

  @Test
  void whatIsNoCidOrNowhereIsSaid() throws Exception {
    Answer none = run("nonsense", node.uri().toString());
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("cats: Invalid --input ipfs://nonsense: ");

    String nowhere = UnixFs.path(random("nowhere", 99), UnixFs.Sink.NONE).toString();
    Answer missing = run(nowhere, node.uri().toString());
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("Cannot read " + nowhere).contains("does not have it");
  }

  private Answer run(String cid, String from) {
    return Answer.to(
        "run",
        "seismology",
        "--input",
        "ipfs://" + cid,
        "--from",
        from,
        "--store",
        folder.resolve("store").toString());
  }
}
