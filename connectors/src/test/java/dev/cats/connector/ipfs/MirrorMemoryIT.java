package dev.cats.connector.ipfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.SegmentWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mirror holds a few buffers and the index of each segment in flight, whatever the store has. */
class MirrorMemoryIT {
  private static final long HEAP = 32 << 20;
  private static final int SEGMENTS = 4;
  private static final int BLOCKS = 64;

  @TempDir private Path folder;

  /** Each segment is twice the heap, and so the store eight times; all go up at the same time. */
  private Cid commit() throws IOException {
    Cid last = null;
    Random random = new Random();
    byte[] bytes = new byte[Block.MAX_SIZE];
    try (CarFolderBlockStore store = CarFolderBlockStore.at(folder)) {
      for (int i = 0; i < SEGMENTS; i++) {
        try (SegmentWriter writer = store.newSegment("s-" + i)) {
          for (int k = 0; k < BLOCKS; k++) {
            random.nextBytes(bytes);
            Block block = Block.of(Cid.RAW, Bytes.of(bytes));
            writer.append(block);
            last = block.cid();
          }
          writer.seal();
        }
        store.commit("s-" + i);
      }
    }
    return last;
  }

  @Test
  void aStoreOfManyTimesTheHeapGoesUp() throws Exception {
    Cid last = commit();
    try (KuboNode node = KuboNode.start();
        OtherProcess other =
            new OtherProcess(
                folder.toUri().toString(),
                Map.of(),
                "-XX:+UseSerialGC",
                "-Xmx" + HEAP,
                "-XX:MaxDirectMemorySize=" + HEAP,
                "-XX:+ExitOnOutOfMemoryError")) {
      assertThat(other.ask("mirror " + SEGMENTS + " " + node.uri() + "/bounded"))
          .isEqualTo("mirrored");
      assertThat(Long.parseLong(other.ask("heap"))).isLessThanOrEqualTo(HEAP);
      try (KuboBlockStore there =
          KuboBlockStore.of(
              KuboClient.at(node.rpc(), Optional.empty(), Patience.DEFAULT),
              folder.resolve("unused"),
              "bounded")) {
        long blocks = (long) SEGMENTS * BLOCKS;
        assertThat(there.stored())
            .isEqualTo(new KuboBlockStore.Stored(SEGMENTS, blocks, blocks * Block.MAX_SIZE));
        assertThat(there.stored().bytes()).isGreaterThanOrEqualTo(8 * HEAP);
        assertThat(there.has(last)).isTrue();
      }
    }
  }
}
