package dev.cats.bom;

/** Records {@code first} to {@code first + count - 1}; at least one. */
public record Range(long first, long count) {
  public Range {
    Check.integer("range first", first, 0);
    Check.integer("range count", count, 1, Check.MAX_INTEGER - first);
  }

  /** The number after the last record. */
  public long end() {
    return first + count;
  }
}
