package dev.cats.cli;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DagJson;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import dev.cats.content.UnixFs;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Blocks that are neither document nor lot: the files and folders that BOMs name. */
final class OtherBlock {
  private static final int ROW = 16;
  private static final int ROWS = 32;

  private OtherBlock() {}

  static void print(Block block, boolean json, PrintWriter out) throws DecodeException {
    if (block.cid().codec() == Cid.DAG_PB) {
      Node node = dagPb(block);
      out.println(json ? DagJson.encode(node) : DagJson.pretty(node));
    } else if (json) {
      out.println(DagJson.encode(Node.of(block.bytes())));
    } else {
      Optional<String> text = text(block.bytes());
      if (text.isPresent()) {
        out.print(text.get());
        out.print(text.get().endsWith("\n") ? "" : System.lineSeparator());
      } else {
        printHex(block.bytes(), out);
      }
    }
  }

  /** A folder as its entries by name, a file that is several blocks as the blocks it links to. */
  static Node dagPb(Block block) throws DecodeException {
    try {
      Node.MapBuilder entries = Node.map();
      UnixFs.entries(block).forEach((name, cid) -> entries.put(name, Node.link(cid)));
      return Node.map().put("directory", entries.build()).build();
    } catch (DecodeException noDirectory) {
      // A file, or no UnixFS at all: its links say what can be said.
    }
    return Node.map()
        .put("links", Node.list(UnixFs.links(block).stream().map(Node::link).toList()))
        .build();
  }

  /** The bytes as text, if that is what they are: UTF-8 without control characters. */
  private static Optional<String> text(Bytes bytes) {
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toArray())).toString();
      boolean plain =
          text.chars().allMatch(c -> c >= ' ' && c != 0x7f || c == '\n' || c == '\r' || c == '\t');
      return plain ? Optional.of(text) : Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static void printHex(Bytes bytes, PrintWriter out) {
    out.printf("raw block of %s%n", StoreCommand.count(bytes.size(), "byte"));
    for (int row = 0; row < ROWS && row * ROW < bytes.size(); row++) {
      Bytes part = bytes.slice(row * ROW, Math.min(bytes.size(), (row + 1) * ROW));
      out.printf("%08x  %s%n", row * ROW, part.hex().replaceAll("(..)", "$1 ").strip());
    }
    if (bytes.size() > ROW * ROWS) {
      out.printf("… and %s more%n", StoreCommand.count(bytes.size() - ROW * ROWS, "byte"));
    }
  }
}
