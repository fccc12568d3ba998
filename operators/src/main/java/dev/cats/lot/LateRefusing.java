package dev.cats.lot;

import java.io.Serializable;
import java.time.Instant;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/**
 * A window operator of Flink's that refuses what comes too late: the record goes to the rejects of
 * its step, under the rule {@code late}, where Flink alone would drop it.
 *
 * <p>Only Flink's operator knows what is late, and it says so by a side output. A stream of that
 * could not be joined with the main one again without breaking the chain to the lot operator; so it
 * is caught on its way out.
 */
final class LateRefusing<IN, E> extends AbstractStreamOperatorFactory<E>
    implements OneInputStreamOperatorFactory<Traced<IN>, E> {
  private static final long serialVersionUID = 1L;

  private final SimpleOperatorFactory<E> windows;
  private final OutputTag<Traced<IN>> late;
  private final Refusal<E> refusal;

  /** What is sent on in place of a record that came too late. */
  interface Refusal<E> extends Serializable {
    E of(Traced<?> record, String reason);
  }

  /**
   * @param late the side output that {@code windows} sends late records to
   */
  LateRefusing(
      OneInputStreamOperator<Traced<IN>, E> windows,
      OutputTag<Traced<IN>> late,
      Refusal<E> refusal) {
    this.windows = SimpleOperatorFactory.of(windows);
    this.late = late;
    this.refusal = refusal;
  }

  @Override
  @SuppressWarnings("TypeParameterUnusedInFormals") // Flink's signature
  public <T extends StreamOperator<E>> T createStreamOperator(
      StreamOperatorParameters<E> parameters) {
    return windows.createStreamOperator(
        new StreamOperatorParameters<>(
            parameters.getContainingTask(),
            parameters.getStreamConfig(),
            new Catching<>(parameters.getOutput(), late, refusal),
            parameters::getProcessingTimeService,
            parameters.getOperatorEventDispatcher(),
            parameters.getMailboxExecutor()));
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return windows.getStreamOperatorClass(loader);
  }

  /** Hands on everything but late records, and refusals in place of these. */
  private static final class Catching<IN, E> implements Output<StreamRecord<E>> {
    private final Output<StreamRecord<E>> output;
    private final OutputTag<Traced<IN>> late;
    private final Refusal<E> refusal;
    private long watermark = Long.MIN_VALUE;

    Catching(Output<StreamRecord<E>> output, OutputTag<Traced<IN>> late, Refusal<E> refusal) {
      this.output = output;
      this.late = late;
      this.refusal = refusal;
    }

    @Override
    public <X> void collect(OutputTag<X> tag, StreamRecord<X> record) {
      if (tag.equals(late)) {
        refuse((Traced<?>) record.getValue(), record.getTimestamp());
      } else {
        output.collect(tag, record);
      }
    }

    private void refuse(Traced<?> record, long timestamp) {
      String reason =
          "Cannot put a record of "
              + Instant.ofEpochMilli(timestamp)
              + " into a window: its window was over, and the result delivered, when it came at "
              + Instant.ofEpochMilli(watermark)
              + " in event time";
      output.collect(new StreamRecord<>(refusal.of(record, reason), timestamp));
    }

    @Override
    public void collect(StreamRecord<E> record) {
      output.collect(record);
    }

    @Override
    public void emitWatermark(Watermark mark) {
      watermark = mark.getTimestamp();
      output.emitWatermark(mark);
    }

    @Override
    public void emitWatermark(WatermarkEvent mark) {
      output.emitWatermark(mark);
    }

    @Override
    public void emitWatermarkStatus(WatermarkStatus status) {
      output.emitWatermarkStatus(status);
    }

    @Override
    public void emitLatencyMarker(LatencyMarker marker) {
      output.emitLatencyMarker(marker);
    }

    @Override
    public void emitRecordAttributes(RecordAttributes attributes) {
      output.emitRecordAttributes(attributes);
    }

    @Override
    public void close() {
      output.close();
    }
  }
}
