package dev.cats.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.event.DataInitiativeEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events through each wire format and back, and against Avro's own. */
class WireTest {
  private static final SpecificData MODEL = SpecificData.getForClass(DataInitiativeEvent.class);

  private final EventReader reader = EventReader.of(EventSchemas.builtIn(), null);

  @ParameterizedTest
  @EnumSource(names = {"SINGLE_OBJECT", "CLOUDEVENTS_BINARY"})
  void anEventComesBackAsItWas(WireFormat format) throws Exception {
    EventWriter writer = EventWriter.of(format);
    for (DataInitiativeEvent event : new DataInitiativeEvent[] {Events.full(), Events.least()}) {
      ProducerRecord<byte[], byte[]> record = writer.record("topic", event);
      assertThat(reader.read(record.value(), record.headers())).isEqualTo(event);
    }
  }

  @Test
  void singleObjectsAreThoseOfAvro() throws Exception {
    DataInitiativeEvent event = Events.full();
    byte[] ours = EventWriter.of(WireFormat.SINGLE_OBJECT).record("topic", event).value();
    assertThat(new BinaryMessageDecoder<DataInitiativeEvent>(MODEL, EventCodec.SCHEMA).decode(ours))
        .isEqualTo(event);
    assertThat(reader.read(byAvro(event), new RecordHeaders())).isEqualTo(event);
  }

  private static byte[] byAvro(DataInitiativeEvent event) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new BinaryMessageEncoder<DataInitiativeEvent>(MODEL, EventCodec.SCHEMA).encode(event, out);
    return out.toByteArray();
  }
}
