package dev.cats.content;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Objects;
import java.util.RandomAccess;

/** Integers of a list node as one array: behind a shuffle a BOM has thousands. Immutable. */
final class Ints extends AbstractList<Node> implements RandomAccess {
  private final long[] values;

  Ints(long... values) {
    this.values = values.clone();
  }

  /** The value at this place, without a node for it. */
  long at(int index) {
    return values[index];
  }

  @Override
  public Node get(int index) {
    Objects.checkIndex(index, values.length);
    return Node.of(values[index]);
  }

  @Override
  public int size() {
    return values.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ints ints ? Arrays.equals(values, ints.values) : super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
