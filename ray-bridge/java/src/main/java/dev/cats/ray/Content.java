package dev.cats.ray;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import dev.cats.content.UnixFs;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file or a folder as it travels with a job: UnixFS, in a form that java.io serializes.
 *
 * @param root its CID
 * @param encoded its blocks, the root last
 */
record Content(String root, List<Encoded> encoded) implements Serializable {

  /** A block; its CID is that of its bytes. */
  @SuppressWarnings("ArrayRecordComponent") // java.io serializes it, and nobody compares it
  record Encoded(int codec, byte[] bytes) implements Serializable {}

  static Content of(Path path) throws IOException {
    List<Encoded> encoded = new ArrayList<>();
    Cid root =
        UnixFs.path(
            path, block -> encoded.add(new Encoded(block.cid().codec(), block.bytes().toArray())));
    return new Content(root.toString(), encoded);
  }

  Cid cid() {
    try {
      return Cid.parse(root);
    } catch (DecodeException e) {
      throw new IllegalStateException(e);
    }
  }

  /** With their CIDs, the root last. */
  List<Block> blocks() {
    return encoded.stream().map(each -> Block.of(each.codec(), Bytes.wrap(each.bytes()))).toList();
  }
}
