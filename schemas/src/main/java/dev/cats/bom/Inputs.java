package dev.cats.bom;

import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * What went into a lot: records of other lots, named by the BOMs that delivered them, or records of
 * the outside world, named by their origins.
 *
 * <p>The input records are numbered from 0 over the concatenation of {@code runs} (of {@code
 * origins} for a source), in that order, which is the order of arrival; a BOM's lineage refers to
 * these numbers. Inputs that do not fit in one document begin in {@code pages}: each list is the
 * concatenation of the pages' lists and the one here, and {@code runs} refer to the whole list of
 * BOMs.
 *
 * <p>A source whose records came with citations, such as those that another initiative wrote to a
 * topic, has both: {@code origins} say where each record was read, {@code runs} which record it was
 * where it was made, as its producer claims. The two list the same records in the same order.
 *
 * <p>Example: {@code boms [A, B]}, {@code runs [(0, 10, 3), (1, 0, 2)]} are the five records A10,
 * A11, A12, B0, B1, with the numbers 0 to 4.
 */
public record Inputs(List<Cid> boms, List<Run> runs, List<Origin> origins, List<Cid> pages) {
  static final List<String> FIELDS = List.of("boms", "runs", "origins", "pages");

  public Inputs {
    boms = Check.documents("inputs boms", boms);
    runs = Runs.copyOf(runs);
    origins = List.copyOf(origins);
    pages = Check.documents("inputs pages", pages);
    if (pages.isEmpty()) {
      checkWhole(boms, (Runs) runs, origins);
    }
  }

  private static void checkWhole(List<Cid> boms, Runs runs, List<Origin> origins) {
    if (runs.isEmpty() && origins.isEmpty()) {
      throw Check.invalid("inputs", "runs or origins", "neither");
    }
    long cited = total(runs);
    long read = total(origins);
    if (!runs.isEmpty() && !origins.isEmpty() && cited != read) {
      throw Check.invalid(
          "inputs", "runs and origins of the same records", cited + " and " + read + " records");
    }
    boolean[] used = new boolean[boms.size()];
    for (int i = 0; i < runs.size(); i++) {
      if (runs.bom(i) >= used.length) {
        throw Check.invalid(
            "inputs run " + i, "an index into " + used.length + " boms", runs.bom(i));
      }
      used[runs.bom(i)] = true;
    }
    for (int i = 0; i < used.length; i++) {
      if (!used[i]) {
        throw Check.invalid("inputs boms[" + i + "]", "at least one run of it", "none");
      }
    }
  }

  private static long total(Runs runs) {
    long total = 0;
    for (int i = 0; i < runs.size(); i++) {
      total = Check.integer("number of input records", total + runs.count(i), 1);
    }
    return total;
  }

  private static long total(List<Origin> origins) {
    long total = 0;
    for (Origin origin : origins) {
      total = Check.integer("number of input records", total + origin.count(), 1);
    }
    return total;
  }

  /** Whether all of the inputs are here; otherwise {@link #whole} brings the pages in. */
  public boolean isWhole() {
    return pages.isEmpty();
  }

  /** How many input records these whole inputs list. */
  public long records() {
    return runs.isEmpty() ? total(origins) : total((Runs) runs);
  }

  /** Whether the BOMs are what the producers of records from outside claimed. */
  public boolean cited() {
    return !origins.isEmpty() && !boms.isEmpty();
  }

  /**
   * The same inputs with the lists of the given pages, which must be the linked ones in order, put
   * before the lists here.
   */
  public Inputs whole(List<Page> linked) throws DecodeException {
    List<Cid> found = linked.stream().map(Page::cid).toList();
    if (!found.equals(pages)) {
      throw Fields.invalid("pages of inputs", "the linked pages " + pages, found);
    }
    List<Cid> allBoms = new ArrayList<>();
    List<Run> allRuns = new ArrayList<>();
    List<Origin> allOrigins = new ArrayList<>();
    for (Page page : linked) {
      allBoms.addAll(page.boms());
      allRuns.addAll(page.runs());
      allOrigins.addAll(page.origins());
    }
    allBoms.addAll(boms);
    allRuns.addAll(runs);
    allOrigins.addAll(origins);
    try {
      return new Inputs(allBoms, allRuns, allOrigins, List.of());
    } catch (IllegalArgumentException e) {
      throw new DecodeException(e.getMessage());
    }
  }

  /** Whole inputs with the pages that they were split off to. */
  public record Paged(Inputs inputs, List<Page> pages) {}

  /**
   * Moves what takes more than about {@code budget} bytes to pages of at most that size; inputs
   * that fit stay as they are. Equal inputs are always split alike.
   */
  public Paged paged(int budget) {
    if (!isWhole()) {
      throw new IllegalArgumentException("Cannot page inputs: they have pages already");
    }
    if (origins.isEmpty() && Pager.holds(budget, boms.size(), runs.size())) {
      return new Paged(this, List.of());
    }
    Pager pager = new Pager(budget);
    boms.forEach(pager::add);
    runs.forEach(pager::add);
    origins.forEach(pager::add);
    return pager.paged();
  }

  /** The runs that the input records of a range are, cut to size. The inputs must be whole. */
  public List<Run> runs(Range range) {
    Runs all = (Runs) runs;
    List<Run> found = new ArrayList<>();
    long start = 0;
    for (int i = 0; i < all.size() && start < range.end(); i++) {
      long end = start + all.count(i);
      long from = Math.max(start, range.first());
      long to = Math.min(end, range.end());
      if (from < to) {
        found.add(new Run(all.bom(i), all.first(i) + from - start, to - from));
      }
      start = end;
    }
    return found;
  }

  /** The origins that the input records of a range are, cut to size. The inputs must be whole. */
  public List<Origin> origins(Range range) {
    List<Origin> found = new ArrayList<>();
    long start = 0;
    for (Origin origin : origins) {
      long end = start + origin.count();
      long from = Math.max(start, range.first());
      long to = Math.min(end, range.end());
      if (from < to) {
        found.add(origin.slice(from - start, to - from));
      }
      start = end;
    }
    return found;
  }

  Node toNode() {
    return Node.map()
        .put("boms", Lists.links(boms))
        .put("runs", ((Runs) runs).toNode())
        .put("origins", Lists.origins(origins))
        .put("pages", Lists.links(pages))
        .build();
  }

  static Inputs of(String where, Node node) throws DecodeException {
    Fields fields = Fields.of(where, node, FIELDS);
    return new Inputs(
        fields.links("boms"),
        Runs.wrap(fields.path("runs"), fields.integers("runs", 0)),
        Lists.origins(fields, "origins"),
        fields.links("pages"));
  }
}
