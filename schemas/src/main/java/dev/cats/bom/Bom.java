package dev.cats.bom;

import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The Bill of Materials of one lot: by whose order it was made, what went in, which input records
 * made which output records, and what came out. Nothing in it depends on when or on which machine
 * the lot was made, so equal lots from equal inputs have equal BOMs.
 *
 * <p>{@code seed} is the state or random seed that the function started from, where it had one.
 */
public final class Bom extends Written implements Document {
  public static final String KIND = "cats/bom/1";
  static final List<String> FIELDS = List.of("order", "inputs", "lineage", "output", "seed");

  private final Cid order;
  private final Inputs inputs;
  private final Lineage lineage;
  private final Invoice output;
  private final Optional<Cid> seed;

  /** Refuses what cannot be right; for inputs on pages, {@link #wholeInputs} checks the rest. */
  public Bom(Cid order, Inputs inputs, Lineage lineage, Invoice output, Optional<Cid> seed) {
    this.order = Check.document("bom order", order);
    this.inputs = Objects.requireNonNull(inputs, "inputs");
    this.lineage = Objects.requireNonNull(lineage, "lineage");
    this.output = Objects.requireNonNull(output, "output");
    this.seed = Objects.requireNonNull(seed, "seed");
    try {
      if (inputs.isWhole()) {
        lineage.validate(inputs.records(), output.records());
      } else {
        lineage.validateOutputs(output.records());
      }
    } catch (DecodeException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  public Cid order() {
    return order;
  }

  public Inputs inputs() {
    return inputs;
  }

  public Lineage lineage() {
    return lineage;
  }

  public Invoice output() {
    return output;
  }

  public Optional<Cid> seed() {
    return seed;
  }

  /** The inputs together with those of the linked pages, checked against the lineage. */
  public Inputs wholeInputs(List<Page> linked) throws DecodeException {
    Inputs whole = inputs.whole(linked);
    lineage.validate(whole.records(), output.records());
    return whole;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  Node body() {
    return Node.map()
        .put("order", Node.link(order))
        .put("inputs", inputs.toNode())
        .put("lineage", lineage.toNode())
        .put("output", output.toNode())
        .put("seed", seed.map(Node::link).orElse(null))
        .build();
  }

  static Bom of(Node body) throws DecodeException {
    Fields fields = Fields.of(KIND, body, FIELDS);
    return new Bom(
        fields.link("order"),
        Inputs.of(fields.path("inputs"), fields.any("inputs")),
        Lineage.of(fields.path("lineage"), fields.any("lineage")),
        Invoice.of(fields.path("output"), fields.any("output")),
        fields.optionalLink("seed"));
  }
}
