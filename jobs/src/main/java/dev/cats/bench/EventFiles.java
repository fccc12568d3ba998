package dev.cats.bench;

import dev.cats.event.Arrival;
import dev.cats.event.DataInitiativeEvent;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.BasePathBucketAssigner;

/**
 * Flink's file sink, exactly once, into Avro object container files without compression: what a job
 * does that keeps its events and knows nothing of provenance.
 */
final class EventFiles {
  private EventFiles() {}

  static Sink<Arrival<DataInitiativeEvent>> in(Path folder) {
    return FileSink.forBulkFormat(
            new org.apache.flink.core.fs.Path(folder.toUri()), EventFiles::writer)
        .withBucketAssigner(new BasePathBucketAssigner<>())
        .build();
  }

  private static BulkWriter<Arrival<DataInitiativeEvent>> writer(FSDataOutputStream out)
      throws IOException {
    DataFileWriter<DataInitiativeEvent> file =
        new DataFileWriter<>(new SpecificDatumWriter<>(DataInitiativeEvent.class));
    file.create(DataInitiativeEvent.getClassSchema(), out);
    return new BulkWriter<>() {
      @Override
      public void addElement(Arrival<DataInitiativeEvent> arrival) throws IOException {
        if (!(arrival instanceof Arrival.Accepted<DataInitiativeEvent> accepted)) {
          throw new IOException("Cannot benchmark: an event of our own was refused: " + arrival);
        }
        file.append(accepted.value());
      }

      @Override
      public void flush() throws IOException {
        file.flush();
      }

      @Override
      public void finish() throws IOException {
        file.flush(); // the stream is the sink's, which closes it
      }
    };
  }
}
