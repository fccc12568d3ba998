package dev.cats.bom;

import java.util.List;

/**
 * Records in a row of one input lot: the lot that {@code boms[bom]} delivered, from record {@code
 * first}, {@code count} of them.
 */
public record Run(int bom, long first, long count) {
  public Run {
    Check.integer("run bom", bom, 0);
    Check.integer("run first", first, 0);
    Check.integer("run count", count, 1, Check.MAX_INTEGER - first);
  }

  /** Runs from triples (bom, first, count) as they are written, without an object for each. */
  public static List<Run> ofTriples(long... triples) {
    return Runs.wrap("runs", triples.clone());
  }
}
