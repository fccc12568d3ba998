package dev.cats.ray;

import dev.cats.content.Block;
import dev.cats.content.Node;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** A file, by its CID. */
  record File(Content content) implements Argument {
    private static final long MAX_BYTES = 64 << 20;

    static File of(Path file) throws IOException {
      if (!Files.isRegularFile(file)) {
        throw new IOException("Cannot pass " + file + " as an argument: expected a file");
      }
      long bytes = Files.size(file);
      if (bytes > MAX_BYTES) {
        throw new IOException(
            "Cannot pass %s as an argument: it has %d bytes, and at most %d travel with a job"
                .formatted(file, bytes, MAX_BYTES));
      }
      return new File(Content.of(file));
    }

    @Override
    public Node node() {
      return Node.link(content.cid());
    }

    @Override
    public List<Block> blocks() {
      return content.blocks();
    }
  }
}
