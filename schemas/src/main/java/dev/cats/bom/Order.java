package dev.cats.bom;

import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The standing instruction that lots are made by: which initiative, which step (or chained steps
 * that share a lot, in order) with which function, on which structure. It is the same for every lot
 * of a step, so it is written once.
 *
 * <p>{@code output} says which of the step's outputs the lots are of: absent for the main one,
 * {@code rejects} for the records it refused, otherwise the name of a side stream.
 */
public final class Order extends Written implements Document {
  public static final String KIND = "cats/order/1";
  static final List<String> FIELDS = List.of("initiative", "steps", "structure", "output");

  /** A named step and the function that it ran. */
  public record Step(String name, Cid function) {
    static final List<String> FIELDS = List.of("name", "function");

    public Step {
      Check.text("step name", name);
      Check.document("step function", function);
    }
  }

  private final String initiative;
  private final List<Step> steps;
  private final Cid structure;
  private final Optional<String> output;

  public Order(String initiative, List<Step> steps, Cid structure, Optional<String> output) {
    this.initiative = Check.text("order initiative", initiative);
    this.steps = List.copyOf(steps);
    this.structure = Check.document("order structure", structure);
    this.output = Objects.requireNonNull(output, "output");
    output.ifPresent(name -> Check.text("order output", name));
    if (steps.isEmpty()) {
      throw Check.invalid("order steps", "at least one step", "none");
    }
    Set<String> names = new HashSet<>();
    for (Step step : steps) {
      if (!names.add(step.name())) {
        throw Check.invalid("order steps", "each name once", Check.quoted(step.name()) + " again");
      }
    }
  }

  public String initiative() {
    return initiative;
  }

  public List<Step> steps() {
    return steps;
  }

  public Cid structure() {
    return structure;
  }

  public Optional<String> output() {
    return output;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  Node body() {
    Node[] items =
        steps.stream()
            .map(
                step ->
                    Node.map()
                        .put("name", Node.of(step.name()))
                        .put("function", Node.link(step.function()))
                        .build())
            .toArray(Node[]::new);
    return Node.map()
        .put("initiative", Node.of(initiative))
        .put("steps", Node.list(items))
        .put("structure", Node.link(structure))
        .put("output", output.map(Node::of).orElse(null))
        .build();
  }

  static Order of(Node body) throws DecodeException {
    Fields fields = Fields.of(KIND, body, FIELDS);
    List<Node> items = fields.list("steps");
    List<Step> steps = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      Fields step = Fields.of(fields.path("steps[" + i + "]"), items.get(i), Step.FIELDS);
      steps.add(new Step(step.text("name"), step.link("function")));
    }
    return new Order(
        fields.text("initiative"), steps, fields.link("structure"), fields.optionalText("output"));
  }
}
