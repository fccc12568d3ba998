package dev.cats.lot;

import dev.cats.content.Cid;
import dev.cats.stage.Records;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Gathers records into the batches that a stage function is called with: the lots they came in, or,
 * of a keyed stream, runs of records of one key.
 *
 * <p>A batch ends with the lot of its records where there is one at a time, when it is as large as
 * a lot may be, when its first record has waited too long, at the end of input, and before a
 * watermark or a checkpoint barrier passes; so no batch is in state here. Across watermarks nothing
 * is held back: what is behind one is in the batches before it.
 */
final class BatchOperator<IN> extends AbstractStreamOperator<Batch>
    implements OneInputStreamOperator<Traced<IN>, Batch>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  /** Of all keys together; beyond it they are all sent. */
  private static final int MAX_OPEN_LOTS = 64;

  private final Cid function;
  private final boolean rowwise;
  private final boolean oneUpstreamLot;
  private final LotOptions options;

  /** By key, in the order of their first records; of a stream without keys under null. */
  private transient Map<Object, Open> open;

  private transient boolean timerRunning;

  /** Bytes of all records that are gathered. */
  private transient long gathered;

  /**
   * @param spec what is to be called
   * @param oneUpstreamLot whether records come in one lot after the other
   */
  BatchOperator(StageSpec<IN, ?> spec, boolean oneUpstreamLot, LotOptions options) {
    this.function = spec.block().cid();
    this.rowwise = spec.function().isRowwise();
    this.oneUpstreamLot = oneUpstreamLot;
    this.options = options;
  }

  /** A batch that grows. */
  private static final class Open {
    private final Refs from = new Refs();
    private final Records.Builder records = new Records.Builder();
    private long timestamp = LotOperator.NO_TIMESTAMP;
    private long[] timestamps = {};

    void add(Traced<?> record, long recordTimestamp, boolean each) {
      if (each) {
        if (records.count() == timestamps.length) {
          timestamps = Arrays.copyOf(timestamps, Math.max(16, 2 * timestamps.length));
        }
        timestamps[records.count()] = recordTimestamp;
      }
      from.add(record);
      records.add(record.buffer(), record.offset(), record.length());
      timestamp = Math.max(timestamp, recordTimestamp);
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    open = new LinkedHashMap<>();
  }

  @Override
  public void processElement(StreamRecord<Traced<IN>> element) {
    Traced<IN> record = element.getValue();
    Object key = record.key();
    Open batch = open.computeIfAbsent(key, each -> new Open());
    gathered += record.length();
    batch.add(
        record,
        element.hasTimestamp() ? element.getTimestamp() : LotOperator.NO_TIMESTAMP,
        rowwise);
    if ((oneUpstreamLot && record.last()) || gathered >= (long) MAX_OPEN_LOTS * options.bytes()) {
      emitAll();
    } else if (batch.records.count() >= options.records()
        || batch.records.size() >= options.bytes()) {
      open.remove(key);
      gathered -= batch.records.size();
      emit(batch);
    } else if (!timerRunning && options.maxAgeMillis() > 0) {
      timerRunning = true;
      long now = processingTimeService.getCurrentProcessingTime();
      var unused = processingTimeService.registerTimer(now + options.maxAgeMillis(), this::onAge);
    }
  }

  private void onAge(long now) {
    timerRunning = false;
    emitAll();
  }

  private void emitAll() {
    open.values().forEach(this::emit);
    open.clear();
    gathered = 0;
  }

  private void emit(Open batch) {
    long[] timestamps =
        rowwise ? Arrays.copyOf(batch.timestamps, batch.records.count()) : batch.timestamps;
    output.collect(
        record(Batch.of(function, batch.from, batch.records.build(), timestamps), batch.timestamp));
  }

  private static StreamRecord<Batch> record(Batch batch, long timestamp) {
    return timestamp == LotOperator.NO_TIMESTAMP
        ? new StreamRecord<>(batch)
        : new StreamRecord<>(batch, timestamp);
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    emitAll();
    super.processWatermark(mark);
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    emitAll();
    super.processWatermarkStatus(status);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    emitAll();
  }

  @Override
  public void endInput() {
    emitAll();
  }
}
