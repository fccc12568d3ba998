package dev.cats.lot;

import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.Node;
import dev.cats.stage.Records;
import java.util.ArrayList;
import java.util.List;

/**
 * The records that a stage function is called with at once: a lot, those of a key, those of a
 * window. Immutable.
 *
 * @param id of the function and the records, so that a call that is made again has the same one
 * @param from the records, in their order
 * @param timestamps of each record, where each output has that of its own input; empty elsewhere
 * @param late why the function is not called with it, as its window was over when it came; empty
 *     for all that it is called with
 */
@SuppressWarnings("ArrayRecordComponent") // handed over and not compared
record Batch(Cid id, Refs from, Records records, long[] timestamps, String late) {
  private static final long[] NONE = {};

  static Batch of(Cid function, Refs from, Records records) {
    return of(function, from, records, NONE);
  }

  /** A record that is to be refused. */
  static Batch late(Traced<?> record, String reason) {
    Records.Builder one = new Records.Builder();
    one.add(record.buffer(), record.offset(), record.length());
    return new Batch(record.bom(), Refs.of(record), one.build(), NONE, reason);
  }

  static Batch of(Cid function, Refs from, Records records, long[] timestamps) {
    List<Node> boms = new ArrayList<>(from.runs());
    long[] runs = new long[2 * from.runs()];
    for (int i = 0; i < from.runs(); i++) {
      boms.add(Node.link(from.bom(i)));
      runs[2 * i] = from.first(i);
      runs[2 * i + 1] = from.count(i);
    }
    Node call =
        Node.map()
            .put("function", Node.link(function))
            .put("boms", Node.list(boms))
            .put("runs", Node.integers(runs))
            .build();
    Cid id = Cid.sha256(Cid.DAG_CBOR, DagCbor.encode(call));
    return new Batch(id, from, records, timestamps, "");
  }

  /** What people are told it is made of: the first of its runs, and whether there are more. */
  String origin() {
    String first = from.bom(0) + "/" + from.first(0) + "+" + from.count(0);
    return from.runs() == 1 ? first : first + " and " + (from.runs() - 1) + " more runs";
  }

  /** References to its records one by one. */
  List<Refs> each() {
    List<Refs> each = new ArrayList<>(records.count());
    for (int run = 0; run < from.runs(); run++) {
      for (int i = 0; i < from.count(run); i++) {
        each.add(from.one(run, i));
      }
    }
    return each;
  }

  /** Short, for Flink puts it into the message of a failure. */
  @Override
  public String toString() {
    return records.count() + (records.count() == 1 ? " record of " : " records of ") + origin();
  }
}
