package dev.cats.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.connector.kafka.EventWriter;
import dev.cats.connector.kafka.WireFormat;
import org.junit.jupiter.api.Test;

class EventTopicTest {

  @Test
  void anEventIsOfTheSizeThatTheFiguresAreFor() throws Exception {
    EventWriter writer = EventWriter.of(WireFormat.SINGLE_OBJECT);

    for (long sequence : new long[] {0, 999, 12_345, 9_999_999}) {
      assertThat(writer.record("t", EventTopic.event(sequence)).value())
          .hasSize(EventTopic.EVENT_BYTES);
    }
  }
}
