package dev.cats.ray.stage;

import dev.cats.ray.StageTypes;
import dev.cats.stage.JavaStage;
import dev.cats.stage.Records;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;

/** A function that is loaded and can be called, by several threads. */
final class StageCode {
  private static final int MAX_TRACEBACK = 64 << 10;

  private final JavaStage<Object, Object> stage;
  private final StageTypes types;
  private final boolean rowwise;

  private StageCode(JavaStage<Object, Object> stage, StageTypes types, boolean rowwise) {
    this.stage = stage;
    this.types = types;
    this.rowwise = rowwise;
  }

  @SuppressWarnings("unchecked")
  static StageCode load(String entrypoint, boolean rowwise, BundleLoader loader) throws Failure {
    try {
      StageTypes types = StageTypes.of(Class.forName(entrypoint, true, loader));
      return new StageCode(
          (JavaStage<Object, Object>) types.constructor().newInstance(), types, rowwise);
    } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
      Throwable why = e instanceof java.lang.reflect.InvocationTargetException ? e.getCause() : e;
      throw new Failure(
          Failure.Kind.BUNDLE, "Cannot load %s: %s".formatted(entrypoint, why), traceback(why));
    }
  }

  boolean isRowwise() {
    return rowwise;
  }

  Schema inputSchema() {
    return types.inputSchema();
  }

  Schema outputSchema() {
    return types.outputSchema();
  }

  /** What it makes of a batch. */
  Records call(Records batch) throws Failure {
    List<Object> inputs = read(batch);
    List<Object> outputs;
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(stage.getClass().getClassLoader());
    try {
      outputs = stage.apply(inputs);
    } catch (Throwable e) {
      throw new Failure(Failure.Kind.RAISED, e.toString(), traceback(e));
    } finally {
      thread.setContextClassLoader(before);
    }
    if (outputs == null) {
      throw new Failure(Failure.Kind.TYPES, "Invalid answer: expected a list, found null");
    }
    if (rowwise && outputs.size() != batch.count()) {
      throw new Failure(
          Failure.Kind.LENGTHS,
          "Invalid answer: expected as many records as there were, %d, found %d"
              .formatted(batch.count(), outputs.size()));
    }
    return write(outputs);
  }

  /** The class's own, which looks for classes where Avro is, with the bundle's loader. */
  private static SpecificData model(Class<?> type) {
    SpecificData model = new SpecificData(type.getClassLoader());
    SpecificData.getForClass(type).getConversions().forEach(model::addLogicalTypeConversion);
    return model;
  }

  private List<Object> read(Records batch) throws Failure {
    SpecificDatumReader<Object> reader =
        new SpecificDatumReader<>(inputSchema(), inputSchema(), model(types.input()));
    BinaryDecoder decoder =
        DecoderFactory.get().binaryDecoder(batch.bytes(), 0, batch.size(), null);
    List<Object> inputs = new ArrayList<>(batch.count());
    try {
      for (int i = 0; i < batch.count(); i++) {
        inputs.add(reader.read(null, decoder));
      }
    } catch (IOException | RuntimeException e) {
      throw new Failure(Failure.Kind.PROTOCOL, "Cannot read the batch: " + e, traceback(e));
    }
    return inputs;
  }

  private Records write(List<Object> outputs) throws Failure {
    SpecificDatumWriter<Object> writer =
        new SpecificDatumWriter<>(outputSchema(), model(types.output()));
    Records.Builder records = new Records.Builder();
    BinaryEncoder encoder = null;
    for (int i = 0; i < outputs.size(); i++) {
      Object output = outputs.get(i);
      if (!types.output().isInstance(output)) {
        throw new Failure(
            Failure.Kind.TYPES,
            "Invalid record %d of the answer: expected a %s, found %s"
                .formatted(
                    i,
                    types.output().getName(),
                    output == null ? "null" : "a " + output.getClass().getName()));
      }
      try {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        encoder = EncoderFactory.get().directBinaryEncoder(bytes, encoder);
        writer.write(output, encoder);
        encoder.flush();
        records.add(bytes.toByteArray(), 0, bytes.size());
      } catch (IOException | RuntimeException e) {
        throw new Failure(
            Failure.Kind.TYPES, "Invalid record %d of the answer: %s".formatted(i, e.getMessage()));
      }
    }
    return records.build();
  }

  /** The end of it where it is very long, since that is where the cause is. */
  static String traceback(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text, true));
    String all = text.toString();
    return all.length() <= MAX_TRACEBACK
        ? all
        : "(cut) …" + all.substring(all.length() - MAX_TRACEBACK);
  }
}
