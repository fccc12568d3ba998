package dev.cats.supply;

import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * The format of a lot source's state, version 1. A split is the CID of the BOM as text (two bytes
 * of length, then UTF-8) and the record that comes next, four bytes, most significant first. The
 * enumerator's progress is the CID of the last manifest as text, empty for none, the number of
 * splits that wait, four bytes, and these.
 */
final class LotState {
  private static final int VERSION = 1;

  static final SimpleVersionedSerializer<LotSplit> SPLIT =
      new Format<>() {
        @Override
        void write(LotSplit split, DataOutputStream out) throws IOException {
          writeSplit(split, out);
        }

        @Override
        LotSplit read(DataInputStream in) throws IOException {
          return readSplit(in);
        }
      };

  static final SimpleVersionedSerializer<LotProgress> PROGRESS =
      new Format<>() {
        @Override
        void write(LotProgress progress, DataOutputStream out) throws IOException {
          out.writeUTF(progress.last().map(Cid::toString).orElse(""));
          out.writeInt(progress.waiting().size());
          for (LotSplit split : progress.waiting()) {
            writeSplit(split, out);
          }
        }

        @Override
        LotProgress read(DataInputStream in) throws IOException {
          String last = in.readUTF();
          List<LotSplit> waiting = new ArrayList<>();
          for (int left = in.readInt(); left > 0; left--) {
            waiting.add(readSplit(in));
          }
          return new LotProgress(
              last.isEmpty() ? Optional.empty() : Optional.of(cid(last)), waiting);
        }
      };

  private LotState() {}

  private static void writeSplit(LotSplit split, DataOutputStream out) throws IOException {
    out.writeUTF(split.bom().toString());
    out.writeInt(split.next());
  }

  private static LotSplit readSplit(DataInputStream in) throws IOException {
    return new LotSplit(cid(in.readUTF()), in.readInt());
  }

  private static Cid cid(String text) throws IOException {
    try {
      return Cid.parse(text);
    } catch (DecodeException e) {
      throw new IOException("Cannot restore the lot source: " + e.getMessage(), e);
    }
  }

  private abstract static class Format<T> implements SimpleVersionedSerializer<T> {
    abstract void write(T state, DataOutputStream out) throws IOException;

    abstract T read(DataInputStream in) throws IOException;

    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(T state) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(96);
      write(state, new DataOutputStream(bytes));
      return bytes.toByteArray();
    }

    @Override
    public T deserialize(int version, byte[] bytes) throws IOException {
      if (version != VERSION) {
        throw new IOException(
            "Cannot restore the lot source: expected state of version %d, found %d"
                .formatted(VERSION, version));
      }
      return read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }
  }
}
