package dev.cats.ray.stage;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.ray.JavaFunction;
import dev.cats.stage.Records;
import dev.cats.stage.StageBatch;
import dev.cats.stage.StageClient;
import dev.cats.stage.StageMonitor;
import dev.cats.stage.StageSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;

/** Calls of the functions of {@link Stages}. */
final class Trial implements StageMonitor {
  private static final Instant AT = Instant.ofEpochMilli(1_517_443_200_000L);

  final List<String> said = Collections.synchronizedList(new ArrayList<>());
  final AtomicInteger sent = new AtomicInteger();

  StageClient open(JavaFunction function, URI gateway) throws IOException {
    return open(function, function.artifact(), gateway, Duration.ofMinutes(1));
  }

  StageClient open(JavaFunction function, List<Block> artifact, URI gateway, Duration timeout)
      throws IOException {
    function.check(Sample.getClassSchema(), Doubled.getClassSchema());
    return function.open(
        new StageSettings(
            "trial",
            0,
            function.document().block(),
            artifact,
            Sample.getClassSchema(),
            Doubled.getClassSchema(),
            timeout,
            Duration.ofMinutes(2),
            Map.of("cats.ray.java", gateway.toString())),
        this);
  }

  /** A batch of records named after it, with these values. */
  static StageBatch batch(String name, double... values) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    SpecificDatumWriter<Sample> writer = new SpecificDatumWriter<>(Sample.class);
    int[] ends = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      writer.write(new Sample(name, AT, Double.isNaN(values[i]) ? null : values[i]), encoder);
      encoder.flush();
      ends[i] = bytes.size();
    }
    return new StageBatch(
        Cid.sha256(Cid.DAG_CBOR, Bytes.utf8(name)), name, new Records(bytes.toByteArray(), ends));
  }

  static List<Doubled> doubled(Records records) throws IOException {
    List<Doubled> all = new ArrayList<>();
    SpecificDatumReader<Doubled> reader = new SpecificDatumReader<>(Doubled.class);
    for (int i = 0; i < records.count(); i++) {
      all.add(
          reader.read(
              null,
              DecoderFactory.get()
                  .binaryDecoder(records.bytes(), records.start(i), records.length(i), null)));
    }
    return all;
  }

  static List<Double> values(Records records) throws IOException {
    return doubled(records).stream().map(Doubled::getY).toList();
  }

  @Override
  public void sent(long bytes) {
    sent.incrementAndGet();
  }

  @Override
  public void said(String from, String level, String line) {
    said.add(from + " " + level + " " + line);
  }
}
