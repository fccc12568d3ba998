package dev.cats.bom;

import dev.cats.content.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.apache.avro.Schema;

/**
 * How the records of a lot are laid out in its block: an Avro object container file, which any Avro
 * tool reads, without what would differ from run to run.
 *
 * <pre>
 * header   4f626a01                    the magic "Obj", 1
 *          04 avro.codec null  avro.schema SCHEMA  00    the metadata, always these two, in this order
 *          SYNC                        16 bytes
 * block    varint(records) varint(bytes) DATA SYNC       always exactly one
 * </pre>
 *
 * <p>SYNC is the first 16 bytes of the SHA-256 of the schema's JSON text as UTF-8, where Avro would
 * put random ones: equal records give equal bytes. Varints are zigzag, as everywhere in Avro.
 *
 * <p>A writer that does not know the counts before the data leaves {@link #headRoom} bytes free,
 * appends the encoded records, and then writes the prefix backwards with {@link #writePrefix}: the
 * lot is hashed and written from that one buffer.
 */
public final class LotFormat {
  static final String CODEC_KEY = "avro.codec";
  static final String SCHEMA_KEY = "avro.schema";
  public static final int SYNC_SIZE = 16;

  /** The longest zigzag varint of a non-negative int. */
  private static final int MAX_VARINT = 5;

  private final Schema schema;
  private final byte[] header;
  private final byte[] sync;

  private LotFormat(Schema schema, byte[] text) {
    this.schema = schema;
    this.sync = sync(text);
    this.header = header(text, sync);
  }

  public static LotFormat of(Schema schema) {
    return new LotFormat(schema, schema.toString().getBytes(StandardCharsets.UTF_8));
  }

  public Schema schema() {
    return schema;
  }

  /** A copy of everything that comes before the data block. */
  public byte[] header() {
    return header.clone();
  }

  /** A copy of the sync marker. */
  public byte[] sync() {
    return sync.clone();
  }

  /** How many bytes the header and the largest counts can take before the data. */
  public int headRoom() {
    return header.length + 2 * MAX_VARINT;
  }

  /** How many bytes come before the data of a lot: header, count and length. */
  public int prefixLength(int records, int dataBytes) {
    return header.length + varintLength(records) + varintLength(dataBytes);
  }

  /** How many bytes a lot takes in all. */
  public int length(int records, int dataBytes) {
    return prefixLength(records, dataBytes) + dataBytes + SYNC_SIZE;
  }

  /**
   * Writes header, count and length so that they end before {@code dataOffset}; the lot then begins
   * at {@code dataOffset - prefixLength(records, dataBytes)}.
   */
  public void writePrefix(byte[] buffer, int dataOffset, int records, int dataBytes) {
    if (records < 1 || dataBytes < 0) {
      throw new IllegalArgumentException(
          "Invalid lot: expected at least one record, found %d in %d bytes"
              .formatted(records, dataBytes));
    }
    int at = dataOffset - prefixLength(records, dataBytes);
    System.arraycopy(header, 0, buffer, at, header.length);
    at = writeVarint(buffer, at + header.length, records);
    int end = writeVarint(buffer, at, dataBytes);
    assert end == dataOffset;
  }

  /** Writes the sync marker that ends a lot, at the end of its data. */
  public void writeSync(byte[] buffer, int offset) {
    System.arraycopy(sync, 0, buffer, offset, SYNC_SIZE);
  }

  /** A lot from records that are encoded already, one after the other. */
  public Bytes lot(int records, Bytes data) {
    byte[] buffer = new byte[length(records, data.size())];
    int dataOffset = prefixLength(records, data.size());
    writePrefix(buffer, dataOffset, records, data.size());
    System.arraycopy(data.toArray(), 0, buffer, dataOffset, data.size());
    writeSync(buffer, dataOffset + data.size());
    return Bytes.wrap(buffer);
  }

  static byte[] sync(byte[] schemaText) {
    try {
      return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(schemaText), SYNC_SIZE);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  static byte[] header(byte[] schemaText, byte[] sync) {
    byte[] codecKey = CODEC_KEY.getBytes(StandardCharsets.US_ASCII);
    byte[] codec = "null".getBytes(StandardCharsets.US_ASCII);
    byte[] schemaKey = SCHEMA_KEY.getBytes(StandardCharsets.US_ASCII);
    byte[] buffer = new byte[64 + schemaText.length + MAX_VARINT];
    int at = 0;
    for (byte b : new byte[] {'O', 'b', 'j', 1, 4}) {
      buffer[at++] = b;
    }
    for (byte[] part : new byte[][] {codecKey, codec, schemaKey, schemaText}) {
      at = writeVarint(buffer, at, part.length);
      System.arraycopy(part, 0, buffer, at, part.length);
      at += part.length;
    }
    buffer[at++] = 0;
    System.arraycopy(sync, 0, buffer, at, SYNC_SIZE);
    return Arrays.copyOf(buffer, at + SYNC_SIZE);
  }

  private static int varintLength(int value) {
    long rest = 2L * value;
    int length = 1;
    while ((rest >>>= 7) != 0) {
      length++;
    }
    return length;
  }

  /** Writes a non-negative int as zigzag varint and says where it ends. */
  private static int writeVarint(byte[] buffer, int offset, int value) {
    int at = offset;
    long rest = 2L * value;
    while (rest > 0x7f) {
      buffer[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[at++] = (byte) rest;
    return at;
  }
}
