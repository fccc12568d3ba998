package dev.cats.ray;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.io.Serializable;

/** A block as it travels with a job. */
@SuppressWarnings("ArrayRecordComponent") // java.io serializes it; its CID is its identity
record EncodedBlock(int codec, byte[] bytes) implements Serializable {
  static EncodedBlock of(Block block) {
    return new EncodedBlock(block.cid().codec(), block.bytes().toArray());
  }

  Block block() {
    return Block.of(codec, Bytes.wrap(bytes));
  }

  /** A CID that travelled as text. */
  static Cid parse(String cid) {
    try {
      return Cid.parse(cid);
    } catch (DecodeException e) {
      throw new IllegalStateException(e);
    }
  }
}
