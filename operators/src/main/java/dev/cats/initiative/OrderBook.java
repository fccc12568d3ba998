package dev.cats.initiative;

import dev.cats.bom.Determinism;
import dev.cats.bom.Function;
import dev.cats.bom.Order;
import dev.cats.bom.Structure;
import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.Node;
import dev.cats.egress.Prelude;
import dev.cats.event.Described;
import dev.cats.stage.StageFunction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The documents that are the same for every lot of a job: orders, functions, the structure, and the
 * jars that these name. Each is hashed once, when the job is built.
 */
final class OrderBook {
  /** A function's own settings may take this much of its document, bytes. */
  private static final int MAX_INSTANCE = 256 * 1024;

  private final String initiative;
  private final Structure structure;
  private final Map<Cid, Prelude.Document> documents = new LinkedHashMap<>();
  private final List<Prelude.Artifact> artifacts = new ArrayList<>();
  private final Map<String, Prelude.Artifact> jars = new HashMap<>();

  OrderBook(String initiative, EffectiveStructure effective) throws IOException {
    this.initiative = initiative;
    this.structure = effective.document();
    artifacts.add(effective.jar());
    add(structure);
  }

  Function function(PlanNode.Worker<?> worker) {
    Object function = worker.function;
    Class<?> type = function.getClass();
    SortedMap<String, Node> params = new TreeMap<>(worker.params);
    if (function instanceof StageFunction stage) {
      return stage(stage, params);
    }
    // What only wraps the user's own functions is named by their classes, in the parameters.
    if (NamedClass.hasFields(function)
        && !(worker instanceof PlanNode.Origin<?>)
        && !(function instanceof Described)) {
      byte[] instance = PublicForm.of(worker.name, function);
      if (instance.length > MAX_INSTANCE) {
        throw new IllegalArgumentException(
            "Cannot add step "
                + worker.name
                + ": the settings of its function "
                + type.getName()
                + " take "
                + instance.length
                + " bytes, and a BOM's function holds at most "
                + MAX_INSTANCE
                + "; put them into a file and add that as an artifact");
      }
      params.put("instance", Node.of(Bytes.wrap(instance)));
    }
    if (function instanceof Described described) {
      described.params().forEach((name, value) -> params.put(name, Node.of(value)));
    }
    Function document =
        new Function(
            "java", Optional.of(jar(type).cid()), type.getName(), params, Determinism.BITWISE);
    add(document);
    return document;
  }

  private Function stage(StageFunction stage, SortedMap<String, Node> ofStep) {
    Function base = stage.document();
    SortedMap<String, Node> params = new TreeMap<>(base.params());
    params.putAll(ofStep);
    Function document =
        new Function(
            base.runtime(), base.artifact(), base.entrypoint(), params, base.determinism());
    stage.artifact().forEach(this::add);
    add(document);
    return document;
  }

  private Prelude.Artifact jar(Class<?> type) {
    try {
      var source = type.getProtectionDomain().getCodeSource();
      String location = source == null ? type.getName() : source.getLocation().toString();
      Prelude.Artifact known = jars.get(location);
      if (known == null) {
        known = Prelude.Artifact.of(type);
        jars.put(location, known);
        artifacts.add(known);
      }
      return known;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(
          "Cannot name the code of " + type.getName() + ": " + e.getMessage(), e);
    }
  }

  Cid order(List<Order.Step> steps, Optional<String> output) {
    Order order = new Order(initiative, steps, structure.cid(), output);
    add(order);
    return order.cid();
  }

  void addAll(Collection<Prelude.Artifact> more) {
    artifacts.addAll(more);
  }

  Prelude prelude() {
    Map<Cid, Prelude.Artifact> once = new LinkedHashMap<>();
    artifacts.forEach(each -> once.putIfAbsent(each.cid(), each));
    return new Prelude(List.copyOf(documents.values()), List.copyOf(once.values()));
  }

  private void add(dev.cats.bom.Document document) {
    add(document.block());
  }

  private void add(Block block) {
    documents.putIfAbsent(block.cid(), Prelude.Document.of(block));
  }
}
