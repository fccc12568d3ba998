package dev.cats.ray;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.stage.Records;
import dev.cats.stage.StageBatch;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageMonitor;
import dev.cats.stage.StageSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** Calls of the functions under {@code src/test/python}. */
final class Trial implements StageMonitor {
  static final Schema INPUT =
      SchemaBuilder.record("In").fields().requiredString("name").requiredDouble("x").endRecord();
  static final Schema OUTPUT =
      SchemaBuilder.record("Out").fields().requiredString("name").requiredDouble("y").endRecord();

  final List<String> said = Collections.synchronizedList(new ArrayList<>());
  final AtomicInteger retries = new AtomicInteger();
  final AtomicInteger sent = new AtomicInteger();
  final AtomicInteger received = new AtomicInteger();

  static PythonFunction function(String name) {
    return function("trial", name);
  }

  static PythonFunction function(String module, String name) {
    try {
      return PythonFunction.in(
          Path.of(System.getProperty("cats.root"), "ray-bridge/java/src/test/python", module),
          module + ":" + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  StageClient open(PythonFunction function, URI worker) throws IOException {
    return open(function, worker, Duration.ofSeconds(30), Duration.ofSeconds(60));
  }

  StageClient open(PythonFunction function, URI worker, Duration timeout, Duration patience)
      throws IOException {
    return open(function, worker.toString(), timeout, patience);
  }

  /** The same with several workers, apart by commas. */
  StageClient open(PythonFunction function, String workers, Duration timeout, Duration patience)
      throws IOException {
    return function.open(
        new StageSettings(
            "trial",
            0,
            function.document().block(),
            function.artifact(),
            INPUT,
            OUTPUT,
            timeout,
            patience,
            Map.of(Workers.LISTED, workers)),
        this);
  }

  /** A batch of records named after it, with these values. */
  static StageBatch batch(String name, double... values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    int[] ends = new int[values.length];
    try {
      for (int i = 0; i < values.length; i++) {
        GenericRecord record = new GenericData.Record(INPUT);
        record.put("name", name);
        record.put("x", values[i]);
        new GenericDatumWriter<GenericRecord>(INPUT).write(record, encoder);
        encoder.flush();
        ends[i] = bytes.size();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new StageBatch(
        Cid.sha256(Cid.DAG_CBOR, Bytes.utf8(name)), name, new Records(bytes.toByteArray(), ends));
  }

  static List<Double> values(Records records) throws IOException {
    List<Double> values = new ArrayList<>();
    GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(OUTPUT);
    for (int i = 0; i < records.count(); i++) {
      GenericRecord record =
          reader.read(
              null,
              DecoderFactory.get()
                  .binaryDecoder(records.bytes(), records.start(i), records.length(i), null));
      values.add((Double) record.get("y"));
    }
    return values;
  }

  @Override
  public void sent(long bytes) {
    sent.incrementAndGet();
  }

  @Override
  public void received(long bytes, long functionNanos) {
    received.incrementAndGet();
  }

  @Override
  public void retried() {
    retries.incrementAndGet();
  }

  @Override
  public void said(String from, String level, String line) {
    said.add(from + " " + level + " " + line);
  }
}
