package dev.cats.lot;

import dev.cats.bom.Bom;
import dev.cats.bom.Inputs;
import dev.cats.bom.Invoice;
import dev.cats.bom.LotFormat;
import dev.cats.bom.Page;
import dev.cats.content.Block;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import dev.cats.event.Position;
import dev.cats.event.TraceContext;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import javax.annotation.Nullable;

/**
 * The open lot of one output: its records as they will lie in the block, the values that wait to be
 * sent on, and what they were made from.
 *
 * <p>The buffer has head room for the container header, so that sealing is one hash and one write
 * over bytes that stay where they are. The lots that follow use the same buffer.
 */
final class OpenLot<T> {
  /** Inputs of more than this go to pages of their own, so that a BOM stays one block. */
  private static final int PAGE_BYTES = 512 * 1024;

  private final Port<T> port;
  private final Codec<T> codec;
  private final LotFormat format;
  private final AvroOut out;
  final Provenance provenance = new Provenance();

  private int[] ends = new int[256];
  private long[] timestamps = new long[256];
  private Object[] values = new Object[256];

  /** Only in the tasks of a source: nobody else has any. */
  private Position[] positions = {};

  /** Only where a record is part of a trace. */
  private TraceContext[] traces = {};

  private int records;

  /** Which input its provenance ends with, and how many outputs that has made: see LotBuilder. */
  long input = -1;

  int made;

  /** The numbers of that input: one, or a range behind a keyed step. */
  long first;

  long count;

  /** The records of the batch that these numbers are of; null where they are of no batch. */
  @Nullable Refs batch;

  OpenLot(Port<T> port, int capacity) {
    this.port = port;
    this.codec = Codec.of(port.type());
    this.format = LotFormat.of(codec.schema());
    this.out = new AvroOut(Math.min(capacity, 64 * 1024) + format.headRoom());
    out.position(format.headRoom());
  }

  Port<T> port() {
    return port;
  }

  int records() {
    return records;
  }

  int dataBytes() {
    return out.position() - format.headRoom();
  }

  /**
   * Encodes a record behind the others. A value that its encoding says less about than it holds is
   * let go, so that who reads the record gets what the lot says.
   *
   * @param position that the record goes back to, for the steps after this one; not in the lot
   * @param trace that the record is a part of, likewise
   * @return whether it fits; if not, the lot is as it was before
   */
  boolean append(
      Object value, long timestamp, @Nullable Position position, @Nullable TraceContext trace) {
    int start = out.position();
    boolean exact;
    try {
      exact = codec.write(port.type().cast(value), out);
    } catch (RuntimeException e) {
      // The step may catch it and go on.
      out.position(start);
      throw e;
    }
    if (out.position() + LotFormat.SYNC_SIZE > LotOptions.MAX_BLOCK
        && format.length(records + 1, dataBytes()) > LotOptions.MAX_BLOCK) {
      out.position(start);
      return false;
    }
    if (records == ends.length) {
      int capacity = records * 2;
      ends = Arrays.copyOf(ends, capacity);
      timestamps = Arrays.copyOf(timestamps, capacity);
      values = Arrays.copyOf(values, capacity);
    }
    ends[records] = out.position();
    timestamps[records] = timestamp;
    values[records] = exact ? value : null;
    if (position != null) {
      if (positions.length < values.length) {
        positions = Arrays.copyOf(positions, values.length);
      }
      positions[records] = position;
    }
    if (trace != null) {
      if (traces.length < values.length) {
        traces = Arrays.copyOf(traces, values.length);
      }
      traces[records] = trace;
    }
    records++;
    return true;
  }

  /** How many bytes a record takes that does not fit. */
  int lengthOf(Object value) {
    return codec.encode(port.type().cast(value)).length;
  }

  /**
   * Hashes the lot, writes it and its BOM to the segment, and returns the BOM.
   *
   * @param part whether it holds only some of what a batch made
   */
  Block seal(SegmentWriter segment, boolean part) throws IOException {
    int data = dataBytes();
    out.ensure(LotFormat.SYNC_SIZE);
    byte[] buffer = out.buffer();
    format.writePrefix(buffer, format.headRoom(), records, data);
    format.writeSync(buffer, out.position());
    int offset = format.headRoom() - format.prefixLength(records, data);
    int length = format.length(records, data);
    Cid lot = Cid.sha256(Cid.RAW, buffer, offset, length);
    if (port.stored()) {
      segment.append(lot, buffer, offset, length);
    }

    Inputs.Paged inputs = provenance.inputsDocument().paged(PAGE_BYTES);
    for (Page page : inputs.pages()) {
      segment.append(page.block());
    }
    Block bom =
        new Bom(
                port.order(),
                inputs.inputs(),
                provenance.lineage(part),
                new Invoice(lot, records, length),
                Optional.empty())
            .block();
    segment.append(bom);
    return bom;
  }

  /** The record at {@code index} as it is sent on. */
  @SuppressWarnings("unchecked")
  Traced<T> traced(Cid bom, int index) {
    int start = index == 0 ? format.headRoom() : ends[index - 1];
    return new Traced<>(
        bom,
        index,
        index == records - 1,
        out.buffer(),
        start,
        ends[index] - start,
        codec,
        null,
        (T) values[index],
        index < positions.length ? positions[index] : null,
        index < traces.length ? traces[index] : null);
  }

  long timestamp(int index) {
    return timestamps[index];
  }

  /** Starts the next lot, in the same buffer: see {@link Traced} for why that may be. */
  void clear() {
    Arrays.fill(values, 0, records, null);
    Arrays.fill(positions, 0, Math.min(records, positions.length), null);
    Arrays.fill(traces, 0, Math.min(records, traces.length), null);
    out.position(format.headRoom());
    records = 0;
    provenance.clear();
    input = -1;
    made = 0;
    batch = null;
  }
}
