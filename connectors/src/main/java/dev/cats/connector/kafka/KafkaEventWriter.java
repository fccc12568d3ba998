package dev.cats.connector.kafka;

import dev.cats.event.Departure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Flink's writer of one subtask, whose failures say what to do about them. */
final class KafkaEventWriter<T>
    implements StatefulSinkWriter<Departure<T>, KafkaWriterState>,
        CommittingSinkWriter<Departure<T>, KafkaCommittable> {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaEventWriter.class);

  private final PrecommittingStatefulSinkWriter<Departure<T>, KafkaWriterState, KafkaCommittable>
      flinks;
  private final KafkaFailures failures;
  @Nullable private final BrokerGuard guard;

  /**
   * @param guard one per sink is enough
   */
  KafkaEventWriter(
      PrecommittingStatefulSinkWriter<Departure<T>, KafkaWriterState, KafkaCommittable> flinks,
      KafkaFailures failures,
      @Nullable BrokerGuard guard) {
    this.flinks = flinks;
    this.failures = failures;
    this.guard = guard;
  }

  @Override
  public void write(Departure<T> departure, Context context)
      throws IOException, InterruptedException {
    try {
      flinks.write(departure, context);
    } catch (IOException | RuntimeException e) {
      throw explained(e);
    }
  }

  @Override
  public void flush(boolean endOfInput) throws IOException, InterruptedException {
    try {
      flinks.flush(endOfInput);
    } catch (IOException | RuntimeException e) {
      throw explained(e);
    }
  }

  private IOException explained(Exception thrown) {
    Exception explained = failures.explained(thrown);
    if (explained instanceof UncheckedIOException unchecked) {
      return unchecked.getCause();
    }
    if (explained instanceof RuntimeException ours) {
      throw ours;
    }
    return (IOException) explained;
  }

  @Override
  public void writeWatermark(Watermark watermark) throws IOException, InterruptedException {
    flinks.writeWatermark(watermark);
  }

  @Override
  public Collection<KafkaCommittable> prepareCommit() throws IOException, InterruptedException {
    try {
      return flinks.prepareCommit();
    } catch (IOException | RuntimeException e) {
      throw explained(e);
    }
  }

  @Override
  public List<KafkaWriterState> snapshotState(long checkpointId) throws IOException {
    try {
      return flinks.snapshotState(checkpointId);
    } catch (IOException | RuntimeException e) {
      throw explained(e);
    }
  }

  /**
   * Gives up what is open. What counts was flushed before. A producer that lacks a right cannot
   * even give up, or reports here once more which records it could not send, and a failure while a
   * failed task is being closed would end Flink's whole TaskManager; Kafka gives it up by itself.
   */
  @Override
  public void close() throws Exception {
    try (BrokerGuard ended = guard) {
      flinks.close();
    } catch (IOException | RuntimeException e) {
      if (!(KafkaFailures.kafkas(e) instanceof KafkaException refused)) {
        throw e;
      }
      LOG.warn(
          "Kafka was not told to give up an open transaction ({}); it does so after transaction.timeout.ms",
          refused.getMessage());
    }
  }
}
