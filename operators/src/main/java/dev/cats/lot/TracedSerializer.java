package dev.cats.lot;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.event.TraceContext;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import javax.annotation.Nullable;
import org.apache.avro.Schema;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A traced record on the wire and in state: the digest of its BOM's CID, its index, its key where
 * it has one, the trace it is a part of if it is one, and the bytes it has in its lot, as they are.
 *
 * <p>Layout: 32 bytes of digest (a BOM's CID is always v1, dag-cbor, sha2-256); the index times
 * two, plus one on the last record of a lot, plus 2^32 where a trace follows, as an unsigned
 * varint; the key; the {@linkplain TraceFormat trace}; the length as an unsigned varint; the bytes.
 */
final class TracedSerializer<T> extends ImmutableSerializer<Traced<T>> {
  private static final long serialVersionUID = 1L;
  private static final int DIGEST = 32;
  private static final int INTERNED = 256;

  private final Class<T> type;
  @Nullable private final TypeSerializer<Object> keys;
  private transient Codec<T> codec;
  @Nullable private transient Cid written;
  private transient byte[] writtenDigest;
  private transient byte[] read;
  private transient Cid[] interned;
  private transient byte[][] internedDigests;

  TracedSerializer(Class<T> type, @Nullable TypeSerializer<Object> keys) {
    this.type = type;
    this.keys = keys;
  }

  Class<T> type() {
    return type;
  }

  @Nullable
  TypeSerializer<Object> keys() {
    return keys;
  }

  Schema schema() {
    return codec().schema();
  }

  private Codec<T> codec() {
    if (codec == null) {
      codec = Codec.of(type);
    }
    return codec;
  }

  @Override
  public void serialize(Traced<T> record, DataOutputView target) throws IOException {
    target.write(digestOf(record.bom()), 0, DIGEST);
    TraceContext trace = record.trace();
    long place = ((long) record.index() << 1) | (record.last() ? 1 : 0);
    writeVarint(TraceFormat.mark(place, trace), target);
    if (keys != null) {
      keys.serialize(record.key(), target);
    }
    if (trace != null) {
      TraceFormat.write(trace, target);
    }
    writeVarint(record.length(), target);
    target.write(record.buffer(), record.offset(), record.length());
  }

  @Override
  public Traced<T> deserialize(DataInputView source) throws IOException {
    Cid bom = readBom(source);
    long place = readVarint(source);
    Object key = keys == null ? null : keys.deserialize(source);
    TraceContext trace = TraceFormat.follows(place) ? TraceFormat.read(source) : null;
    int length = (int) readVarint(source);
    byte[] bytes = new byte[length];
    source.readFully(bytes);
    int index = (int) (place >>> 1) & Integer.MAX_VALUE;
    boolean last = (place & 1) == 1;
    return new Traced<>(bom, index, last, bytes, 0, length, codec(), key, null, null, trace);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    target.write(source, DIGEST);
    long place = readVarint(source);
    writeVarint(place, target);
    if (keys != null) {
      keys.copy(source, target);
    }
    if (TraceFormat.follows(place)) {
      TraceFormat.write(TraceFormat.read(source), target);
    }
    long length = readVarint(source);
    writeVarint(length, target);
    target.write(source, (int) length);
  }

  /** The digest of a BOM's CID; records of one lot come one behind the other. */
  @SuppressWarnings("ReferenceEquality") // records of one lot share the object
  private byte[] digestOf(Cid bom) {
    if (bom != written) {
      written = bom;
      writtenDigest = bom.digest().toArray();
    }
    return writtenDigest;
  }

  /**
   * One object per BOM for the records that come close together, found by the digest's own bits.
   */
  private Cid readBom(DataInputView source) throws IOException {
    if (read == null) {
      read = new byte[DIGEST];
      interned = new Cid[INTERNED];
      internedDigests = new byte[INTERNED][];
    }
    source.readFully(read, 0, DIGEST);
    int slot = read[0] & 0xFF;
    if (internedDigests[slot] == null || !Arrays.equals(internedDigests[slot], read)) {
      internedDigests[slot] = read.clone();
      interned[slot] = Cid.ofDigest(Cid.DAG_CBOR, Bytes.of(read));
    }
    return interned[slot];
  }

  static void writeVarint(long value, DataOutputView target) throws IOException {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      target.writeByte((int) (rest | 0x80));
      rest >>>= 7;
    }
    target.writeByte((int) rest);
  }

  static long readVarint(DataInputView source) throws IOException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = source.readByte();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IOException("Invalid traced record: a varint of more than 64 bits");
  }

  @Override
  public TypeSerializer<Traced<T>> duplicate() {
    return new TracedSerializer<>(type, keys == null ? null : keys.duplicate());
  }

  @Override
  public Traced<T> createInstance() {
    return new Traced<>(
        Cid.ofDigest(Cid.DAG_CBOR, Bytes.wrap(new byte[DIGEST])),
        0,
        false,
        new byte[0],
        0,
        0,
        codec(),
        null,
        null);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TracedSerializer<?> that
        && type == that.type
        && Objects.equals(keys, that.keys);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(new Object[] {type.getName(), keys});
  }

  @Override
  public TypeSerializerSnapshot<Traced<T>> snapshotConfiguration() {
    return new TracedSerializerSnapshot<>(this);
  }
}
