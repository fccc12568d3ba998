package dev.cats.bom;

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
}
