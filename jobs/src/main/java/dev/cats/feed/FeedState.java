package dev.cats.feed;

import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * The format of a feed source's state, version 1. A split is the CID as text (two bytes of length,
 * then UTF-8), the offset and the index, eight bytes each, most significant first. The enumerator's
 * progress is the CID as text, one byte (1 where a split waits, else 0) and that split.
 */
final class FeedState {
  private static final int VERSION = 1;

  static final SimpleVersionedSerializer<FeedSplit> SPLIT =
      new Format<>() {
        @Override
        void write(FeedSplit split, DataOutputStream out) throws IOException {
          writeSplit(split, out);
        }

        @Override
        FeedSplit read(DataInputStream in) throws IOException {
          return readSplit(in);
        }
      };

  static final SimpleVersionedSerializer<FeedProgress> PROGRESS =
      new Format<>() {
        @Override
        void write(FeedProgress progress, DataOutputStream out) throws IOException {
          out.writeUTF(progress.file().toString());
          out.writeBoolean(progress.waiting().isPresent());
          if (progress.waiting().isPresent()) {
            writeSplit(progress.waiting().get(), out);
          }
        }

        @Override
        FeedProgress read(DataInputStream in) throws IOException {
          Cid file = readCid(in);
          return new FeedProgress(
              file, in.readBoolean() ? Optional.of(readSplit(in)) : Optional.empty());
        }
      };

  private FeedState() {}

  private static void writeSplit(FeedSplit split, DataOutputStream out) throws IOException {
    out.writeUTF(split.file().toString());
    out.writeLong(split.offset());
    out.writeLong(split.index());
  }

  private static FeedSplit readSplit(DataInputStream in) throws IOException {
    return new FeedSplit(readCid(in), in.readLong(), in.readLong());
  }

  private static Cid readCid(DataInputStream in) throws IOException {
    String text = in.readUTF();
    try {
      return Cid.parse(text);
    } catch (DecodeException e) {
      throw new IOException("Cannot restore the feed source: " + e.getMessage(), e);
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
            "Cannot restore the feed source: expected state of version "
                + VERSION
                + ", found "
                + version);
      }
      return read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }
  }
}
