package dev.cats.ray.stage;

import dev.cats.content.Block;
import dev.cats.content.CarReader;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The blocks of functions, each hashed before it came in; in memory, as long as this process. */
final class Blocks {
  static final long MAX_BYTES = 64 << 20;

  private final Map<Cid, Block> blocks = new ConcurrentHashMap<>();
  private long bytes;

  List<Cid> missing(List<Cid> wanted) {
    List<Cid> missing = new ArrayList<>(wanted);
    missing.removeAll(blocks.keySet());
    return missing;
  }

  /**
   * Keeps the blocks of an archive, up to the first that is not what its CID says.
   *
   * @return how many they were
   */
  synchronized int store(byte[] archive) throws IOException, DecodeException {
    int stored = 0;
    try (CarReader car = CarReader.open(new ByteArrayInputStream(archive))) {
      for (Optional<CarReader.Section> next = car.next(); next.isPresent(); next = car.next()) {
        Block block = next.get().block();
        if (!blocks.containsKey(block.cid())) {
          if (bytes + block.bytes().size() > MAX_BYTES) {
            throw new IOException("it has %d bytes of functions already".formatted(bytes));
          }
          bytes += block.bytes().size();
          blocks.put(block.cid(), block);
        }
        stored++;
      }
    }
    return stored;
  }

  Block get(Cid cid) throws Failure {
    Block block = blocks.get(cid);
    if (block == null) {
      throw new Failure(
          Failure.Kind.MISSING,
          "Cannot read block %s: the gateway does not have it".formatted(cid));
    }
    return block;
  }
}
