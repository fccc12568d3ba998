package dev.cats.bom;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.Node;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** Random documents that are right. */
final class Documents {
  private final Random random;

  Documents(long seed) {
    this.random = new Random(seed);
  }

  Document any() {
    return switch (random.nextInt(6)) {
      case 0 -> bom();
      case 1 -> page();
      case 2 -> order();
      case 3 ->
          new Function(
              text(),
              maybe(raw()),
              text(),
              values(3),
              Determinism.values()[random.nextInt(Determinism.values().length)]);
      case 4 ->
          new Structure(
              text(), texts(), texts(), maybe(raw()), maybe(text()), maybe(raw()), values(2));
      default ->
          Manifest.signed(
              Samples.KEY,
              text(),
              text(),
              number(),
              maybe(document()),
              documents(4),
              documents(2),
              List.of(raw()),
              number(),
              number());
    };
  }

  Bom bom() {
    Inputs inputs = inputs();
    int records = (int) Math.min(inputs.records(), 50);
    Lineage lineage =
        switch (random.nextInt(4)) {
          case 0 -> inputs.records() == records ? new Lineage.Same() : new Lineage.Whole();
          case 1 -> spread(inputs.records());
          case 2 -> new Lineage.Whole();
          default -> edges(inputs.records(), records);
        };
    if (lineage instanceof Lineage.Spread spread) {
      records =
          (int) spread.groups().stream().mapToLong(group -> group.outputs() * group.inputs()).sum();
    }
    Invoice invoice = new Invoice(raw(), records, 1 + random.nextInt(1 << 20));
    return new Bom(document(), inputs, lineage, invoice, maybe(raw()));
  }

  private Inputs inputs() {
    if (random.nextInt(4) == 0) {
      return new Inputs(List.of(), List.of(), origins(1 + random.nextInt(4)), List.of());
    }
    List<Cid> boms = documents(1 + random.nextInt(4));
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < boms.size() || random.nextInt(3) > 0; i++) {
      int bom = i < boms.size() ? i : random.nextInt(boms.size());
      runs.add(new Run(bom, number() / 2, 1 + random.nextInt(20)));
    }
    return new Inputs(boms, runs, List.of(), List.of());
  }

  private Page page() {
    return new Page(
        documents(1 + random.nextInt(3)),
        List.of(new Run(random.nextInt(Integer.MAX_VALUE), number() / 2, 7)),
        origins(random.nextInt(3)));
  }

  private Order order() {
    Set<String> names = new LinkedHashSet<>(List.of(text(), text()));
    return new Order(
        text(),
        names.stream().map(name -> new Order.Step(name, document())).toList(),
        document(),
        maybe(text()));
  }

  private Lineage.Spread spread(long inputs) {
    int[] outputs = new int[(int) inputs];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = random.nextInt(3);
    }
    outputs[0] = 1;
    return Lineage.Spread.of(outputs);
  }

  private Lineage.Edges edges(long inputs, int outputs) {
    List<List<Range>> edges = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      List<Range> ranges = new ArrayList<>();
      do {
        long first = random.nextInt((int) inputs);
        ranges.add(new Range(first, 1 + random.nextInt((int) (inputs - first))));
      } while (random.nextBoolean());
      edges.add(ranges);
    }
    return Lineage.Edges.of(edges);
  }

  private List<Origin> origins(int count) {
    List<Origin> origins = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long first = number() / 2;
      origins.add(
          random.nextBoolean()
              ? new Origin.File(text(), raw(), first, 1 + random.nextInt(20))
              : new Origin.Kafka(
                  text(), random.nextInt(64), first, first + 20, 1 + random.nextInt(21)));
    }
    return origins;
  }

  private TreeMap<String, Node> values(int depth) {
    TreeMap<String, Node> values = new TreeMap<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      values.put(text(), value(depth));
    }
    return values;
  }

  private Node value(int depth) {
    return switch (random.nextInt(depth > 0 ? 7 : 5)) {
      case 0 -> Node.of(-number());
      case 1 -> Node.of(text());
      case 2 -> Node.of(random.nextBoolean());
      case 3 -> Node.link(raw());
      case 4 -> Node.of(Bytes.utf8(text()));
      case 5 -> Node.list(value(depth - 1), value(depth - 1));
      default -> new Node.Map(values(depth - 1));
    };
  }

  private TreeMap<String, String> texts() {
    return new TreeMap<>(Map.of(text(), text()));
  }

  private List<Cid> documents(int count) {
    List<Cid> documents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      documents.add(document());
    }
    return documents;
  }

  private Cid document() {
    return Samples.document("" + random.nextLong());
  }

  private Cid raw() {
    return Samples.raw("" + random.nextLong());
  }

  private String text() {
    String[] letters = {"a", "Z", "-", ".", "é", "本", "😀", " "};
    StringBuilder text = new StringBuilder("n");
    for (int i = random.nextInt(6); i > 0; i--) {
      text.append(letters[random.nextInt(letters.length)]);
    }
    return text.append(random.nextInt(1000)).toString();
  }

  /** Numbers of every length that cbor has. */
  private long number() {
    return (random.nextLong() & Check.MAX_INTEGER) >>> random.nextInt(53);
  }

  private <T> Optional<T> maybe(T value) {
    return random.nextBoolean() ? Optional.of(value) : Optional.empty();
  }
}
