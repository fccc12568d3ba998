package dev.cats.initiative;

import dev.cats.event.Arrival;
import dev.cats.lot.Traced;
import java.io.Serializable;
import java.util.function.Function;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.TimestampAssignerSupplier;
import org.apache.flink.api.common.eventtime.WatermarkAlignmentParams;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/**
 * Event time that is read from the value within an element. An element without a value, such as a
 * refused one, keeps the timestamp it came with and moves no watermark.
 */
record EventTime<E, T>(
    Within<E, T> within, TimestampAssigner<T> assigner, WatermarkStrategy<T> watermarks)
    implements WatermarkStrategy<E> {

  /** The value in an element, or null. */
  interface Within<E, T> extends Function<E, T>, Serializable {}

  static <T> EventTime<Traced<T>, T> ofTraced(
      TimestampAssigner<T> assigner, WatermarkStrategy<T> watermarks) {
    return new EventTime<>(Traced::value, assigner, watermarks);
  }

  static <T> EventTime<Arrival<T>, T> ofArrivals(
      TimestampAssigner<T> assigner, WatermarkStrategy<T> watermarks) {
    return new EventTime<>(
        arrival -> arrival instanceof Arrival.Accepted<T> accepted ? accepted.value() : null,
        assigner,
        watermarks);
  }

  @Override
  public TimestampAssigner<E> createTimestampAssigner(TimestampAssignerSupplier.Context context) {
    return (element, timestamp) -> {
      T value = within.apply(element);
      return value == null ? timestamp : assigner.extractTimestamp(value, timestamp);
    };
  }

  /** How far one source may run ahead of the others. */
  @Override
  public WatermarkAlignmentParams getAlignmentParameters() {
    return watermarks.getAlignmentParameters();
  }

  @Override
  public WatermarkGenerator<E> createWatermarkGenerator(
      WatermarkGeneratorSupplier.Context context) {
    WatermarkGenerator<T> generator = watermarks.createWatermarkGenerator(context);
    return new WatermarkGenerator<>() {
      @Override
      public void onEvent(E element, long timestamp, WatermarkOutput output) {
        T value = within.apply(element);
        if (value != null) {
          generator.onEvent(value, timestamp, output);
        }
      }

      @Override
      public void onPeriodicEmit(WatermarkOutput output) {
        generator.onPeriodicEmit(output);
      }
    };
  }
}
