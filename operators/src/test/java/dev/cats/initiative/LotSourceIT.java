package dev.cats.initiative;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.cats.bom.Bom;
import dev.cats.bom.Inputs;
import dev.cats.bom.LotReader;
import dev.cats.bom.Manifest;
import dev.cats.bom.Origin;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.content.MemoryBlockStore;
import dev.cats.egress.EgressOptions;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import dev.cats.lineage.Reach;
import dev.cats.lot.LotOptions;
import dev.cats.replay.IntegrityCheck;
import dev.cats.sample.Reading;
import dev.cats.supply.LotSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One initiative goes on from what another one committed. */
class LotSourceIT {
  private static final int LINES = 10_000;
  private static final int READINGS = LINES - LINES / 100;

  private final String theirs = "theirs-" + UUID.randomUUID();
  private final String ours = "ours-" + UUID.randomUUID();

  @BeforeEach
  void theyRan() throws Exception {
    DataInitiative initiative = initiative("their-readings", theirs, 2);
    initiative
        .source("lines", Readings.source(LINES), String.class)
        .flatMap("parse", new Readings.Parse())
        .egress();
    initiative.rejects().egress();
    initiative.execute();
  }

  @AfterEach
  void forget() {
    MemoryBlockStore.forget(theirs);
    MemoryBlockStore.forget(ours);
  }

  private static DataInitiative initiative(String name, String store, int parallelism) {
    Configuration config = new Configuration();
    config.set(EgressOptions.STORE, "memory:" + store);
    config.set(LotOptions.RECORDS, 50);
    config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(20));
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1);
    config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    env.setParallelism(parallelism);
    return DataInitiative.on(env, name, config);
  }

  private LotSource.From source() {
    return LotSource.from("memory:" + theirs);
  }

  /** Of a store's chain, the BOMs of a step. */
  private static List<Bom> boms(String store, String step) throws IOException {
    Documents documents = new Documents(MemoryBlockStore.named(store));
    List<Bom> boms = new ArrayList<>();
    Chain chain = Chain.ofHead(documents);
    for (Optional<Manifest> at = chain.next(); at.isPresent(); at = chain.next()) {
      for (Cid cid : documents.boms(at.get())) {
        Bom bom = documents.bom(cid, "committed");
        if (Documents.label(documents.order(bom)).equals(step)) {
          boms.add(bom);
        }
      }
    }
    return boms;
  }

  private static List<String> records(String store, String step) throws IOException {
    Documents documents = new Documents(MemoryBlockStore.named(store));
    List<String> records = new ArrayList<>();
    for (Bom bom : boms(store, step)) {
      LotReader lot = documents.lot(bom);
      for (int i = 0; i < lot.records(); i++) {
        records.add(lot.json(i));
      }
    }
    return records.stream().sorted().toList();
  }

  private List<String> doubled() throws Exception {
    List<String> doubled = new ArrayList<>();
    Documents documents = new Documents(MemoryBlockStore.named(theirs));
    for (Bom bom : boms(theirs, "parse")) {
      for (Object record : documents.lot(bom).all()) {
        var reading = (org.apache.avro.generic.GenericRecord) record;
        doubled.add(
            "{\"station\":\"%s\",\"time\":%s,\"value\":%s}"
                .formatted(
                    reading.get("station"),
                    reading.get("time"),
                    (Double) reading.get("value") * 2));
      }
    }
    return doubled.stream().sorted().toList();
  }

  /** Throws once, when its own initiative has committed something. */
  record FailingOnce(String store) implements MapFunction<Reading, Reading> {
    static final AtomicBoolean FAILED = new AtomicBoolean();

    @Override
    public Reading map(Reading reading) throws Exception {
      if (!FAILED.get()
          && MemoryBlockStore.named(store).head().isPresent()
          && FAILED.compareAndSet(false, true)) {
        throw new IllegalStateException("once");
      }
      return new Readings.Doubled().map(reading);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void everyRecordComesOnceThroughAFailureAndCitesWhereItWasMade(int parallelism) throws Exception {
    FailingOnce.FAILED.set(false);
    DataInitiative initiative = initiative("our-readings", ours, parallelism);
    initiative
        .source("their-parse", source().step("parse", Reading.class), Reading.class)
        .map("doubled", new FailingOnce(ours))
        .egress();
    initiative.execute();

    assertThat(FailingOnce.FAILED).isTrue();
    assertThat(records(ours, "their-parse")).isEqualTo(records(theirs, "parse")).hasSize(READINGS);
    assertThat(records(ours, "doubled")).isEqualTo(doubled());
    Documents documents = new Documents(MemoryBlockStore.named(ours));
    Documents known = new Documents(MemoryBlockStore.named(theirs));
    for (Bom bom : boms(ours, "their-parse")) {
      Inputs inputs = documents.inputs(bom);
      assertThat(inputs.cited()).isTrue();
      Bom cited = known.bom(inputs.boms().get(0), "cited");
      Origin.File origin = (Origin.File) inputs.origins().get(0);
      assertThat(origin.file()).isEqualTo(cited.output().data());
      assertThat(origin.name()).isEqualTo("their-readings/parse/" + cited.cid());
      int index = (int) inputs.runs().get(0).first();
      assertThat(origin.first()).isEqualTo(index);
      assertThat(documents.lot(bom).json(0)).isEqualTo(known.lot(cited).json(index));
    }
  }

  @Test
  void whatTheOthersMadeNeedNotBeHere() throws Exception {
    DataInitiative initiative = initiative("our-readings", ours, 1);
    initiative
        .source("their-parse", source().step("parse", Reading.class), Reading.class)
        .map("doubled", new Readings.Doubled())
        .egress();
    initiative.execute();
    assertThat(records(ours, "their-parse")).isEqualTo(records(theirs, "parse"));
    BlockStore store = MemoryBlockStore.named(ours);
    Cid head = store.head().orElseThrow();
    assertThat(IntegrityCheck.run(store, head, (b, n, problems) -> {}).problems()).isEmpty();

    Set<Cid> theirMade = new HashSet<>();
    for (Bom bom : boms(ours, "their-parse")) {
      Inputs inputs = new Documents(store).inputs(bom);
      theirMade.addAll(inputs.boms());
      for (Origin origin : inputs.origins()) {
        Cid lot = ((Origin.File) origin).file();
        if (!store.has(lot)) { // equal records make equal lots, here too
          theirMade.add(lot);
        }
      }
    }
    assertThat(elsewhere(head, store)).isEqualTo(theirMade).isNotEmpty();
    assertThat(elsewhere(head, store, MemoryBlockStore.named(theirs))).isEmpty();
  }

  private static Set<Cid> elsewhere(Cid head, BlockStore... stores) throws IOException {
    Set<Cid> elsewhere = new HashSet<>();
    try (Reach reach = new Reach(List.of(stores), Reach.Scope.WHOLE)) {
      reach.walk(
          head,
          new Reach.Visitor() {
            @Override
            public void block(Block block) {}

            @Override
            public void absent(Reach.Absence absence) {
              if (absence.why() == Reach.Why.ELSEWHERE) { // the file of their feed is nowhere
                elsewhere.add(absence.cid());
              }
            }
          });
    }
    return elsewhere;
  }

  @Test
  void aLaterRunGoesOnBehindAManifest() throws Exception {
    Documents documents = new Documents(MemoryBlockStore.named(theirs));
    Cid head = MemoryBlockStore.named(theirs).head().orElseThrow();
    Cid oldest = head;
    Chain chain = Chain.ofHead(documents);
    for (Optional<Manifest> at = chain.next(); at.isPresent(); at = chain.next()) {
      oldest = at.get().cid();
    }
    assertThat(source().at(oldest).step("lines", String.class).manifest()).isEqualTo(oldest);
    assertThat(source().step("parse", Reading.class).params())
        .containsEntry("initiative", "their-readings")
        .containsEntry("step", "parse")
        .containsEntry("manifest", head.toString())
        .hasSize(3);
    assertThatIOException()
        .isThrownBy(() -> source().after(head).step("parse", Reading.class))
        .withMessageContaining("has no lots of it after manifest " + head);
  }

  @Test
  void whatCannotBeReadIsSaidWhenTheJobIsBuilt() {
    assertThatIOException()
        .isThrownBy(() -> source().step("pars", Reading.class))
        .withMessageStartingWith("Cannot read step pars of their-readings: ")
        .withMessageEndingWith("It has: lines, parse, parse (rejects)");
    assertThatIOException()
        .isThrownBy(() -> source().step("parse", Readings.Total.class))
        .withMessageContaining("is of another schema: ")
        .withMessageContaining("count");
    assertThatIOException()
        .isThrownBy(() -> LotSource.from("memory:" + ours).step("parse", Reading.class))
        .withMessageContaining("has no manifest");
  }
}
