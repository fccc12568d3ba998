package dev.cats.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.connector.ipfs.KuboNode;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.egress.EgressOptions;
import dev.cats.initiative.DataInitiative;
import dev.cats.initiative.WholeStream;
import dev.cats.supply.LotSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.windows.GlobalWindow;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two organisations, each with a node of its own: one publishes its days under a name, the other
 * one, who has that name alone, fetches and checks them, and goes on from there. What it makes
 * leads back to the first one's feed.
 */
class TwoInitiativesIT {
  private static final int EVENTS = 60;

  @TempDir private Path folder;

  /** A day as the second organisation sees it: fields of the first one's record, by their names. */
  public record Day(String network, double maxMagnitude, long count) {}

  public record Strongest(String network, long days, double magnitude) {}

  record NetworkOf() implements KeySelector<Day, String> {
    @Override
    public String getKey(Day day) {
      return day.network();
    }
  }

  record StrongestOf() implements WindowFunction<Day, Strongest, String, GlobalWindow> {
    @Override
    public void apply(
        String network, GlobalWindow window, Iterable<Day> days, Collector<Strongest> out) {
      long count = 0;
      double strongest = 0;
      for (Day day : days) {
        count++;
        strongest = Math.max(strongest, day.maxMagnitude());
      }
      out.collect(new Strongest(network, count, strongest));
    }
  }

  private static Answer fine(String... arguments) {
    Answer answer = Answer.to(arguments);
    assertThat(answer.code()).as(answer.out() + answer.err()).isZero();
    return answer;
  }

  private Path feed() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < EVENTS; i++) {
      String network = i % 3 == 0 ? "nc" : "ci";
      lines.append(
          String.format(
              Locale.ROOT,
              "{\"type\":\"Feature\",\"id\":\"%s%d\",\"properties\":{\"mag\":%.1f,\"time\":%d,"
                  + "\"net\":\"%s\",\"type\":\"earthquake\",\"magType\":\"ml\",\"place\":\"here\"},"
                  + "\"geometry\":{\"type\":\"Point\",\"coordinates\":[-116.8,33.5,5.4]}}%n",
              network,
              i,
              1 + i / 20.0,
              1_517_443_200_000L + i * 3_600_000L,
              network));
    }
    return Files.writeString(folder.resolve("feed.jsonl"), lines);
  }

  private String publish(String store, KuboNode node, String name) {
    String to = node.uri() + "/" + name + "?staging=" + folder.resolve("staging-" + name);
    Answer published = fine("publish", "--store", store, "--to", to, "--name", name);
    return published.out().replaceAll("(?s).*  name  (ipns://k51\\w+)\n.*", "$1");
  }

  @Test
  void whatOneMadeTheOtherGoesOnFromAndProvenanceLeadsThrough() throws Exception {
    String first = folder.resolve("first").toString();
    String second = folder.resolve("second").toString();
    try (KuboNode nodeA = KuboNode.startOnline();
        KuboNode nodeB = KuboNode.startOnline()) {
      fine("run", "seismology", "--input", feed().toString(), "--store", first);
      nodeB.connect(nodeA);
      String theirs = publish(first, nodeA, "first");

      // The second organisation has the name, and a node that is connected to the first one's.
      String via = nodeB.uri().toString();
      assertThat(fine("verify", theirs, "--via", via).out()).startsWith("ok: ");
      run(LotSource.from(theirs + "?via=" + via), second);

      Answer alone = fine("verify", "HEAD", "--store", second);
      assertThat(alone.out()).startsWith("ok: ");
      assertThat(fine("trace", "HEAD", "--store", second).out())
          .startsWith("strongest  2 records  ")
          .contains("their-days  ", "as cited; not in this store")
          .contains("file usgs-seismology/daily/bafyrei")
          .doesNotContain("earthquakes");

      String layered = "layered:" + second + "," + nodeB.uri() + "/any?network=60s";
      Answer through = fine("trace", "HEAD", "--store", layered);
      assertThat(through.out())
          .startsWith("strongest  2 records  ")
          .contains("their-days  ", "daily  ", "earthquakes  ", "decode  ", "feed  ")
          .contains("file feed.jsonl, records 0 to ")
          .doesNotContain("not in this store");
      assertThat(fine("verify", "HEAD", "--store", layered).out()).startsWith("ok: ");
      Answer records = fine("trace", "HEAD", "--store", layered, "--records", "0");
      assertThat(records.out()).contains("from file feed.jsonl, record ");

      // And back: the first organisation checks what the second one published.
      String ours = publish(second, nodeB, "second");
      assertThat(fine("verify", ours, "--via", nodeA.uri().toString()).out()).startsWith("ok: ");
    }
  }

  @Test
  void whoHasTheCidOfAManifestAloneGoesOnFromThere() throws Exception {
    String first = folder.resolve("first").toString();
    String second = folder.resolve("second").toString();
    try (KuboNode nodeA = KuboNode.startOnline();
        KuboNode nodeB = KuboNode.startOnline()) {
      fine("run", "seismology", "--input", feed().toString(), "--store", first);
      nodeB.connect(nodeA);
      Cid head;
      try (BlockStore store = BlockStores.open(first)) {
        head = store.head().orElseThrow();
      }
      String to = nodeA.uri() + "/first?staging=" + folder.resolve("staging-first");
      fine("publish", head.toString(), "--store", first, "--to", to);

      // A node without a store of that name, which looks for blocks at the one it is connected to.
      String via = nodeB.uri() + "/nothing?network=60s";
      try (BlockStore nothing = BlockStores.open(via)) {
        assertThat(nothing.head()).isEmpty();
      }
      run(LotSource.from(via).at(head), second);
      assertThat(fine("verify", "HEAD", "--store", second).out()).startsWith("ok: ");
      Answer through = fine("trace", "HEAD", "--store", "layered:" + second + "," + via);
      assertThat(through.out())
          .startsWith("strongest  2 records  ")
          .contains("their-days  ", "daily  ", "feed  ", "file feed.jsonl, records 0 to ")
          .doesNotContain("not in this store");
    }
  }

  private static void run(LotSource.From theirs, String store) throws Exception {
    Configuration configuration = new Configuration().set(EgressOptions.STORE, store);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    env.setParallelism(1);
    DataInitiative initiative = DataInitiative.on(env, "strongest-quakes", configuration);
    initiative
        .source("their-days", theirs.step("daily", Day.class), Day.class)
        .keyBy(new NetworkOf())
        .window("strongest", WholeStream.window(), new StrongestOf())
        .egress();
    initiative.execute();
  }
}
