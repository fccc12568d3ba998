package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.connector.ipfs.CarFolderBlockStore;
import dev.cats.connector.ipfs.KuboNode;
import dev.cats.content.Cid;
import dev.cats.replay.SampleChain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that is published to a real node, and read again by those who have a name alone. */
class PublishIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static KuboNode node;

  @TempDir private Path folder;
  private final SampleChain chain = new SampleChain();
  private final String id = UUID.randomUUID().toString();

  @BeforeAll
  static void startNode() throws Exception {
    node = KuboNode.startOnline();
  }

  @AfterAll
  static void endNode() throws Exception {
    if (node != null) {
      node.close();
    }
  }

  @BeforeEach
  void commit() throws IOException {
    try (CarFolderBlockStore blocks = CarFolderBlockStore.at(store())) {
      chain.commitTo(blocks);
    }
  }

  private Path store() {
    return folder.resolve("store");
  }

  /** The node's store, staged where the test is. */
  private String to() {
    return node.uri() + "/" + id + "?staging=" + folder.resolve("staging");
  }

  private Answer publish(String... arguments) {
    List<String> all = new ArrayList<>(List.of("publish"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--store", store().toString(), "--to", to()));
    return Answer.to(all.toArray(String[]::new));
  }

  private static JsonNode json(Answer answer) throws IOException {
    assertThat(answer.code()).as(answer.out() + answer.err()).isZero();
    return JSON.readTree(answer.out());
  }

  private static Answer fine(String... arguments) {
    Answer answer = Answer.to(arguments);
    assertThat(answer.code()).as(answer.out() + answer.err()).isZero();
    return answer;
  }

  @Test
  void whoHasTheNameAloneReadsAndChecksAllOfIt() throws IOException {
    Answer published = publish("--name", id);
    assertThat(published.code()).as(published.err()).isZero();
    assertThat(published.lines().get(0)).isEqualTo("Kubo at " + node.rpc() + ", store " + id);
    assertThat(published.out())
        .contains("in 2 segments; 0 there already", "  pins  1 root", "  HEAD  " + chain.head())
        .contains("Next: ./cats verify HEAD --store " + to());
    String name = published.out().replaceAll("(?s).*(ipns://k51\\w+)\n.*", "$1");
    assertThat(fine("verify", "HEAD", "--store", to()).out()).startsWith("ok: 2 manifests, 6 BOMs");

    for (String via : List.of(node.uri().toString(), "gateway+" + node.gateway())) {
      Answer verified = fine("verify", name, "--via", via);
      assertThat(verified.out()).startsWith("ok: 2 manifests, 6 BOMs");
      assertThat(verified.err()).startsWith(name + " leads to " + chain.head() + " (record 0, ");
      String ours = store().toString();
      assertThat(fine("trace", name, "--via", via).out())
          .isEqualTo(fine("trace", chain.daily.cid().toString(), "--store", ours).out());
      assertThat(fine("log", name, "--via", via).out())
          .isEqualTo(fine("log", "--store", ours).out());
      assertThat(fine("show", name, "--via", via).out())
          .isEqualTo(fine("show", "HEAD", "--store", ours).out());
      String by = name + "?via=" + via;
      assertThat(fine("trace", chain.daily.cid().toString(), "--store", by).out())
          .startsWith("daily  2 records");
    }
    String copy = folder.resolve("copy").toString();
    fine("fetch", name, "--via", node.uri().toString(), "--head", "--store", copy);
    assertThat(fine("verify", "HEAD", "--store", copy).out()).startsWith("ok: 2 manifests");
  }

  @Test
  void whatIsThereIsNotSentAgain() throws IOException {
    JsonNode first = json(publish("--name", id, "--json"));
    assertThat(first.get("segments").asInt()).isEqualTo(2);
    assertThat(first.get("blocks").asInt()).isGreaterThanOrEqualTo(chain.blocks().size());
    assertThat(first.get("head").asText()).isEqualTo(chain.head().toString());
    JsonNode again = json(publish("--name", id, "--json"));
    assertThat(again.get("segments").asInt()).isZero();
    assertThat(again.get("segmentsThere").asInt()).isEqualTo(2);
    assertThat(again.get("bytes").asLong()).isZero();
    assertThat(again.get("name")).isEqualTo(first.get("name"));
  }

  @Test
  void anOlderManifestGoesFirstAndHeadOnlyForwards() throws IOException {
    Cid older = chain.first.cid();
    JsonNode first = json(publish(older.toString(), "--json"));
    assertThat(first.get("head").asText()).isEqualTo(older.toString());
    assertThat(json(publish("--json")).get("head").asText()).isEqualTo(chain.head().toString());
    assertThat(json(publish(older.toString(), "--json")).get("head").asText())
        .isEqualTo(chain.head().toString());
  }

  @Test
  void aBomGoesWithItsHistoryAndHeadStaysWhereItIs() throws IOException {
    String bom = chain.daily.cid().toString();
    JsonNode published = json(publish(bom, "--json"));
    assertThat(published.get("head").isNull()).isTrue();
    assertThat(fine("verify", bom, "--store", to()).out()).startsWith("ok: 0 manifests, 5 BOMs");
    assertThat(publish(bom).out()).contains("Next: ./cats verify " + bom + " --store ");
    assertThat(json(publish(bom, "--json")).get("blocks").asInt()).isZero();
  }

  /** On a node of its own, since chains of other tests have blocks in common with this one. */
  @Test
  void pinsKeepItFromTheCollector() throws Exception {
    try (KuboNode own = KuboNode.start()) {
      String there = own.uri() + "/own?staging=" + folder.resolve("own");
      String[] publish = {"publish", "--json", "--store", store().toString(), "--to", there, ""};
      publish[6] = "--pin=none";
      fine(publish);
      own.collectGarbage();
      assertThat(Answer.to("verify", "HEAD", "--store", there).code()).isEqualTo(1);
      int blocks = chain.blocks().size();
      for (String pin : List.of("direct", "recursive", "direct")) {
        publish[6] = "--pin=" + pin;
        JsonNode published = json(Answer.to(publish));
        assertThat(published.get("pinned").asInt()).isEqualTo(pin.equals("direct") ? blocks : 1);
        own.collectGarbage();
        assertThat(fine("verify", "HEAD", "--store", there).out()).startsWith("ok: 2 manifests");
      }
    }
  }

  @Test
  void aDamagedSegmentIsRefusedBeforeItIsSent() throws IOException {
    Path segment = store().resolve("segments/checkpoint-2.car");
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length - 1] ^= 1;
    Files.write(segment, bytes);
    Answer refused = publish();
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("Cannot read block ", "checkpoint-2", "expected", "found");
    assertThat(Answer.to("log", "--store", to()).err()).contains("has no manifest yet");
  }

  @Test
  void whatIsMissingHereIsSaidAndHowToGoOn() throws Exception {
    try (KuboNode own = KuboNode.start()) {
      saidWhatIsMissing(own.uri() + "/own?staging=" + folder.resolve("own"));
    }
  }

  private void saidWhatIsMissing(String there) throws IOException {
    Path less = folder.resolve("less");
    SampleChain other = new SampleChain();
    try (CarFolderBlockStore blocks = CarFolderBlockStore.at(less)) {
      other.commitTo(blocks, other.file.cid());
    }
    String[] command = {"publish", "--store", less.toString(), "--to", there};
    Answer recursive = Answer.to(command);
    assertThat(recursive.code()).isEqualTo(2);
    assertThat(recursive.err())
        .contains("Cannot pin " + other.head(), "the node does not have all of that")
        .contains("--pin direct");
    Answer bom =
        Answer.to("publish", other.daily.cid().toString(), "--store", command[2], "--to", there);
    assertThat(bom.code()).isEqualTo(1);
    assertThat(bom.err())
        .contains("INCOMPLETE: 1 block missing", "nothing was named", "./cats verify ");
    Answer direct = Answer.to("publish", "--pin", "direct", command[1], command[2], "--to", there);
    assertThat(direct.code()).as(direct.err()).isZero();
  }

  @Test
  void wrongQuestionsAreExplained() throws Exception {
    String ours = store().toString();
    assertThat(Answer.to("publish", "--store", ours).err())
        .contains("to which node? None runs for " + ours)
        .contains("./cats up kubo --store " + ours);
    assertThat(Answer.to("publish", "--store", ours, "--to", "elsewhere").err())
        .contains("expected a node of IPFS, kubo://HOST:PORT/NAME", "./cats fetch HEAD --from ");
    assertThat(Answer.to("publish", "--store", ours, "--to", "kubo://127.0.0.1:1/x").err())
        .contains("Kubo at http://127.0.0.1:1 cannot be reached")
        .contains("./cats up kubo");
    assertThat(publish(SampleChain.lot("nobody").cid().toString()).err())
        .contains("does not hold it");
    assertThat(Answer.to("verify", "HEAD", "--via", "kubo://127.0.0.1:1").err())
        .contains("Cannot use --via without a name");
    assertThat(Answer.to("log", "HEAD").err()).contains("expected ipns://NAME, or nothing");
    Answer nobody = Answer.to("verify", "ipns://example.org", "--via", node.uri().toString());
    assertThat(nobody.code()).isEqualTo(2);
    assertThat(nobody.err()).contains("Invalid IPNS name \"example.org\"");
    String unknown = "ipns://k51qzi5uqu5dkxhmc56pf404elm5oidzg403qxixq8jdcqyzqrbcfdsxtfdl1c";
    Answer silent = Answer.to("verify", unknown, "--via", node.uri().toString());
    assertThat(silent.code()).isEqualTo(2);
    assertThat(silent.err()).contains("finds no record of it", "./cats publish --name");
    Answer away = Answer.to("verify", unknown, "--via", "kubo://127.0.0.1:1");
    assertThat(away.code()).isEqualTo(2);
    assertThat(away.err()).contains("cannot be reached", "--via gateway+https://HOST");
    assertThat(Answer.to("verify", unknown, "--store", ours).err())
        .contains("by way of whom?", "./cats up kubo --store " + ours);
  }
}
