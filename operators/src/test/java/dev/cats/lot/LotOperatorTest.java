package dev.cats.lot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.content.Cid;
import dev.cats.content.MemoryBlockStore;
import dev.cats.event.Arrival;
import dev.cats.event.Position;
import dev.cats.event.Rejected;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The provenance operator in Flink's own harness, over a store in memory. */
class LotOperatorTest {
  private final String name = "lots-" + UUID.randomUUID();
  private final MemoryBlockStore store = MemoryBlockStore.named(name);
  private OneInputStreamOperatorTestHarness<Object, Traced<String>> harness;
  private long next;

  @AfterEach
  void leavesNothingInState() throws Exception {
    var snapshot = harness.snapshot(99, 0);
    assertThat(snapshot.getManagedKeyedState()).isEmpty();
    assertThat(snapshot.getManagedOperatorState()).isEmpty();
    harness.close();
    MemoryBlockStore.forget(name);
  }

  private void open(int records, int bytes, long maxAge, LotSpec.Form form) throws Exception {
    LotSpec spec =
        new LotSpec(
            "step",
            "step",
            Set.of(),
            List.of(),
            form,
            form == LotSpec.Form.TRACED,
            List.of(
                new Port<>(Port.MAIN, String.class, LotBench.ORDER, true, null),
                new Port<>(
                    Port.REJECTS, Rejected.class, LotBench.ORDER, true, new OutputTag<>("r") {})),
            new LotOptions(records, bytes, maxAge, 1 << 26, false, false),
            "memory:" + name);
    harness = new OneInputStreamOperatorTestHarness<>(new LotOperatorFactory<>(spec));
    harness.open();
  }

  private void open(int records) throws Exception {
    open(records, LotOptions.MAX_BLOCK, 0, LotSpec.Form.ARRIVAL);
  }

  private void arrive(String value) throws Exception {
    harness.processElement(
        Arrival.of(new Position.FileRecord("f", LotBench.FILE, next), value), next);
    next++;
  }

  /** What came out: the text of records, and the others by their own names. */
  private List<String> out() {
    List<String> all = new ArrayList<>();
    for (Object each : harness.getOutput()) {
      if (each instanceof StreamRecord<?> record) {
        all.add(((Traced<?>) record.getValue()).value() + "@" + record.getTimestamp());
      } else if (each instanceof Watermark mark) {
        all.add("watermark " + mark.getTimestamp());
      } else if (each instanceof WatermarkStatus status) {
        all.add(status.isIdle() ? "idle" : "active");
      } else if (each instanceof LatencyMarker marker) {
        all.add("marker " + marker.getMarkedTime());
      }
    }
    return all;
  }

  private List<Receipt> receipts() {
    List<Receipt> all = new ArrayList<>();
    var records = harness.getSideOutput(LotOperator.RECEIPTS);
    if (records != null) {
      records.forEach(record -> all.add(record.getValue()));
    }
    return all;
  }

  @Test
  void sealsByCount() throws Exception {
    open(2);
    arrive("a");
    assertThat(out()).isEmpty();
    arrive("b");
    assertThat(out()).containsExactly("a@0", "b@1");
    arrive("c");
    assertThat(out()).hasSize(2);
    assertThat(receipts()).isEmpty();
    harness.prepareSnapshotPreBarrier(1);
  }

  @Test
  void sealsByBytes() throws Exception {
    open(100, 10, 0, LotSpec.Form.ARRIVAL);
    arrive("12345678");
    assertThat(out()).isEmpty();
    arrive("9");
    assertThat(out()).hasSize(2);
  }

  @Test
  void sealsByAgeOfTheFirstRecord() throws Exception {
    open(100, LotOptions.MAX_BLOCK, 1000, LotSpec.Form.ARRIVAL);
    harness.setProcessingTime(5000);
    arrive("a");
    harness.setProcessingTime(5999);
    arrive("b");
    assertThat(out()).isEmpty();
    harness.setProcessingTime(6000);
    assertThat(out()).containsExactly("a@0", "b@1");
    arrive("c");
    harness.setProcessingTime(7000);
    assertThat(out()).hasSize(3);
    // Nothing is held: no timer wakes the operator for ever.
    assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isZero();
  }

  @Test
  void sealsBeforeABarrierAndHandsOverItsSegment() throws Exception {
    open(100);
    arrive("a");
    arrive("b");
    assertThat(store.segments()).isEmpty();
    harness.prepareSnapshotPreBarrier(1);

    assertThat(out()).containsExactly("a@0", "b@1");
    Receipt receipt = receipts().get(0);
    store.commit(receipt.segment());
    assertThat(receipt.boms()).hasSize(1);
    Bom bom = (Bom) Document.of(store.get(receipt.boms().get(0)).orElseThrow());
    assertThat(bom.output().records()).isEqualTo(2);
    assertThat(store.has(bom.output().data())).isTrue();

    harness.prepareSnapshotPreBarrier(2);
    assertThat(receipts()).hasSize(1);
  }

  @Test
  void sealsAtTheEndOfInput() throws Exception {
    open(100);
    arrive("a");
    harness.processWatermark(Long.MAX_VALUE);
    harness.endInput();
    assertThat(out()).containsExactly("a@0", "watermark " + Long.MAX_VALUE);
    assertThat(receipts()).hasSize(1);
  }

  @Test
  void sealsWhenTheUpstreamLotEnds() throws Exception {
    open(100, LotOptions.MAX_BLOCK, 0, LotSpec.Form.TRACED);
    Codec<String> codec = Codec.of(String.class);
    Cid bom = LotBench.upstream(0);
    byte[] bytes = codec.encode("x");
    for (int i = 0; i < 3; i++) {
      assertThat(out()).isEmpty();
      harness.processElement(
          new StreamRecord<>(
              new Traced<>(bom, i, i == 2, bytes, 0, bytes.length, codec, null, null)));
    }
    assertThat(harness.getOutput()).hasSize(3);
    // A record without a timestamp stays without one.
    assertThat(((StreamRecord<?>) harness.getOutput().peek()).hasTimestamp()).isFalse();
    assertThat(harness.getSideOutput(LotOperator.LINKS)).hasSize(2);
  }

  @Test
  void whatFollowsHeldRecordsWaitsItsTurnBehindThem() throws Exception {
    open(4);
    harness.processWatermark(1);
    arrive("a");
    harness.processWatermark(2);
    harness.processWatermark(3);
    LatencyMarker marker = new LatencyMarker(7, new OperatorID(), 0);
    harness.getOneInputOperator().processLatencyMarker(marker);
    harness.processWatermark(4);
    harness.processWatermarkStatus(WatermarkStatus.IDLE);
    arrive("b");
    assertThat(out()).containsExactly("watermark 1");

    arrive("c");
    arrive("d");

    assertThat(out())
        .containsExactly(
            "watermark 1",
            "a@0",
            "b@1",
            "c@2",
            "d@3",
            "watermark 3",
            "marker 7",
            "watermark 4",
            "idle");
    harness.processWatermarkStatus(WatermarkStatus.ACTIVE);
    harness.processWatermark(5);
    assertThat(out()).endsWith("idle", "active", "watermark 5");
  }

  @Test
  void aWatermarkAfterAnIdleTimeIsNotIgnored() throws Exception {
    open(2);
    harness.processWatermarkStatus(WatermarkStatus.IDLE);
    arrive("a");
    harness.processWatermarkStatus(WatermarkStatus.ACTIVE);
    harness.processWatermark(5);
    arrive("b");
    assertThat(out()).containsExactly("idle", "a@0", "b@1", "active", "watermark 5");
  }

  @Test
  void aSegmentThatIsLargeEnoughIsHandedOverBetweenBarriers() throws Exception {
    LotSpec spec =
        new LotSpec(
            "step",
            "step",
            Set.of(),
            List.of(),
            LotSpec.Form.ARRIVAL,
            false,
            List.of(
                new Port<>(Port.MAIN, String.class, LotBench.ORDER, true, null),
                new Port<>(
                    Port.REJECTS, Rejected.class, LotBench.ORDER, true, new OutputTag<>("r") {})),
            new LotOptions(1, LotOptions.MAX_BLOCK, 0, 1, false, false),
            "memory:" + name);
    harness = new OneInputStreamOperatorTestHarness<>(new LotOperatorFactory<>(spec));
    harness.open();
    arrive("a");
    arrive("b");
    assertThat(receipts()).extracting(Receipt::segment).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void closingWithoutSealingLeavesNoSegment() throws Exception {
    open(2);
    arrive("a");
    arrive("b");
    String left = ((LotOperator<?, ?>) harness.getOneInputOperator()).segment().name();
    harness.close();
    assertThat(store.segments()).isEmpty();
    // Its name is free again: the staged segment was thrown away.
    store.newSegment(left).close();
    open(2);
  }
}
