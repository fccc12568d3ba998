package dev.cats.lot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.bom.Bom;
import dev.cats.bom.Inputs;
import dev.cats.bom.LotFormat;
import dev.cats.bom.Origin;
import dev.cats.bom.Run;
import dev.cats.content.Cid;
import dev.cats.event.Arrival;
import dev.cats.event.Citation;
import dev.cats.event.Position;
import dev.cats.event.Rejected;
import dev.cats.event.TraceContext;
import dev.cats.lot.LotBench.Emit;
import dev.cats.lot.LotBench.Plan;
import dev.cats.lot.LotSpec.Form;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LotBuilderTest {

  /**
   * Whatever a step does with its records, wherever lots end: following the BOMs from each output
   * leads to exactly the records that it was made from.
   */
  @Property(tries = 300)
  void everyOutputLeadsBackToWhatItWasMadeFrom(
      @ForAll Form form,
      @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 63) Integer> behaviour,
      @ForAll @IntRange(min = 1, max = 9) int perLot,
      @ForAll @IntRange(min = 1, max = 7) int upstreamLot)
      throws Exception {
    LotBench bench = new LotBench(form, perLot);
    for (int i = 0; i < behaviour.size(); i++) {
      bench.feed(i, behaviour.get(i), upstreamLot);
    }
    bench.seal();

    for (LotBench.Sent sent : bench.sent) {
      assertThat(bench.inputsOf(sent))
          .describedAs("%s of port '%s'", sent.value(), sent.port())
          .isEqualTo(bench.expected(sent.value()));
    }
    assertThat(bench.sent)
        .extracting(LotBench.Sent::value)
        .containsExactlyInAnyOrderElementsOf(bench.emitted());
    assertThat(bench.boms.values())
        .allSatisfy(bom -> assertThat(bom.output().records()).isLessThanOrEqualTo(perLot));
    assertThat(bench.builder.holds()).isFalse();
  }

  @Test
  void outputsOfABatchCiteItsRecordsInWhicheverLotTheyAre() throws Exception {
    LotBench bench = new LotBench(Form.CITED, 100);
    Refs failed = new Refs().add(LotBench.upstream(0), 0).add(LotBench.upstream(0), 1);
    Refs batch = new Refs().add(LotBench.upstream(1), 0).add(LotBench.upstream(1), 1);
    String tooLarge = "x".repeat(LotOptions.MAX_BLOCK);
    bench.process(new Cited.Refused<>("stage", "failed", "0", failed));
    bench.process(new Cited.Batched<>("a", batch, LotOperator.NO_TIMESTAMP, false));
    bench.process(new Cited.Batched<>(tooLarge, batch, LotOperator.NO_TIMESTAMP, false));
    bench.process(new Cited.Batched<>("b", batch, LotOperator.NO_TIMESTAMP, true));
    bench.seal();
    // And the other way round: what a batch made is the first of the rejects.
    bench.process(new Cited.Batched<>(tooLarge, batch, LotOperator.NO_TIMESTAMP, false));
    bench.process(new Cited.Refused<>("stage", "failed", "0", failed));
    bench.seal();

    assertThat(bench.sent).hasSize(6);
    for (LotBench.Sent sent : bench.sent) {
      Cid of = LotBench.upstream(sent.value().equals("failed") ? 0 : 1);
      assertThat(bench.inputsOf(sent))
          .as(sent.value())
          .containsExactlyInAnyOrder(of + "/0", of + "/1");
    }
  }

  @Test
  void nothingIsSentBeforeItsLotIsSealed() throws Exception {
    LotBench bench = new LotBench(Form.TRACED, 100);
    bench.feed(0, Plan.of(new Emit("", "a"), new Emit("side", "b")));
    assertThat(bench.builder.holds()).isTrue();
    assertThat(bench.sent).isEmpty();
    assertThat(bench.segment.blocks()).isZero();

    bench.seal();

    assertThat(bench.sent).extracting(LotBench.Sent::value).containsExactly("a", "b");
    assertThat(bench.boms).hasSize(2);
    assertThat(bench.segment.blocks()).isEqualTo(4);
  }

  @Test
  void aLotIsSealedInTheMiddleOfOneRecordsOutputs() throws Exception {
    LotBench bench = new LotBench(Form.ARRIVAL, 2);
    bench.feed(0, Plan.of("a", "b", "c", "d", "e"));
    assertThat(bench.boms).hasSize(2);
    bench.seal();

    assertThat(bench.boms.values())
        .extracting(bom -> bom.output().records())
        .containsExactly(2, 2, 1);
    for (Bom bom : bench.boms.values()) {
      assertThat(bom.inputs().records()).isEqualTo(1);
    }
  }

  @Test
  void anOutputWithoutRecordsGetsNoLot() throws Exception {
    LotBench bench = new LotBench(Form.TRACED, 10);
    bench.feed(0, Plan.NONE);
    bench.feed(1, Plan.NONE);
    bench.seal();
    assertThat(bench.boms).isEmpty();
    assertThat(bench.links).isEmpty();
    bench.feed(2, Plan.of("a"));
    bench.seal();
    Bom only = bench.boms.values().iterator().next();
    assertThat(only.inputs().records()).isEqualTo(1);
    assertThat(only.lineage()).isEqualTo(new dev.cats.bom.Lineage.Same());
  }

  @Test
  void aRefusedArrivalGoesToTheRejectsWithItsPosition() throws Exception {
    LotBench bench = new LotBench(Form.ARRIVAL, 10);
    bench.arrive(
        Arrival.refused(
            new Position.KafkaRecord("events", 2, 17), "undecodable", "no schema", new byte[] {9}),
        Plan.NONE);
    bench.seal();

    assertThat(bench.rejects())
        .containsExactly(
            new Rejected(
                "bench",
                "undecodable",
                "no schema",
                ByteBuffer.wrap(new byte[] {9}),
                "events",
                2,
                17L));
    assertThat(bench.boms.values())
        .extracting(bom -> bom.inputs().origins())
        .containsExactly(List.of(new Origin.Kafka("events", 2, 17, 17, 1)));
  }

  @Test
  void whatAStepRefusesHasThePositionThatItGoesBackTo() throws Exception {
    LotBench bench = new LotBench(Form.ARRIVAL, 10);
    Plan refusal = Plan.of(new Emit("reject", "why"));
    bench.arrive(Arrival.of(new Position.KafkaRecord("events", 2, 17), "v"), refusal);
    bench.arrive(
        Arrival.of(new Position.FileRecord("f", LotBench.FILE, 3), "w"),
        Plan.of(new Emit("reject", "again")));
    bench.seal();

    ByteBuffer v = ByteBuffer.wrap("v".getBytes(StandardCharsets.UTF_8));
    ByteBuffer w = ByteBuffer.wrap("w".getBytes(StandardCharsets.UTF_8));
    assertThat(bench.rejects())
        .containsExactly(
            new Rejected("bench", "rule", "why", v, "events", 2, 17L),
            new Rejected("bench", "rule", "again", w, null, null, null));
  }

  @Test
  void recordsThatCiteTheirOwnHistoryGetLotsApart() throws Exception {
    LotBench bench = new LotBench(Form.ARRIVAL, 10);
    Cid foreign = LotBench.upstream(3);
    for (int offset = 0; offset < 6; offset++) {
      Position position = new Position.KafkaRecord("daily", 0, offset);
      boolean cites = offset == 2 || offset == 3;
      Citation made = cites ? new Citation(foreign, 40 + offset) : null;
      bench.arrive(Arrival.of(position, "v", made), Plan.of("out " + offset));
    }
    bench.seal();

    assertThat(bench.boms.values())
        .extracting(Bom::inputs)
        .containsExactly(
            new Inputs(List.of(), List.of(), List.of(kafka(0, 1)), List.of()),
            new Inputs(
                List.of(foreign), List.of(new Run(0, 42, 2)), List.of(kafka(2, 3)), List.of()),
            new Inputs(List.of(), List.of(), List.of(kafka(4, 5)), List.of()));
  }

  /** Were it otherwise, every tenth record that cannot be read would make lots of ten. */
  @Test
  void whatCannotBeReadInACitedTopicEndsNoLot() throws Exception {
    LotBench bench = new LotBench(Form.ARRIVAL, 100);
    Cid foreign = LotBench.upstream(3);
    for (int offset = 0; offset < 60; offset++) {
      Position position = new Position.KafkaRecord("daily", 0, offset);
      Citation made = new Citation(foreign, offset);
      if (offset % 10 == 7) {
        // Of these the first three do not say where they were made, and the others do.
        Citation claimed = offset < 30 ? null : made;
        bench.arrive(
            Arrival.refused(position, "malformed", "no event", new byte[] {9}, claimed, null),
            Plan.NONE);
      } else {
        bench.arrive(Arrival.of(position, "v", made), Plan.of("out " + offset));
      }
    }
    bench.seal();

    assertThat(bench.boms.values())
        .extracting(Bom::inputs)
        .containsExactlyInAnyOrder(
            new Inputs(
                List.of(),
                List.of(),
                List.of(kafka(7, 7), kafka(17, 17), kafka(27, 27)),
                List.of()),
            new Inputs(
                List.of(foreign),
                List.of(new Run(0, 37, 1), new Run(0, 47, 1), new Run(0, 57, 1)),
                List.of(kafka(37, 37), kafka(47, 47), kafka(57, 57)),
                List.of()),
            new Inputs(
                List.of(foreign),
                List.of(new Run(0, 0, 7), new Run(0, 8, 9), new Run(0, 18, 9), new Run(0, 28, 32)),
                List.of(kafka(0, 6), kafka(8, 16), kafka(18, 26), kafka(28, 59)),
                List.of()));
    assertThat(bench.sent).hasSize(60);
    assertThat(bench.rejects()).hasSize(6);
  }

  private static final TraceContext TRACE =
      new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "rojo=1");

  @Test
  void whatIsMadeOfARecordIsPartOfItsTraceAndNothingElseIs() throws Exception {
    LotBench bench = new LotBench(Form.TRACED, 3);
    for (int i = 0; i < 12; i++) {
      bench.plan(
          Plan.of(
              new Emit("", "main " + i),
              new Emit("side", "side " + i),
              new Emit("reject", "r " + i)));
      bench.process(bench.traced(i, "value", i == 4 ? TRACE : null));
    }
    bench.seal();
    assertThat(bench.sent).hasSize(36);
    assertThat(bench.traces).isEqualTo(Map.of("main 4", TRACE, "side 4", TRACE, "r 4", TRACE));
  }

  @Test
  void whatIsCitedTogetherIsPartOfATraceThatAllOfItIsPartOf() throws Exception {
    LotBench bench = new LotBench(Form.CITED, 10);
    TraceContext other = new TraceContext(TRACE.traceparent(), null);
    Traced<String> one = bench.traced(0, "a", TRACE);
    bench.process(new Cited.Made<>("same", new Refs().add(one).add(bench.traced(1, "b", TRACE))));
    bench.process(new Cited.Made<>("two", new Refs().add(one).add(bench.traced(1, "b", other))));
    bench.process(new Cited.Made<>("some", new Refs().add(one).add(bench.traced(1, "b", null))));
    bench.process(new Cited.Made<>("late", new Refs().add(bench.traced(1, "b", null)).add(one)));
    bench.process(new Cited.Made<>("unknown", Refs.of(one).add(one.bom(), 7)));
    bench.process(new Cited.Aside<>(LotBench.side("side"), "aside", Refs.of(one)));
    bench.process(new Cited.Refused<>("rule", "refused", "x", Refs.of(one).copy()));
    Refs none = new Refs();
    bench.process(new Cited.Made<>("joined", none.copy().addAll(Refs.of(one)).addAll(none)));
    Refs both = Refs.of(one).addAll(Refs.of(bench.traced(1, "b", other)));
    bench.process(new Cited.Made<>("merged", both.addAll(Refs.of(one))));
    bench.seal();
    assertThat(bench.traces)
        .isEqualTo(Map.of("same", TRACE, "aside", TRACE, "refused", TRACE, "joined", TRACE));
    assertThat(bench.sent).hasSize(9);
  }

  /** It is about a run, like a log. */
  @Test
  void aTraceIsInNoLotAndNoBom() throws Exception {
    List<List<Cid>> cids = new ArrayList<>();
    for (TraceContext trace : new TraceContext[] {null, TRACE}) {
      LotBench bench = new LotBench(Form.TRACED, 3);
      for (int i = 0; i < 5; i++) {
        bench.plan(Plan.of("out " + i));
        bench.process(bench.traced(i, "value", trace));
      }
      bench.seal();
      cids.add(List.copyOf(bench.boms.keySet()));
    }
    assertThat(cids.get(1)).isEqualTo(cids.get(0)).hasSize(2);
  }

  private static Origin kafka(long first, long last) {
    return new Origin.Kafka("daily", 0, first, last, last - first + 1);
  }

  @Test
  void linksSayWhatWasMadeAndWhatWasConsumed() throws Exception {
    LotBench bench = new LotBench(Form.TRACED, 10);
    bench.feed(0, Plan.of("a"));
    bench.feed(1, Plan.of("b"));
    bench.seal();
    String bom = bench.boms.keySet().iterator().next().toString();
    assertThat(bench.links).hasSize(2);
    assertThat(bench.links.get(0).bom()).isEqualTo(bom);
    assertThat(bench.links.get(0).document())
        .isEqualTo(bench.boms.values().iterator().next().block().bytes().toArray());
    assertThat(bench.links.get(1))
        .extracting(Link::bom, Link::consumer)
        .containsExactly(LotBench.upstream(0).toString(), bom);
  }

  @Test
  void aRecordOfExactlyTheBlockLimitIsALotOfItsOwn() throws Exception {
    LotFormat format = LotFormat.of(Codec.of(String.class).schema());
    int largest = LotOptions.MAX_BLOCK - format.length(1, 0) - 2 - 3;
    String fits = "x".repeat(largest);
    assertThat(format.length(1, largest + 3)).isEqualTo(LotOptions.MAX_BLOCK);

    LotBench bench = new LotBench(Form.TRACED, 10);
    bench.feed(0, Plan.of("before"));
    bench.feed(1, Plan.of(fits));
    bench.feed(2, Plan.of("after"));
    bench.seal();
    assertThat(bench.sent)
        .extracting(LotBench.Sent::value)
        .containsExactly("before", fits, "after");
    assertThat(bench.boms.values())
        .extracting(bom -> bom.output().bytes())
        .contains((long) LotOptions.MAX_BLOCK);

    LotBench more = new LotBench(Form.TRACED, 10);
    more.feed(0, Plan.of("before"));
    more.feed(1, Plan.of(fits + "y"));
    more.feed(2, Plan.of("after"));
    more.seal();
    assertThat(more.sent)
        .extracting(LotBench.Sent::port)
        .containsExactlyInAnyOrder("", "", "rejects");
    Rejected rejected = more.rejects().get(0);
    assertThat(rejected.getStep()).isEqualTo("bench");
    assertThat(rejected.getRule()).isEqualTo("too-large");
    assertThat(rejected.getReason())
        .isEqualTo(
            "Cannot put a record of "
                + (largest + 1 + 3)
                + " bytes into a lot: a block holds at most 1048576; store it on its own and pass it"
                + " by CID (the first 4096 bytes are kept here)");
    assertThat(rejected.getValue().remaining()).isEqualTo(4096);
  }

  @Test
  void aRejectedRecordThatIsTooLargeKeepsItsRuleAndReason() throws Exception {
    LotBench bench = new LotBench(Form.TRACED, 10);
    String large = "é".repeat(600_000);
    bench.feed(0, large, Plan.of(new Emit("reject", "because " + "é".repeat(40_000))));
    bench.feed(1, "small", Plan.of(new Emit("reject", "why")));
    bench.seal();

    assertThat(bench.rejects()).hasSize(2);
    Rejected first = bench.rejects().get(0);
    assertThat(first.getRule()).isEqualTo("rule");
    assertThat(first.getReason())
        .startsWith("because éé")
        .endsWith("é… (the first 4096 of 1200000 bytes are kept here)")
        .hasSizeLessThan(17_000);
    assertThat(first.getValue().remaining()).isEqualTo(4096);
    Rejected second = bench.rejects().get(1);
    assertThat(second.getReason()).isEqualTo("why");
    assertThat(StandardCharsets.UTF_8.decode(second.getValue()).toString()).isEqualTo("small");
  }

  @Test
  void nullIsNoRecord() throws Exception {
    for (Form form : Form.values()) {
      LotBench bench = new LotBench(form, 10);
      assertThatThrownBy(() -> bench.feed(0, Plan.of(new Emit("", null))))
          .hasMessage("Cannot emit null from step bench: emit nothing, or reject the record");
      if (form != Form.CITED) {
        assertThatThrownBy(() -> bench.feed(0, Plan.of(new Emit("side", null))))
            .hasMessage("Cannot emit null from step bench: emit nothing, or reject the record");
      }
    }
  }

  @Test
  void aSideThatNobodyReadsIsDropped() throws Exception {
    for (Form form : Form.values()) {
      LotBench bench = new LotBench(form, 10);
      bench.feed(0, Plan.of(new Emit("unread", "x")));
      bench.seal();
      assertThat(bench.sent).isEmpty();
    }
  }

  @Test
  void equalInputsGiveEqualBoms() throws Exception {
    List<Object> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      LotBench bench = new LotBench(Form.CITED, 3);
      for (int i = 0; i < 20; i++) {
        bench.feed(i, i * 7 % 64, 3);
      }
      bench.seal();
      runs.add(new ArrayList<>(bench.boms.keySet()));
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1));
  }

  @Test
  void aRecordThatCannotBeEncodedLeavesTheLotAsItWas() {
    OpenLot<CodecTest.Pojo> lot =
        new OpenLot<>(
            new Port<>(Port.MAIN, CodecTest.Pojo.class, LotBench.ORDER, true, null), 1024);
    CodecTest.Pojo bad = new CodecTest.Pojo();
    bad.at = java.time.Instant.MAX;
    bad.text = "zzz";
    assertThat(lot.append(new CodecTest.Pojo(), 0, null, null)).isTrue();
    int before = lot.dataBytes();
    assertThatThrownBy(() -> lot.append(bad, 0, null, null)).hasMessageStartingWith("Invalid time");
    assertThat(lot.dataBytes()).isEqualTo(before);
    assertThat(lot.records()).isEqualTo(1);
  }
}
