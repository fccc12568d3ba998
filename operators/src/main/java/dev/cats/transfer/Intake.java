package dev.cats.transfer;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.SegmentWriter;
import java.io.Closeable;
import java.io.IOException;
import java.util.UUID;

/**
 * Blocks from outside on their way into a store: those that it does not hold yet, in segments of
 * bounded size, each of which is committed when it is full. So memory is bounded, and what came
 * before a transfer broke off need not come again.
 */
final class Intake implements Closeable {
  private static final long SEGMENT_BYTES = 64L << 20;
  private static final int SEGMENT_BLOCKS = 20_000;

  private final BlockStore store;
  private final String name;
  private SegmentWriter segment;
  private long segments;
  private long blocks;
  private long bytes;

  /**
   * @param kind what the names of the segments begin with: {@code import}, {@code fetch}
   */
  Intake(BlockStore store, String kind) {
    this.store = store;
    this.name = kind + "-" + UUID.randomUUID();
  }

  /** Adds a block, if the store does not have it. */
  void add(Block block) throws IOException {
    if (store.has(block.cid())) {
      return;
    }
    if (segment == null) {
      segment = store.newSegment(name + "-" + segments);
    }
    int before = segment.blocks();
    segment.append(block);
    if (segment.blocks() > before) {
      blocks++;
      bytes += block.bytes().size();
    }
    if (segment.bytes() >= SEGMENT_BYTES || segment.blocks() >= SEGMENT_BLOCKS) {
      flush();
    }
  }

  /** Commits what was added so far. */
  void flush() throws IOException {
    if (segment != null) {
      try (SegmentWriter full = segment) {
        segment = null;
        full.seal();
        store.commit(full.name());
      }
      segments++;
    }
  }

  /** How many segments were committed. */
  long segments() {
    return segments;
  }

  /** How many blocks were new to the store. */
  long blocks() {
    return blocks;
  }

  /** How many bytes these have. */
  long bytes() {
    return bytes;
  }

  /** Drops what was added and not flushed. */
  @Override
  public void close() throws IOException {
    if (segment != null) {
      segment.close();
    }
  }
}
