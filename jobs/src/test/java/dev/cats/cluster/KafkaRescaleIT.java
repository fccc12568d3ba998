package dev.cats.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stops a job that reads from Kafka and writes to Kafka with a savepoint and goes on from it with
 * more subtasks, and with fewer, while events go on coming.
 */
@ExtendWith(Leftovers.class)
class KafkaRescaleIT {
  private static final int CHECKPOINTS = 3;

  @TempDir private Path folder;

  @Test
  void nothingIsLostOrDoubledWhenAJobGoesOnWithOtherSubtasks() throws Exception {
    try (EventPipeline pipeline = EventPipeline.start(folder)) {
      Optional<Path> from = Optional.empty();
      for (int parallelism : new int[] {1, 2, 1}) {
        pipeline.submit(parallelism, from);
        EventPipeline.patiently("a job", () -> !pipeline.rest().state(pipeline.job()).isEmpty());
        int events = pipeline.feed().count();
        long before = pipeline.newestNumber();
        EventPipeline.patiently(
            "some checkpoints", () -> pipeline.newestNumber() >= before + CHECKPOINTS);
        assertThat(pipeline.feed().count()).isGreaterThan(events);
        if (from.isPresent()) {
          System.out.printf(
              "KafkaRescaleIT: parallelism %d, restored from checkpoint %d, at %d now, %d events%n",
              parallelism,
              pipeline.rest().restored(pipeline.job()),
              pipeline.newestNumber(),
              pipeline.feed().count());
          assertThat(pipeline.rest().restores(pipeline.job())).isEqualTo(1);
        }
        from = Optional.of(pipeline.stop());
      }
      pipeline.submit(1, from);
      pipeline.drain();
      pipeline.stop();
      Ledger ledger = pipeline.assertExactlyOnce("after rescaling");
      assertThat(ledger.delivered()).isNotEmpty();
    }
  }
}
