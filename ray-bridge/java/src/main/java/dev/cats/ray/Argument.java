package dev.cats.ray;

import dev.cats.content.Block;
import dev.cats.content.Cid;
import dev.cats.content.Node;
import dev.cats.content.UnixFs;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A keyword argument of a Python function. */
sealed interface Argument extends Serializable {
  /** As the function's document has it. */
  Node node();

  /** What is behind it, if it is a link. */
  default List<Block> blocks() {
    return List.of();
  }

  /** Text. */
  record Text(String value) implements Argument {
    @Override
    public Node node() {
      return Node.of(value);
    }
  }

  /** A whole number. */
  record Number(long value) implements Argument {
    @Override
    public Node node() {
      return Node.of(value);
    }
  }

  /**
   * A file, by its CID.
   *
   * @param root the CID
   * @param encoded its blocks, the root last
   */
  record Content(String root, List<EncodedBlock> encoded) implements Argument {
    private static final long MAX_BYTES = 64 << 20;

    static Content of(Path file) throws IOException {
      if (!Files.isRegularFile(file)) {
        throw new IOException("Cannot pass " + file + " as an argument: expected a file");
      }
      long bytes = Files.size(file);
      if (bytes > MAX_BYTES) {
        throw new IOException(
            "Cannot pass %s as an argument: it has %d bytes, and at most %d travel with a job"
                .formatted(file, bytes, MAX_BYTES));
      }
      List<EncodedBlock> encoded = new ArrayList<>();
      Cid root = UnixFs.path(file, block -> encoded.add(EncodedBlock.of(block)));
      return new Content(root.toString(), encoded);
    }

    @Override
    public Node node() {
      return Node.link(EncodedBlock.parse(root));
    }

    @Override
    public List<Block> blocks() {
      return encoded.stream().map(EncodedBlock::block).toList();
    }
  }
}
