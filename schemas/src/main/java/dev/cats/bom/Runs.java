package dev.cats.bom;

import dev.cats.content.Node;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/** Runs as one array of triples: behind a shuffle a lot has thousands. Immutable. */
final class Runs extends AbstractList<Run> implements RandomAccess {
  private final long[] triples;

  private Runs(long[] triples) {
    this.triples = triples;
  }

  static Runs copyOf(List<Run> runs) {
    if (runs instanceof Runs same) {
      return same;
    }
    long[] triples = new long[3 * runs.size()];
    int at = 0;
    for (Run run : runs) {
      triples[at++] = run.bom();
      triples[at++] = run.first();
      triples[at++] = run.count();
    }
    return new Runs(triples);
  }

  /** Takes over {@code triples}, which were not checked yet. */
  static Runs wrap(String what, long[] triples) {
    if (triples.length % 3 != 0) {
      throw Check.invalid(what, "triples (bom, first, count)", triples.length + " integers");
    }
    for (int i = 0; i < triples.length; i += 3) {
      // The name of the place is only made for one that is wrong: a lot has thousands of runs.
      if (!isRun(triples[i], triples[i + 1], triples[i + 2])) {
        Check.integer(what + "[" + i + "]", triples[i], 0, Integer.MAX_VALUE);
        Check.integer(what + "[" + (i + 1) + "]", triples[i + 1], 0);
        Check.integer(
            what + "[" + (i + 2) + "]", triples[i + 2], 1, Check.MAX_INTEGER - triples[i + 1]);
      }
    }
    return new Runs(triples);
  }

  private static boolean isRun(long bom, long first, long count) {
    return bom >= 0
        && bom <= Integer.MAX_VALUE
        && first >= 0
        && first <= Check.MAX_INTEGER
        && count >= 1
        && count <= Check.MAX_INTEGER - first;
  }

  int bom(int index) {
    return (int) triples[3 * index];
  }

  long first(int index) {
    return triples[3 * index + 1];
  }

  long count(int index) {
    return triples[3 * index + 2];
  }

  Node toNode() {
    return Node.integers(triples);
  }

  @Override
  public Run get(int index) {
    Objects.checkIndex(index, size());
    return new Run(bom(index), first(index), count(index));
  }

  @Override
  public int size() {
    return triples.length / 3;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Runs runs ? Arrays.equals(triples, runs.triples) : super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
