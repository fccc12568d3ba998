package dev.cats.bom;

import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What a step ran: a runtime (such as {@code java}), the content-addressed artifact that holds the
 * code, the entry point in it (a class name), its parameters, and what it promises about being run
 * again. Parameters hold no floating-point numbers, which do not print alike everywhere.
 */
public final class Function extends Written implements Document {
  public static final String KIND = "cats/function/1";
  static final List<String> FIELDS =
      List.of("runtime", "artifact", "entrypoint", "params", "determinism");

  private final String runtime;
  private final Optional<Cid> artifact;
  private final String entrypoint;
  private final SortedMap<String, Node> params;
  private final Determinism determinism;

  public Function(
      String runtime,
      Optional<Cid> artifact,
      String entrypoint,
      SortedMap<String, Node> params,
      Determinism determinism) {
    this.runtime = Check.text("function runtime", runtime);
    this.artifact = Objects.requireNonNull(artifact, "artifact");
    this.entrypoint = Check.text("function entrypoint", entrypoint);
    this.params = Collections.unmodifiableSortedMap(Check.values("function params", params));
    this.determinism = Objects.requireNonNull(determinism, "determinism");
  }

  public String runtime() {
    return runtime;
  }

  public Optional<Cid> artifact() {
    return artifact;
  }

  public String entrypoint() {
    return entrypoint;
  }

  public SortedMap<String, Node> params() {
    return params;
  }

  public Determinism determinism() {
    return determinism;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  Node body() {
    return Node.map()
        .put("runtime", Node.of(runtime))
        .put("artifact", artifact.map(Node::link).orElse(null))
        .put("entrypoint", Node.of(entrypoint))
        .put("params", Maps.values(params))
        .put("determinism", Node.of(determinism.code()))
        .build();
  }

  static Function of(Node body) throws DecodeException {
    Fields fields = Fields.of(KIND, body, FIELDS);
    return new Function(
        fields.text("runtime"),
        fields.optionalLink("artifact"),
        fields.text("entrypoint"),
        fields.values("params"),
        Determinism.of(fields.path("determinism"), fields.text("determinism")));
  }
}
