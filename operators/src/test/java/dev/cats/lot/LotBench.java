package dev.cats.lot;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.bom.LotReader;
import dev.cats.bom.Origin;
import dev.cats.bom.Range;
import dev.cats.bom.Run;
import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import dev.cats.event.Arrival;
import dev.cats.event.Position;
import dev.cats.event.Rejected;
import dev.cats.event.TraceContext;
import dev.cats.step.Output;
import dev.cats.step.Side;
import dev.cats.step.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.annotation.Nullable;
import org.apache.flink.util.OutputTag;

/**
 * A lot builder on a bench: one step that does as it is told, a destination that remembers, and an
 * oracle that knows which inputs each output was made from, in words of its own.
 */
final class LotBench implements LotBuilder.Destination {
  static final Cid ORDER = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("order"));
  static final Cid FILE = Cid.sha256(Cid.RAW, Bytes.utf8("file"));

  /** What the step does with one record: what it emits, in order, to which output. */
  record Emit(String port, String value) {}

  record Plan(List<Emit> emits) {
    static final Plan NONE = new Plan(List.of());

    static Plan of(String... main) {
      return new Plan(Arrays.stream(main).map(value -> new Emit("", value)).toList());
    }

    static Plan of(Emit... emits) {
      return new Plan(List.of(emits));
    }
  }

  /** What came out. */
  record Sent(String port, String value, Cid bom, int index) {}

  final List<Sent> sent = new ArrayList<>();

  /** What is part of a trace, of all that came out. */
  final Map<String, TraceContext> traces = new HashMap<>();

  final Map<Cid, Bom> boms = new LinkedHashMap<>();
  final Map<Cid, Block> blocks = new HashMap<>();
  final List<Link> links = new ArrayList<>();
  final Segment segment = new Segment();
  final LotBuilder builder;
  private final LotSpec.Form form;
  private final List<Rejected> rejected = new ArrayList<>();
  private final Map<String, Set<String>> expected = new HashMap<>();
  private final List<String> emitted = new ArrayList<>();
  private Plan plan = Plan.NONE;

  LotBench(LotSpec.Form form, int perLot) {
    this.form = form;
    Step<Object, Object> step = new Told();
    boolean cited = form == LotSpec.Form.CITED;
    List<Stage> stages =
        cited ? List.of() : List.of(new Stage("bench", step, step, String.class, Set.of("side")));
    this.builder =
        new LotBuilder(
            new LotSpec(
                "bench",
                "bench",
                cited ? Set.of("side") : Set.of(),
                stages,
                form,
                false,
                List.of(
                    new Port<>(Port.MAIN, String.class, ORDER, true, null),
                    new Port<>(Port.REJECTS, Rejected.class, ORDER, true, new OutputTag<>("r") {}),
                    new Port<>("side", String.class, ORDER, true, new OutputTag<>("s") {})),
                new LotOptions(perLot, LotOptions.MAX_BLOCK, 0, 1 << 26, false, false),
                "memory:none"),
            this);
  }

  /** Input {@code number} of a lot of the upstream, with outputs chosen by the bits of a number. */
  void feed(int number, int behaviour, int upstreamLot) throws Exception {
    List<Emit> emits = new ArrayList<>();
    for (int i = 0; i < behaviour % 4; i++) {
      emits.add(new Emit("", number + ":main:" + i));
    }
    for (int i = 0; i < behaviour / 4 % 4; i++) {
      emits.add(i, new Emit("side", number + ":side:" + i));
    }
    if (behaviour / 16 == 1) {
      emits.add(emits.size() / 2, new Emit("reject", number + ":reject"));
    }
    perUpstream = upstreamLot;
    feed(number, Plan.of(emits.toArray(Emit[]::new)));
  }

  private int perUpstream = 1000;

  void feed(int number, Plan what) throws Exception {
    feed(number, "value " + number, what);
  }

  void feed(int number, String value, Plan what) throws Exception {
    plan = what;
    switch (form) {
      case ARRIVAL -> {
        Position position =
            number % 5 < 3
                ? new Position.FileRecord("f", FILE, number)
                : new Position.KafkaRecord("t", number % 5, number);
        expect(what, Set.of(position.toString()));
        process(Arrival.of(position, value));
      }
      case TRACED -> {
        expect(what, Set.of(name(number)));
        process(traced(number, value));
      }
      case CITED -> {
        for (Emit emit : what.emits()) {
          Refs refs = new Refs();
          Set<String> names = new TreeSet<>();
          // Cites this record and some before it, in an order that jumps about.
          for (int back = 0; back <= number % 3; back++) {
            int cited = number - back * 2 < 0 ? number : number - back * 2;
            refs.add(upstream(cited / perUpstream), cited % perUpstream);
            names.add(name(cited));
          }
          expect(new Plan(List.of(emit)), names);
          process(
              switch (emit.port()) {
                case "" -> new Cited.Made<>(emit.value(), refs);
                case "reject" -> new Cited.Refused<>("rule", emit.value(), value, refs);
                default -> new Cited.Aside<>(side(emit.port()), emit.value(), refs);
              });
        }
      }
    }
  }

  /** A record from outside, as its source emits it. */
  void arrive(Arrival<String> arrival, Plan what) throws Exception {
    plan = what;
    expect(what, Set.of(arrival.position().toString()));
    process(arrival);
  }

  void process(Object input) throws Exception {
    builder.process(input, 0);
    if (builder.full()) {
      builder.seal();
    }
  }

  private void expect(Plan what, Set<String> inputs) {
    for (Emit emit : what.emits()) {
      if (!emit.port().equals("unread") && emit.value() != null) {
        expected.put(emit.value(), inputs);
        emitted.add(emit.value());
      }
    }
  }

  void seal() throws Exception {
    builder.seal();
  }

  Set<String> expected(String value) {
    return expected.get(value);
  }

  List<String> emitted() {
    return emitted;
  }

  List<Rejected> rejects() {
    return rejected;
  }

  /** The inputs of one output, as its BOM and lot say; checks on the way that they fit. */
  Set<String> inputsOf(Sent output) throws Exception {
    Bom bom = boms.get(output.bom());
    LotReader lot = LotReader.of(blocks.get(bom.output().data()));
    bom.lineage().validate(bom.inputs().records(), lot.records());
    Set<String> inputs = new TreeSet<>();
    for (Range range :
        bom.lineage().inputsOf(output.index(), bom.inputs().records(), lot.records())) {
      for (Run run : bom.inputs().runs(range)) {
        for (long i = run.first(); i < run.first() + run.count(); i++) {
          inputs.add(bom.inputs().boms().get(run.bom()) + "/" + i);
        }
      }
      for (Origin origin : bom.inputs().origins(range)) {
        for (long i = 0; i < origin.count(); i++) {
          inputs.add(position(origin, i).toString());
        }
      }
    }
    return inputs;
  }

  private static Position position(Origin origin, long index) {
    if (origin instanceof Origin.File file) {
      return new Position.FileRecord(file.name(), file.file(), file.first() + index);
    }
    Origin.Kafka kafka = (Origin.Kafka) origin;
    return new Position.KafkaRecord(kafka.topic(), kafka.partition(), kafka.first() + index);
  }

  static Cid upstream(int lot) {
    return Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("upstream " + lot));
  }

  private String name(int number) {
    return upstream(number / perUpstream) + "/" + number % perUpstream;
  }

  private Traced<String> traced(int number, String value) {
    return traced(number, value, null);
  }

  Traced<String> traced(int number, String value, @Nullable TraceContext trace) {
    Codec<String> codec = Codec.of(String.class);
    byte[] bytes = codec.encode(value);
    return new Traced<>(
        upstream(number / perUpstream),
        number % perUpstream,
        false,
        bytes,
        0,
        bytes.length,
        codec,
        null,
        null,
        null,
        trace);
  }

  void plan(Plan what) {
    plan = what;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  static Side<Object> side(String name) {
    return (Side) Side.of(name, String.class);
  }

  private final class Told implements Step<Object, Object> {
    private static final long serialVersionUID = 1L;

    @Override
    public void apply(Object value, Output<Object> out) {
      for (Emit emit : plan.emits()) {
        switch (emit.port()) {
          case "" -> out.collect(emit.value());
          case "reject" -> out.reject("rule", emit.value());
          default -> out.side(side(emit.port()), emit.value());
        }
      }
    }
  }

  @Override
  public SegmentWriter segment() {
    return segment;
  }

  @Override
  public <T> void record(Port<T> port, Traced<T> record, long timestamp) {
    Object value = record.value();
    if (value instanceof Rejected refusal) {
      rejected.add(refusal);
    }
    String text = value instanceof Rejected refusal ? refusal.getReason() : (String) value;
    sent.add(new Sent(port.name(), text, record.bom(), record.index()));
    if (record.trace() != null) {
      traces.put(text, record.trace());
    }
  }

  @Override
  public void sealed(Port<?> port, Cid bom, int records) {
    try {
      boms.put(bom, (Bom) Document.of(blocks.get(bom)));
    } catch (dev.cats.content.DecodeException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void link(Link link) {
    links.add(link);
  }

  /** Keeps the blocks that are appended, checking their names. */
  final class Segment implements SegmentWriter {
    private int count;

    @Override
    public String name() {
      return "bench";
    }

    @Override
    public void append(Cid cid, byte[] buffer, int offset, int length) {
      try {
        blocks.put(cid, Block.check(cid, Bytes.copyOf(buffer, offset, length)));
      } catch (dev.cats.content.HashMismatchException e) {
        throw new AssertionError(e);
      }
      count++;
    }

    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public int blocks() {
      return count;
    }

    @Override
    public void seal() {}

    @Override
    public void close() {}
  }
}
