package dev.cats.ray;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.stage.Records;
import dev.cats.stage.StageBatch;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** One call of a function with records, as a stage makes it. */
final class Calls {
  private Calls() {}

  static GenericRecord record(Schema schema, Object... fields) {
    GenericRecord record = new GenericData.Record(schema);
    for (int i = 0; i < fields.length; i += 2) {
      record.put((String) fields[i], fields[i + 1]);
    }
    return record;
  }

  static List<GenericRecord> call(
      URI worker, PythonFunction function, List<GenericRecord> records, Schema input, Schema output)
      throws Exception {
    String name = function.document().entrypoint();
    StageSettings settings =
        new StageSettings(
            name,
            0,
            function.document().block(),
            function.artifact(),
            input,
            output,
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Map.of(Workers.LISTED, worker.toString()));
    Cid id = Cid.sha256(Cid.RAW, Bytes.utf8(name));
    try (StageClient client = function.open(settings, new Trial())) {
      Records answer =
          client.call(new StageBatch(id, name, written(records, input))).get(2, TimeUnit.MINUTES);
      return read(answer, output);
    }
  }

  private static Records written(List<GenericRecord> records, Schema schema) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    int[] ends = new int[records.size()];
    for (int i = 0; i < ends.length; i++) {
      new GenericDatumWriter<GenericRecord>(schema).write(records.get(i), encoder);
      encoder.flush();
      ends[i] = bytes.size();
    }
    return new Records(bytes.toByteArray(), ends);
  }

  private static List<GenericRecord> read(Records records, Schema schema) throws IOException {
    List<GenericRecord> read = new ArrayList<>();
    GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(schema);
    for (int i = 0; i < records.count(); i++) {
      read.add(
          reader.read(
              null,
              DecoderFactory.get()
                  .binaryDecoder(records.bytes(), records.start(i), records.length(i), null)));
    }
    return read;
  }
}
