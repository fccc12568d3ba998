package dev.cats.bom;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;

/**
 * The records of one lot. Reading is strict: the header must be the one that {@link LotFormat}
 * writes for the schema in it, there is exactly one data block, count and length agree with the
 * records, and nothing follows. Every record is walked over when a lot is opened, so one that opens
 * can be read to its end.
 */
public final class LotReader {
  private static final Bytes MAGIC = Bytes.fromHex("4f626a01");

  private final Bytes bytes;
  private final Schema schema;

  /** Where each record begins, and after the last one, where the data ends. */
  private final int[] offsets;

  private LotReader(Bytes bytes, Schema schema, int[] offsets) {
    this.bytes = bytes;
    this.schema = schema;
    this.offsets = offsets;
  }

  /** Opens a lot; damage is named with the byte that it was found at. */
  public static LotReader of(Block block) throws DecodeException {
    if (block.cid().codec() != Cid.RAW) {
      throw Fields.invalid(
          "lot " + block.cid(),
          "codec raw (0x55)",
          "codec 0x" + Integer.toHexString(block.cid().codec()));
    }
    Bytes bytes = block.bytes();
    AvroScan scan = new AvroScan(bytes, 0, bytes.size());
    Bytes text = schemaText(scan, bytes);
    Bytes sync = Bytes.wrap(LotFormat.sync(text.toArray()));
    Bytes header = Bytes.wrap(LotFormat.header(text.toArray(), sync.toArray()));
    if (header.size() > bytes.size() || !bytes.slice(0, header.size()).equals(header)) {
      throw Fields.invalid(
          "lot",
          "a header with avro.codec, avro.schema and the sync marker " + sync.hex(),
          "another");
    }
    Schema schema = parse(text);
    scan.skip(header.size() - scan.position());
    long records = scan.varint();
    if (records < 1 || records > Block.MAX_SIZE) {
      throw scan.invalid("a number of records from 1 to " + Block.MAX_SIZE, records);
    }
    int length = scan.length();
    int end = scan.position() + length;
    int[] offsets = offsets(schema, new AvroScan(bytes, scan.position(), end), (int) records);
    scan.skip(length);
    Bytes ending = take(scan, bytes, LotFormat.SYNC_SIZE);
    if (!ending.equals(sync)) {
      throw scan.invalid("the sync marker " + sync.hex() + " before it", ending.hex());
    }
    if (scan.remaining() > 0) {
      throw scan.invalid("the end of the lot", scan.remaining() + " more bytes");
    }
    return new LotReader(bytes, schema, offsets);
  }

  public Schema schema() {
    return schema;
  }

  /** The sync marker, which the schema's text gives. */
  public Bytes sync() {
    return bytes.slice(bytes.size() - LotFormat.SYNC_SIZE, bytes.size());
  }

  public int records() {
    return offsets.length - 1;
  }

  /** The encoding of one record. */
  public Bytes encoded(int index) {
    Objects.checkIndex(index, records());
    return bytes.slice(offsets[index], offsets[index + 1]);
  }

  /** One record as Avro's generic reader gives it; a {@code GenericRecord} where it is a record. */
  public Object at(int index) {
    Bytes record = encoded(index);
    try {
      return new GenericDatumReader<>(schema, schema, new GenericData())
          .read(null, DecoderFactory.get().binaryDecoder(record.toArray(), null));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read record " + index + " of a lot", e);
    }
  }

  public List<Object> all() {
    List<Object> all = new ArrayList<>(records());
    for (int i = 0; i < records(); i++) {
      all.add(at(i));
    }
    return all;
  }

  /**
   * One record as a line of JSON with plain values: no wrappers around the values of a union, map
   * keys in order, bytes as DAG-JSON writes them ({@code {"/":{"bytes":"…"}}}), and floats that are
   * not numbers as text.
   */
  public String json(int index) {
    return LotJson.line(schema, at(index));
  }

  private static Bytes schemaText(AvroScan scan, Bytes bytes) throws DecodeException {
    Bytes magic = take(scan, bytes, MAGIC.size());
    if (!magic.equals(MAGIC)) {
      throw Fields.invalid("lot", "an Avro object container file (4f626a01)", magic.hex());
    }
    long entries = scan.varint();
    if (entries != 2) {
      throw scan.invalid("a header of 2 entries, avro.codec and avro.schema", entries);
    }
    String[] expected = {LotFormat.CODEC_KEY, "null", LotFormat.SCHEMA_KEY};
    for (String text : expected) {
      Bytes found = take(scan, bytes, scan.length());
      if (!found.equals(Bytes.utf8(text))) {
        throw scan.invalid(text + " before it in the header", LotJson.quoted(found));
      }
    }
    return take(scan, bytes, scan.length());
  }

  private static Schema parse(Bytes text) throws DecodeException {
    try {
      ByteBuffer utf8 = text.asByteBuffer();
      return new Schema.Parser().parse(StandardCharsets.UTF_8.newDecoder().decode(utf8).toString());
    } catch (CharacterCodingException | AvroRuntimeException e) {
      throw new DecodeException(
          "Invalid lot: expected an Avro schema in its header, found " + LotJson.quoted(text), e);
    }
  }

  private static int[] offsets(Schema schema, AvroScan data, int records) throws DecodeException {
    // Grown as records are found: a claimed count allocates nothing.
    int[] offsets = new int[Math.min(records + 1, 1024)];
    for (int i = 0; i < records; i++) {
      if (i + 1 == offsets.length) {
        offsets = Arrays.copyOf(offsets, Math.min(records + 1, 2 * offsets.length));
      }
      offsets[i] = data.position();
      data.value(schema);
    }
    if (data.remaining() > 0) {
      throw data.invalid(
          "the data to end after " + records + " records", data.remaining() + " more bytes");
    }
    offsets[records] = data.position();
    return offsets;
  }

  private static Bytes take(AvroScan scan, Bytes bytes, int size) throws DecodeException {
    int from = scan.skip(size);
    return bytes.slice(from, from + size);
  }
}
