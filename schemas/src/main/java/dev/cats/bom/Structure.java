package dev.cats.bom;

import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a step ran on: the kind of engine ({@code flink}), its effective configuration, the versions
 * of what matters, and where there are any, the job jar, the container image and the infrastructure
 * as code. No host name and no time belongs in it: two machines set up alike are one structure.
 *
 * <p>{@code meta} is free for what its writer wants to add; readers must not depend on it.
 */
public final class Structure extends Written implements Document {
  public static final String KIND = "cats/structure/1";
  static final List<String> FIELDS =
      List.of("kind", "configuration", "versions", "jar", "image", "infrastructure", "meta");

  private final String engine;
  private final SortedMap<String, String> configuration;
  private final SortedMap<String, String> versions;
  private final Optional<Cid> jar;
  private final Optional<String> image;
  private final Optional<Cid> infrastructure;
  private final SortedMap<String, Node> meta;

  public Structure(
      String engine,
      SortedMap<String, String> configuration,
      SortedMap<String, String> versions,
      Optional<Cid> jar,
      Optional<String> image,
      Optional<Cid> infrastructure,
      SortedMap<String, Node> meta) {
    this.engine = Check.text("structure kind", engine);
    this.configuration =
        Collections.unmodifiableSortedMap(Check.texts("structure configuration", configuration));
    this.versions = Collections.unmodifiableSortedMap(Check.texts("structure versions", versions));
    this.jar = Objects.requireNonNull(jar, "jar");
    this.image = Objects.requireNonNull(image, "image");
    image.ifPresent(name -> Check.text("structure image", name));
    this.infrastructure = Objects.requireNonNull(infrastructure, "infrastructure");
    this.meta = Collections.unmodifiableSortedMap(Check.values("structure meta", meta));
  }

  /** A structure of Flink with nothing added. */
  public static Structure flink(
      SortedMap<String, String> configuration,
      SortedMap<String, String> versions,
      Optional<Cid> jar,
      Optional<String> image,
      Optional<Cid> infrastructure) {
    return new Structure(
        "flink", configuration, versions, jar, image, infrastructure, new TreeMap<>());
  }

  /** The kind of engine, written as the field {@code kind}. */
  public String engine() {
    return engine;
  }

  public SortedMap<String, String> configuration() {
    return configuration;
  }

  public SortedMap<String, String> versions() {
    return versions;
  }

  public Optional<Cid> jar() {
    return jar;
  }

  public Optional<String> image() {
    return image;
  }

  public Optional<Cid> infrastructure() {
    return infrastructure;
  }

  public SortedMap<String, Node> meta() {
    return meta;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  Node body() {
    return Node.map()
        .put("kind", Node.of(engine))
        .put("configuration", Maps.texts(configuration))
        .put("versions", Maps.texts(versions))
        .put("jar", jar.map(Node::link).orElse(null))
        .put("image", image.map(Node::of).orElse(null))
        .put("infrastructure", infrastructure.map(Node::link).orElse(null))
        .put("meta", meta.isEmpty() ? null : Maps.values(meta))
        .build();
  }

  static Structure of(Node body) throws DecodeException {
    Fields fields = Fields.of(KIND, body, FIELDS);
    SortedMap<String, Node> meta = fields.has("meta") ? fields.values("meta") : new TreeMap<>();
    if (fields.has("meta") && meta.isEmpty()) {
      throw Fields.invalid(fields.path("meta"), "a map that is not empty, or no field", "{}");
    }
    return new Structure(
        fields.text("kind"),
        fields.texts("configuration"),
        fields.texts("versions"),
        fields.optionalLink("jar"),
        fields.optionalText("image"),
        fields.optionalLink("infrastructure"),
        meta);
  }
}
