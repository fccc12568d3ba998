package dev.cats.lineage;

import dev.cats.bom.Bom;
import dev.cats.bom.Order;
import dev.cats.bom.Origin;
import dev.cats.content.Cid;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The history behind one BOM, or the uses made of it: a graph in which each BOM is once, however
 * many ways lead to it.
 *
 * <p>{@code partial} holds when the walk stopped at its bounds; the entries it stopped at are
 * marked {@code cut}. An entry that is not cut has all of its neighbours in the graph.
 */
public record Trace(Cid root, Map<Cid, Entry> entries, boolean partial) {

  public Trace {
    Objects.requireNonNull(root, "root");
    entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    if (!entries.containsKey(root)) {
      throw new IllegalArgumentException(
          "Invalid trace: expected its root " + root + " among the entries");
    }
  }

  /**
   * One BOM of the graph.
   *
   * @param distance steps from the root, by the shortest way
   * @param links the BOMs behind it (or, downstream, that used it), each once, in order of arrival
   * @param elsewhere the BOMs that the records of a source cite and that are not in this store
   * @param pruned the BOMs behind it that this store let go of
   * @param cut whether its links were left unfollowed for the bounds of the walk
   */
  public record Entry(
      Cid cid,
      int distance,
      Bom bom,
      Order order,
      List<Link> links,
      List<Link> elsewhere,
      List<Link> pruned,
      List<Origin> origins,
      boolean cut) {
    public Entry {
      links = List.copyOf(links);
      elsewhere = List.copyOf(elsewhere);
      pruned = List.copyOf(pruned);
      origins = List.copyOf(origins);
    }

    public String step() {
      return Documents.label(order);
    }
  }

  /** So many records of the lot of another BOM. */
  public record Link(Cid bom, long records) {}

  public Entry entry() {
    return entries.get(root);
  }

  public Optional<Entry> entry(Cid bom) {
    return Optional.ofNullable(entries.get(bom));
  }
}
