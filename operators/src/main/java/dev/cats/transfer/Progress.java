package dev.cats.transfer;

/** Told after each block how far a transfer is. */
@FunctionalInterface
public interface Progress {
  Progress NONE = (blocks, bytes) -> {};

  void at(long blocks, long bytes);
}
