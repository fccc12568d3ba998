package dev.cats.lot;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A growing list of record references, as runs of consecutive records of one BOM: what a window was
 * made from, or what stands next to an accumulator.
 */
final class Refs {
  private Cid[] boms;
  private int[] firsts;
  private int[] counts;
  private int runs;

  Refs() {
    this(2);
  }

  private Refs(int capacity) {
    boms = new Cid[capacity];
    firsts = new int[capacity];
    counts = new int[capacity];
  }

  int runs() {
    return runs;
  }

  Cid bom(int run) {
    return boms[run];
  }

  int first(int run) {
    return firsts[run];
  }

  int count(int run) {
    return counts[run];
  }

  Refs add(Cid bom, int index) {
    return add(bom, index, 1);
  }

  private Refs add(Cid bom, int first, int count) {
    int last = runs - 1;
    if (runs > 0 && firsts[last] + counts[last] == first && boms[last].equals(bom)) {
      counts[last] += count;
      return this;
    }
    if (runs == boms.length) {
      int capacity = runs * 2;
      boms = Arrays.copyOf(boms, capacity);
      firsts = Arrays.copyOf(firsts, capacity);
      counts = Arrays.copyOf(counts, capacity);
    }
    boms[runs] = bom;
    firsts[runs] = first;
    counts[runs] = count;
    runs++;
    return this;
  }

  Refs addAll(Refs others) {
    for (int i = 0; i < others.runs; i++) {
      add(others.boms[i], others.firsts[i], others.counts[i]);
    }
    return this;
  }

  Refs copy() {
    return new Refs(Math.max(2, runs)).addAll(this);
  }

  /**
   * Layout: the number of runs as a varint, then for each run one byte that says whether its BOM is
   * that of the run before (1) or follows as a digest of 32 bytes (0), the first record and the
   * count, as varints.
   */
  void write(DataOutputView out) throws IOException {
    TracedSerializer.writeVarint(runs, out);
    for (int i = 0; i < runs; i++) {
      boolean same = i > 0 && boms[i].equals(boms[i - 1]);
      out.writeByte(same ? 1 : 0);
      if (!same) {
        out.write(boms[i].digest().toArray());
      }
      TracedSerializer.writeVarint(firsts[i], out);
      TracedSerializer.writeVarint(counts[i], out);
    }
  }

  static Refs read(DataInputView in) throws IOException {
    int runs = (int) TracedSerializer.readVarint(in);
    Refs refs = new Refs(Math.max(2, runs));
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
    return refs;
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Refs that) || runs != that.runs) {
      return false;
    }
    for (int i = 0; i < runs; i++) {
      if (!boms[i].equals(that.boms[i])
          || firsts[i] != that.firsts[i]
          || counts[i] != that.counts[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    int hash = runs;
    for (int i = 0; i < runs; i++) {
      hash = 31 * (31 * (31 * hash + boms[i].hashCode()) + firsts[i]) + counts[i];
    }
    return hash;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < runs; i++) {
      text.append(i == 0 ? "" : ", ").append(boms[i]).append('/').append(firsts[i]);
      text.append('+').append(counts[i]);
    }
    return text.toString();
  }
}
