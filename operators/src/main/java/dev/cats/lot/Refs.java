package dev.cats.lot;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.event.TraceContext;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import javax.annotation.Nullable;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A growing list of record references, as runs of consecutive records of one BOM: what a window was
 * made from, or what stands next to an accumulator; and the trace that all of them are a part of.
 */
final class Refs {
  private static final Cid[] NO_BOMS = {};
  private static final int[] NO_NUMBERS = {};

  /** The first run, apart from the others: most references are to one record. */
  private Cid bom;

  private int first;
  private int count;

  private Cid[] boms = NO_BOMS;
  private int[] firsts = NO_NUMBERS;
  private int[] counts = NO_NUMBERS;
  private int runs;

  @Nullable private TraceContext trace;

  Refs() {}

  static Refs of(Traced<?> record) {
    return new Refs().add(record);
  }

  /**
   * The one trace that every record here is a part of; null where there is none. Of several, none
   * is the parent of what was made: that it goes back to all of them, its BOM says.
   */
  @Nullable
  TraceContext trace() {
    return trace;
  }

  int runs() {
    return runs;
  }

  Cid bom(int run) {
    return run == 0 ? bom : boms[run - 1];
  }

  int first(int run) {
    return run == 0 ? first : firsts[run - 1];
  }

  int count(int run) {
    return run == 0 ? count : counts[run - 1];
  }

  /** One of the records of a run, with the trace that all are a part of. */
  Refs one(int run, int index) {
    Refs one = new Refs().add(bom(run), first(run) + index, 1);
    one.trace = trace;
    return one;
  }

  /** Forgets what it holds and refers to this one record. */
  Refs only(Traced<?> record) {
    runs = 0;
    return add(record);
  }

  Refs add(Traced<?> record) {
    join(record.trace());
    return add(record.bom(), record.index(), 1);
  }

  /** Adds a record of which it is not known whether it is part of a trace. */
  Refs add(Cid another, int index) {
    join(null);
    return add(another, index, 1);
  }

  private void join(@Nullable TraceContext another) {
    if (runs == 0) {
      trace = another;
    } else if (trace != null && !trace.equals(another)) {
      trace = null;
    }
  }

  private Refs add(Cid another, int from, int more) {
    int last = runs - 1;
    if (last >= 0 && first(last) + count(last) == from && bom(last).equals(another)) {
      if (last == 0) {
        count += more;
      } else {
        counts[last - 1] += more;
      }
      return this;
    }
    if (runs == 0) {
      bom = another;
      first = from;
      count = more;
    } else {
      if (last == boms.length) {
        int capacity = Math.max(4, last * 2);
        boms = Arrays.copyOf(boms, capacity);
        firsts = Arrays.copyOf(firsts, capacity);
        counts = Arrays.copyOf(counts, capacity);
      }
      boms[last] = another;
      firsts[last] = from;
      counts[last] = more;
    }
    runs++;
    return this;
  }

  Refs addAll(Refs others) {
    if (others.runs > 0) {
      join(others.trace);
    }
    for (int i = 0; i < others.runs; i++) {
      add(others.bom(i), others.first(i), others.count(i));
    }
    return this;
  }

  Refs copy() {
    return new Refs().addAll(this);
  }

  /**
   * Layout: the number of runs, plus 2^32 where a trace follows, as a varint; the {@linkplain
   * TraceFormat trace}; then for each run one byte that says whether its BOM is that of the run
   * before (1) or follows as a digest of 32 bytes (0), the first record and the count, as varints.
   */
  void write(DataOutputView out) throws IOException {
    TracedSerializer.writeVarint(TraceFormat.mark(runs, trace), out);
    if (trace != null) {
      TraceFormat.write(trace, out);
    }
    for (int i = 0; i < runs; i++) {
      boolean same = i > 0 && bom(i).equals(bom(i - 1));
      out.writeByte(same ? 1 : 0);
      if (!same) {
        out.write(bom(i).digest().toArray());
      }
      TracedSerializer.writeVarint(first(i), out);
      TracedSerializer.writeVarint(count(i), out);
    }
  }

  static Refs read(DataInputView in) throws IOException {
    long marked = TracedSerializer.readVarint(in);
    TraceContext trace = TraceFormat.follows(marked) ? TraceFormat.read(in) : null;
    int runs = (int) marked;
    Refs refs = new Refs();
    Cid bom = null;
    for (int i = 0; i < runs; i++) {
      if (in.readByte() == 0) {
        byte[] digest = new byte[32];
        in.readFully(digest);
        bom = Cid.ofDigest(Cid.DAG_CBOR, Bytes.wrap(digest));
      }
      int first = (int) TracedSerializer.readVarint(in);
      refs.add(bom, first, (int) TracedSerializer.readVarint(in));
    }
    refs.trace = trace;
    return refs;
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Refs that) || runs != that.runs || !Objects.equals(trace, that.trace)) {
      return false;
    }
    for (int i = 0; i < runs; i++) {
      if (!bom(i).equals(that.bom(i)) || first(i) != that.first(i) || count(i) != that.count(i)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    int hash = runs;
    for (int i = 0; i < runs; i++) {
      hash = 31 * (31 * (31 * hash + bom(i).hashCode()) + first(i)) + count(i);
    }
    return hash;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < runs; i++) {
      text.append(i == 0 ? "" : ", ").append(bom(i)).append('/').append(first(i));
      text.append('+').append(count(i));
    }
    return text.toString();
  }
}
