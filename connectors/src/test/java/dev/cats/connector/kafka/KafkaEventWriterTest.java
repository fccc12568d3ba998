package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.cats.event.Departure;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Wherever writing fails, the failure says what to do. */
class KafkaEventWriterTest {

  /** A writer whose rights were taken away. */
  private static final class Denied
      implements PrecommittingStatefulSinkWriter<
          Departure<String>, KafkaWriterState, KafkaCommittable> {
    private static RuntimeException denied() {
      return new TopicAuthorizationException("not you");
    }

    @Override
    public void write(Departure<String> departure, Context context) {
      throw denied();
    }

    @Override
    public void flush(boolean endOfInput) {
      throw denied();
    }

    @Override
    public Collection<KafkaCommittable> prepareCommit() {
      throw denied();
    }

    @Override
    public List<KafkaWriterState> snapshotState(long checkpointId) {
      throw denied();
    }

    @Override
    public void close() throws IOException {
      throw new IOException("One or more sends", new FlinkRuntimeException(denied()));
    }
  }

  @Test
  void everyFailureIsExplained() {
    KafkaFailures failures =
        KafkaFailures.writing(new Brokers("kafka:9092", new Properties()), "out");
    KafkaEventWriter<String> writer = new KafkaEventWriter<>(new Denied(), failures, null);
    for (ThrowingCallable each :
        List.<ThrowingCallable>of(
            () -> writer.write(null, null),
            () -> writer.flush(true),
            writer::prepareCommit,
            () -> writer.snapshotState(1))) {
      assertThatIOException()
          .isThrownBy(each)
          .withMessage(
              "Cannot write to topic out: Kafka at kafka:9092 gives this client no right to topic"
                  + " out; grant its principal User:ANONYMOUS WRITE and DESCRIBE, then start it again");
    }
  }

  @Test
  void closingNeverFailsForWhatKafkaRefuses() {
    KafkaFailures failures =
        KafkaFailures.writing(new Brokers("kafka:9092", new Properties()), "out");
    assertThatNoException().isThrownBy(new KafkaEventWriter<>(new Denied(), failures, null)::close);
  }
}
