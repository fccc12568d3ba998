package dev.cats.lineage;

import dev.cats.bom.Bom;
import dev.cats.bom.Inputs;
import dev.cats.bom.LotReader;
import dev.cats.bom.Origin;
import dev.cats.bom.Range;
import dev.cats.bom.Run;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The records behind one record, step by step down to the source records.
 *
 * <p>The walk goes by distance, one lot at a time, and reports each record once: the record asked
 * for, then the records it was made from, in the order of their lots, and so on. What a window was
 * made from is thousands of records, so they are handed over one by one and never held together.
 *
 * <p>Example: record 2 of a daily lot, made from records 10 to 12 of an {@code earthquakes} lot,
 * each made from one record of a {@code decode} lot, is reported as 1 + 3 + 3 records and 3 source
 * records.
 */
public final class RecordTrace {

  /**
   * A record on the way.
   *
   * @param distance steps from the record asked for
   * @param index its place in the lot
   * @param origins where it came from when its lot is a source's, else empty
   * @param json the record as one line of JSON, or empty where the lot is not stored
   */
  public record Found(
      int distance,
      String step,
      Cid bom,
      Cid data,
      int index,
      List<Origin> origins,
      Optional<String> json) {
    public Found {
      origins = List.copyOf(origins);
    }
  }

  /** Takes each record; returns false to end the walk. */
  public interface Visitor {
    boolean visit(Found found) throws IOException;

    /** So many records of a BOM that the store let go of: the walk does not go on behind them. */
    default void pruned(Cid bom, int records) throws IOException {}
  }

  private record Pending(Cid bom, String role, int distance, BitSet records) {}

  /** More input records than any lot has; a bound on memory against a BOM that claims more. */
  private static final int MAX_RECORDS = 1 << 28;

  private final Documents documents;

  public RecordTrace(Documents documents) {
    this.documents = documents;
  }

  /**
   * Walks from record {@code index} of the lot that {@code bom} delivered.
   *
   * @return whether the walk came to its end; false when the visitor or the depth ended it
   * @throws IndexOutOfBoundsException when the lot has no such record
   */
  public boolean walk(Cid bom, int index, int depth, Visitor visitor) throws IOException {
    BitSet first = new BitSet();
    first.set(index);
    Map<Cid, BitSet> seen = new HashMap<>();
    ArrayDeque<Pending> queue = new ArrayDeque<>();
    queue.add(new Pending(bom, "the BOM asked for", 0, first));
    boolean whole = true;
    while (!queue.isEmpty()) {
      Pending pending = queue.remove();
      BitSet before = seen.computeIfAbsent(pending.bom(), key -> new BitSet());
      BitSet fresh = (BitSet) pending.records().clone();
      fresh.andNot(before);
      if (fresh.isEmpty()) {
        continue;
      }
      before.or(fresh);
      Step step = new Step(pending, fresh);
      if (!step.report(visitor)) {
        return false;
      }
      if (pending.distance() >= depth) {
        whole &= step.inputs.boms().isEmpty();
      } else {
        step.enqueue(queue, visitor);
      }
    }
    return whole;
  }

  /** The records of one lot that are on the way, and what they were made from. */
  private final class Step {
    private final Pending pending;
    private final BitSet records;
    private final Bom bom;
    private final Inputs inputs;
    private final long inputRecords;

    Step(Pending pending, BitSet records) throws IOException {
      this.pending = pending;
      this.records = records;
      this.bom = documents.bom(pending.bom(), pending.role());
      this.inputs = documents.inputs(bom);
      this.inputRecords = inputs.records();
      int beyond = records.length() - 1;
      if (beyond >= bom.output().records()) {
        throw new IndexOutOfBoundsException(
            "Cannot trace record %d of BOM %s (%s): its lot has %d records, numbered from 0"
                .formatted(beyond, pending.bom(), pending.role(), bom.output().records()));
      }
    }

    boolean report(Visitor visitor) throws IOException {
      String label = Documents.label(documents.order(bom));
      Optional<LotReader> lot = lot();
      for (int i = records.nextSetBit(0); i >= 0; i = records.nextSetBit(i + 1)) {
        List<Origin> origins = new ArrayList<>();
        if (!inputs.origins().isEmpty()) {
          for (Range range : behind(i)) {
            origins.addAll(inputs.origins(range));
          }
        }
        Optional<String> json = lot.isPresent() ? Optional.of(lot.get().json(i)) : Optional.empty();
        Cid data = bom.output().data();
        if (!visitor.visit(
            new Found(pending.distance(), label, pending.bom(), data, i, origins, json))) {
          return false;
        }
      }
      return true;
    }

    void enqueue(ArrayDeque<Pending> queue, Visitor visitor) throws IOException {
      BitSet positions = new BitSet();
      for (int i = records.nextSetBit(0); i >= 0; i = records.nextSetBit(i + 1)) {
        for (Range range : behind(i)) {
          positions.set(position(range.first()), position(range.end()));
        }
      }
      BitSet[] behind = new BitSet[inputs.boms().size()];
      long start = 0;
      for (Run run : inputs.runs()) {
        int end = position(start + run.count());
        for (int i = positions.nextSetBit((int) start);
            i >= 0 && i < end;
            i = positions.nextSetBit(i + 1)) {
          if (behind[run.bom()] == null) {
            behind[run.bom()] = new BitSet();
          }
          behind[run.bom()].set(position(run.first() + i - start));
        }
        start = end;
      }
      for (int i = 0; i < behind.length; i++) {
        if (behind[i] == null) {
          continue;
        }
        if (documents.store().wasPruned(inputs.boms().get(i))) {
          visitor.pruned(inputs.boms().get(i), behind[i].cardinality());
        } else if (here(inputs.boms().get(i), behind[i])) {
          queue.add(
              new Pending(
                  inputs.boms().get(i),
                  "named by BOM " + pending.bom(),
                  pending.distance() + 1,
                  behind[i]));
        }
      }
    }

    /** Whether records of a BOM can be looked at: a citation is followed as far as it is true. */
    private boolean here(Cid cid, BitSet wanted) throws IOException {
      return !inputs.cited()
          || documents
              .cited(cid)
              .filter(cited -> wanted.length() <= cited.output().records())
              .isPresent();
    }

    private int position(long number) throws IOException {
      if (number > MAX_RECORDS) {
        throw new UnreadableBlockException(
            pending.bom(),
            pending.role(),
            "its inputs go on to record "
                + number
                + ", the most that can be traced is "
                + MAX_RECORDS,
            null);
      }
      return (int) number;
    }

    private List<Range> behind(int record) throws IOException {
      try {
        return bom.lineage().inputsOf(record, inputRecords, bom.output().records());
      } catch (DecodeException e) {
        throw new UnreadableBlockException(pending.bom(), pending.role(), e.getMessage(), e);
      }
    }

    private Optional<LotReader> lot() throws IOException {
      return documents.store().has(bom.output().data())
          ? Optional.of(documents.lot(bom))
          : Optional.empty();
    }
  }
}
