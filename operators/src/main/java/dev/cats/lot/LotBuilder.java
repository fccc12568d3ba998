package dev.cats.lot;

import dev.cats.content.Block;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import dev.cats.event.Arrival;
import dev.cats.event.Position;
import dev.cats.event.TraceContext;
import dev.cats.step.Output;
import dev.cats.step.Side;
import dev.cats.step.Step;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import javax.annotation.Nullable;

/**
 * Runs the steps that share a lot on each record, appends what they make to the open lots of their
 * outputs, holds it back, and seals: hashes each lot, writes it with its BOM, and sends its records
 * on under that BOM.
 *
 * <p>All outputs are sealed together, but for rejects of which some name their own history and some
 * do not. When a record's outputs are more than the open lot may hold, the lot is sealed in the
 * middle of them, and the record is an input of the next lot as well.
 *
 * <p>An output with no record when the others are sealed gets no lot: the inputs that made nothing
 * are forgotten.
 */
final class LotBuilder {
  /** Behind a shuffle runs interleave; lots end before their lineage outgrows them. */
  private static final int MAX_PROVENANCE = 256 * 1024;

  /** Where sealed lots go. */
  interface Destination {
    /** The segment to write to, opened when it is first needed. */
    SegmentWriter segment() throws IOException;

    <T> void record(Port<T> port, Traced<T> record, long timestamp);

    /** A lot of so many records was sealed and written with its BOM. */
    void sealed(Port<?> port, Cid bom, int records);

    void link(Link link);
  }

  private final LotSpec spec;
  private final Destination destination;
  private final OpenLot<?>[] lots;
  private final Map<String, OpenLot<?>> sides = new HashMap<>();
  private final OpenLot<?> main;
  private final OpenLot<?> rejects;
  private final StageOutput[] chain;
  private final Refusals refusals = new Refusals();

  /** Counts input records, so that an open lot knows whether it has met the one at hand. */
  private long serial;

  private boolean sealedWithin;

  /** Whether the inputs of the open lots, but for the rejects, come with citations. */
  private boolean cited;

  /** Whether those of the rejects do; of a cited topic, what cannot be read may come without. */
  private boolean rejectsCited;

  /** Whether a lot before this one was sealed in the middle of the batch at hand. */
  private boolean cut;

  /** Whether an open lot is as large as it may be. */
  private boolean full;

  private long timestamp;
  private Object current;

  /** Where in the outside world the record at hand goes back to, if that is known. */
  @Nullable private Position position;

  /** The trace that the record at hand is a part of. */
  @Nullable private TraceContext trace;

  LotBuilder(LotSpec spec, Destination destination) {
    this.spec = spec;
    this.destination = destination;
    this.lots = new OpenLot<?>[spec.ports().size()];
    for (int i = 0; i < lots.length; i++) {
      Port<?> port = spec.ports().get(i);
      lots[i] = new OpenLot<>(port, spec.options().bytes());
      sides.put(port.name(), lots[i]);
    }
    this.main = sides.get(Port.MAIN);
    this.rejects = sides.get(Port.REJECTS);
    this.chain = new StageOutput[spec.stages().size()];
    for (int i = chain.length - 1; i >= 0; i--) {
      chain[i] = new StageOutput(spec.stages().get(i), i + 1 < chain.length ? chain[i + 1] : null);
    }
  }

  /** Whether records are held back. */
  boolean holds() {
    for (OpenLot<?> lot : lots) {
      if (lot.records() > 0) {
        return true;
      }
    }
    return false;
  }

  /** Handles one input of the form that the specification names. */
  void process(Object input, long recordTimestamp) throws Exception {
    serial++;
    sealedWithin = false;
    current = input;
    timestamp = recordTimestamp;
    switch (spec.arrival()) {
      case ARRIVAL -> {
        Arrival<?> arrival = (Arrival<?>) input;
        position = arrival.position();
        trace = arrival.trace();
        arrive(arrival);
      }
      case TRACED -> {
        Traced<?> traced = (Traced<?>) input;
        position = traced.position();
        trace = traced.trace();
        run(traced.value());
      }
      case CITED -> {
        Cited<?> cited = (Cited<?>) input;
        trace = cited.from().trace();
        if (cited instanceof Cited.Made<?> made) {
          run(made.value());
        } else if (cited instanceof Cited.Batched<?> batched) {
          if (batched.timestamp() != LotOperator.NO_TIMESTAMP) {
            timestamp = batched.timestamp();
          }
          run(batched.value());
        } else if (cited instanceof Cited.Aside<?> aside) {
          if (spec.sides().contains(aside.side().name())) {
            append(sides.get(aside.side().name()), aside.value());
          }
        } else if (cited instanceof Cited.Refused<?> refused) {
          refuse(spec.head(), refused.rule(), refused.reason(), refused.value(), null);
        }
      }
    }
    if (spec.arrival() != LotSpec.Form.CITED
        && main.input != serial
        && !sealedWithin
        && mayShareMain()) {
      meet(main);
      noteFull(main);
    }
  }

  private void arrive(Arrival<?> arrival) throws Exception {
    if (arrival instanceof Arrival.Refused<?> refused) {
      refuseBytes(spec.head(), refused.rule(), refused.reason(), refused.original().toArray());
    } else if (arrival instanceof Arrival.Accepted<?> accepted) {
      if (!mayShareMain()) {
        if (main.provenance.inputs() > 0 || holds()) {
          seal();
        }
        cited = !cited;
      }
      run(accepted.value());
    }
  }

  /**
   * Whether the record at hand may be an input of the open lots. The inputs of one lot all have
   * citations, or none has: their numbers would not agree. A refused record that may not is one of
   * the rejects' lot alone, and ends no other.
   */
  private boolean mayShareMain() {
    return !(current instanceof Arrival<?> arrival) || cited == (arrival.made() != null);
  }

  /** Seals the rejects, if the record at hand may not be an input of their lot. */
  private void partRejects() throws IOException {
    if (current instanceof Arrival<?> arrival && rejectsCited != (arrival.made() != null)) {
      if (rejects.records() > 0) {
        sealOne(rejects, false);
        rejects.clear();
      }
      rejectsCited = !rejectsCited;
    }
  }

  private void run(Object value) throws Exception {
    if (value == null) {
      throw nothing(spec.head());
    }
    if (chain.length == 0) {
      append(main, value);
    } else {
      chain[0].run(value);
    }
  }

  /** Whether the open lots are as large as they may be, or the upstream lot has ended. */
  boolean full() {
    return full
        || (spec.sealsWithUpstream() && current instanceof Traced<?> traced && traced.last())
        || (current instanceof Cited.Batched<?> batched && batched.last());
  }

  private void noteFull(OpenLot<?> lot) {
    full |=
        lot.records() >= spec.options().records()
            || lot.dataBytes() >= spec.options().bytes()
            || lot.provenance.size() >= MAX_PROVENANCE;
  }

  /** Seals every output that holds records. */
  void seal() throws IOException {
    seal(current instanceof Cited.Batched<?> batched && !batched.last());
  }

  /**
   * @param within whether the batch of the record at hand goes on in the next lot
   */
  private void seal(boolean within) throws IOException {
    for (OpenLot<?> lot : lots) {
      if (lot.records() > 0) {
        sealOne(lot, cut || within);
      }
      lot.clear();
    }
    cut = within;
    full = false;
  }

  private <T> void sealOne(OpenLot<T> lot, boolean part) throws IOException {
    leave(lot);
    Block bom = lot.seal(destination.segment(), part);
    Cid cid = bom.cid();
    String text = cid.toString();
    destination.link(Link.made(text, bom.bytes().toArray()));
    for (Cid consumed : lot.provenance.boms()) {
      destination.link(Link.consumed(consumed.toString(), text));
    }
    destination.sealed(lot.port(), cid, lot.records());
    for (int i = 0; i < lot.records(); i++) {
      destination.record(lot.port(), lot.traced(cid, i), lot.timestamp(i));
    }
  }

  /** Notes the record at hand as an input of this lot, if it is not one yet. */
  @SuppressWarnings("ReferenceEquality") // the records of one batch are one object
  private void meet(OpenLot<?> lot) {
    if (lot.input == serial) {
      return;
    }
    leave(lot);
    lot.input = serial;
    Provenance provenance = lot.provenance;
    if (current instanceof Arrival<?> arrival) {
      lot.first = provenance.add(arrival.position(), arrival.made());
      lot.count = 1;
    } else if (current instanceof Traced<?> traced) {
      lot.first = provenance.add(traced.bom(), traced.index());
      lot.count = 1;
    } else {
      Refs from = ((Cited<?>) current).from();
      if (lot.batch == from) {
        return; // The inputs are those of the value before.
      }
      lot.batch = current instanceof Cited.Batched<?> ? from : null;
      lot.first = provenance.inputs();
      for (int i = 0; i < from.runs(); i++) {
        provenance.add(from.bom(i), from.first(i), from.count(i));
      }
      lot.count = provenance.inputs() - lot.first;
    }
  }

  /** Notes how many outputs the input that came before the one at hand has made. */
  private void leave(OpenLot<?> lot) {
    if (lot.input >= 0 && spec.arrival() != LotSpec.Form.CITED) {
      lot.provenance.made(lot.made);
    }
    lot.input = -1;
    lot.made = 0;
  }

  private void append(OpenLot<?> lot, Object value) throws IOException {
    if (full) {
      seal(current instanceof Cited.Batched<?>);
      sealedWithin = true;
    }
    if (lot == rejects) {
      partRejects();
    }
    if (!lot.append(value, timestamp, position, trace)) {
      boolean empty = lot.records() == 0;
      if (!empty) {
        seal(current instanceof Cited.Batched<?>);
        sealedWithin = true;
      }
      if (empty || !lot.append(value, timestamp, position, trace)) {
        tooLarge(lot, value);
        return;
      }
    }
    meet(lot);
    lot.made++;
    if (spec.arrival() == LotSpec.Form.CITED) {
      if (current instanceof Cited.Batched<?>) {
        lot.provenance.batchEdge(lot.first, lot.count);
      } else {
        lot.provenance.edge(lot.first, lot.count);
      }
    }
    noteFull(lot);
  }

  private void tooLarge(OpenLot<?> lot, Object value) throws IOException {
    byte[] bytes = refusals.bytesOf(value, lot.port().type());
    append(rejects, refusals.tooLarge(spec.name(), lot.lengthOf(value), bytes, position));
  }

  private void refuse(
      String step, String rule, String reason, @Nullable Object value, @Nullable Class<?> type)
      throws IOException {
    byte[] bytes =
        value == null
            ? new byte[0]
            : refusals.bytesOf(value, type == null ? value.getClass() : type);
    refuseBytes(step, rule, reason, bytes);
  }

  private void refuseBytes(String step, String rule, String reason, byte[] value)
      throws IOException {
    append(rejects, refusals.of(step, rule, reason, value, position));
  }

  private static IllegalStateException nothing(String step) {
    return new IllegalStateException(
        "Cannot emit null from step " + step + ": emit nothing, or reject the record");
  }

  /** What one step of the chain puts its outputs into. */
  private final class StageOutput implements Output<Object> {
    private final Stage stage;
    private final StageOutput next;
    private final Step<Object, Object> function;
    private Object input;

    StageOutput(Stage stage, StageOutput next) {
      this.stage = stage;
      this.next = next;
      this.function = stage.function();
    }

    void run(Object value) throws Exception {
      input = value;
      function.apply(value, this);
    }

    @Override
    public void collect(Object value) {
      if (value == null) {
        throw nothing(stage.step());
      }
      try {
        if (next == null) {
          append(main, value);
        } else {
          next.run(value);
        }
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new StepException(next == null ? stage.step() : next.stage.step(), e);
      }
    }

    @Override
    public <S> void side(Side<S> side, S value) {
      if (value == null) {
        throw nothing(stage.step());
      }
      if (!stage.sides().contains(side.name())) {
        // Nobody listens: the side stream was not asked for when the job was built.
        return;
      }
      try {
        append(sides.get(side.name()), value);
      } catch (IOException e) {
        throw new StepException(stage.step(), e);
      }
    }

    @Override
    public void reject(String rule, String reason) {
      try {
        refuse(stage.step(), rule, reason, input, stage.input());
      } catch (IOException e) {
        throw new StepException(stage.step(), e);
      }
    }
  }

  /** Carries a checked exception through a collector. */
  static final class StepException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StepException(String step, Exception cause) {
      super("Step " + step + " failed: " + cause.getMessage(), cause);
    }
  }
}
