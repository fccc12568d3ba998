package dev.cats.lot;

import dev.cats.content.BlockStore;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.annotation.Nullable;
import org.apache.flink.api.common.functions.DefaultOpenContext;
import org.apache.flink.api.common.functions.util.FunctionUtils;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.StreamElement;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/**
 * The provenance operator: feeds a {@link LotBuilder}, seals in time, and keeps the order of what
 * is held back.
 *
 * <p>Lots are sealed when they are full, when the first record they hold back is too old, when the
 * upstream lot ends (where there is one at a time), at the end of input, and always before a
 * checkpoint barrier, with the segment they are written to. So no lot straddles a checkpoint, and
 * none needs to be in state.
 *
 * <p>A watermark, a watermark status or a latency marker that arrives while records are held back
 * waits its turn behind them; of watermarks in a row the latest is enough. Example: records 1, 2,
 * watermark 5, record 6, barrier: sent on are 1, 2, 6, watermark 5, barrier. Record 6 is early, not
 * late.
 */
final class LotOperator<IN, OUT> extends AbstractStreamOperator<Traced<OUT>>
    implements OneInputStreamOperator<IN, Traced<OUT>>, BoundedOneInput, LotBuilder.Destination {
  private static final long serialVersionUID = 1L;

  /** Where receipts leave for the egress. */
  static final OutputTag<Receipt> RECEIPTS =
      new OutputTag<>("cats-receipts", TypeInformation.of(Receipt.class));

  /** Where new BOMs and their consumers leave for the lineage state. */
  static final OutputTag<Link> LINKS =
      new OutputTag<>("cats-links", TypeInformation.of(Link.class));

  static final long NO_TIMESTAMP = Long.MIN_VALUE;

  private final LotSpec spec;

  private transient LotBuilder builder;
  private transient BlockStore store;
  @Nullable private transient SegmentWriter segment;
  private transient String attempt;
  private transient int segments;
  private transient List<Cid> boms;
  private transient long rejectedInSegment;

  /** What waits behind the open lot, in order of arrival. */
  private transient List<StreamElement> held;

  private transient boolean timerRunning;
  private transient StreamRecord<Object> reused;
  private transient Counter records;
  private transient Counter rejected;
  private transient Counter lots;
  private transient Counter bytes;

  LotOperator(StreamOperatorParameters<Traced<OUT>> parameters, LotSpec spec) {
    super(parameters);
    this.spec = spec;
  }

  @Override
  public void open() throws Exception {
    super.open();
    store = BlockStores.open(URI.create(spec.store()));
    // A random part keeps the segments of one attempt from those of the attempt before.
    attempt = UUID.randomUUID().toString().substring(0, 13);
    held = new ArrayList<>();
    boms = new ArrayList<>();
    reused = new StreamRecord<>(null);
    MetricGroup group = getMetricGroup().addGroup("cats");
    records = group.counter("records");
    rejected = group.counter("rejected");
    lots = group.counter("lots");
    bytes = group.counter("bytes");
    builder = new LotBuilder(spec, this);
    for (Stage stage : spec.stages()) {
      FunctionUtils.setFunctionRuntimeContext(stage.user(), getRuntimeContext());
      FunctionUtils.openFunction(stage.user(), DefaultOpenContext.INSTANCE);
      stage.function().open(DefaultOpenContext.INSTANCE);
    }
  }

  @Override
  public void processElement(StreamRecord<IN> element) throws Exception {
    builder.process(
        element.getValue(), element.hasTimestamp() ? element.getTimestamp() : NO_TIMESTAMP);
    if (builder.full()) {
      seal();
    } else if (!timerRunning && spec.options().maxAgeMillis() > 0 && builder.holds()) {
      timerRunning = true;
      long now = processingTimeService.getCurrentProcessingTime();
      var unused =
          processingTimeService.registerTimer(now + spec.options().maxAgeMillis(), this::onAge);
    }
  }

  /**
   * One timer runs at a time, started by the first record that is held back; a lot that was sealed
   * for another reason meanwhile makes it seal the next one early, never late.
   */
  private void onAge(long now) throws Exception {
    timerRunning = false;
    if (builder.holds()) {
      seal();
    }
  }

  private void seal() throws IOException {
    builder.seal();
    release();
    if (segment != null && segment.bytes() >= spec.options().segmentBytes()) {
      closeSegment();
    }
  }

  private void release() {
    for (StreamElement element : held) {
      if (element.isWatermark()) {
        output.emitWatermark(element.asWatermark());
      } else if (element.isWatermarkStatus()) {
        output.emitWatermarkStatus(element.asWatermarkStatus());
      } else {
        output.emitLatencyMarker(element.asLatencyMarker());
      }
    }
    held.clear();
  }

  /**
   * Queues behind the open lot. Of watermarks in a row the latest is enough, and so with statuses;
   * but the two keep their order, since a channel that is idle ignores watermarks.
   */
  private void hold(StreamElement element) {
    int last = held.size() - 1;
    if (last >= 0
        && !element.isLatencyMarker()
        && held.get(last).getClass() == element.getClass()) {
      held.set(last, element);
    } else {
      held.add(element);
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (builder.holds()) {
      hold(mark);
    } else {
      super.processWatermark(mark);
    }
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    if (builder.holds()) {
      hold(status);
    } else {
      super.processWatermarkStatus(status);
    }
  }

  @Override
  public void processLatencyMarker(LatencyMarker marker) throws Exception {
    if (builder.holds()) {
      hold(marker);
    } else {
      super.processLatencyMarker(marker);
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    sealAll();
  }

  @Override
  public void endInput() throws Exception {
    sealAll();
  }

  private void sealAll() throws IOException {
    seal();
    closeSegment();
  }

  private void closeSegment() throws IOException {
    if (segment != null) {
      segment.seal();
      Receipt receipt = Receipt.of(segment.name(), boms, rejectedInSegment);
      segment.close();
      segment = null;
      boms.clear();
      rejectedInSegment = 0;
      output.collect(RECEIPTS, new StreamRecord<>(receipt));
    }
  }

  @Override
  public void close() throws Exception {
    try {
      for (Stage stage : spec.stages()) {
        stage.function().close();
        FunctionUtils.closeFunction(stage.user());
      }
    } finally {
      Closing.quietly(segment, store);
      super.close();
    }
  }

  @Override
  public SegmentWriter segment() throws IOException {
    if (segment == null) {
      segment =
          store.newSegment(
              spec.name()
                  + "-"
                  + getRuntimeContext().getTaskInfo().getIndexOfThisSubtask()
                  + "-"
                  + attempt
                  + "-"
                  + segments++);
    }
    return segment;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> void record(Port<T> port, Traced<T> record, long timestamp) {
    StreamRecord<?> out =
        timestamp == NO_TIMESTAMP ? reused.replace(record) : reused.replace(record, timestamp);
    if (timestamp == NO_TIMESTAMP) {
      out.eraseTimestamp();
    }
    bytes.inc(record.length());
    if (port.tag() == null) {
      output.collect((StreamRecord<Traced<OUT>>) out);
    } else {
      output.collect(port.tag(), (StreamRecord<Traced<T>>) out);
    }
  }

  @Override
  public void sealed(Port<?> port, Cid bom, int count) {
    lots.inc();
    boms.add(bom);
    if (port.name().equals(Port.REJECTS)) {
      rejectedInSegment += count;
      rejected.inc(count);
    } else if (port.tag() == null) {
      records.inc(count);
    }
  }

  @Override
  public void link(Link link) {
    output.collect(LINKS, new StreamRecord<>(link));
  }
}
