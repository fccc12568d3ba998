package dev.cats.lot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** The class and schema of a record in the snapshot of a serializer: two length-prefixed texts. */
final class SchemaState {
  private SchemaState() {}

  static void write(Class<?> type, String schema, DataOutputView out) throws IOException {
    writeText(type.getName(), out);
    writeText(schema, out);
  }

  @SuppressWarnings("unchecked")
  static <T> Class<T> readType(DataInputView in, ClassLoader loader) throws IOException {
    String name = readSchema(in);
    try {
      return (Class<T>) Class.forName(name, false, loader);
    } catch (ClassNotFoundException e) {
      throw new IOException(
          "Cannot restore state: it holds records of " + name + ", which is not in the job jar", e);
    }
  }

  static String readSchema(DataInputView in) throws IOException {
    byte[] text = new byte[in.readInt()];
    in.readFully(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static void writeText(String text, DataOutputView out) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
