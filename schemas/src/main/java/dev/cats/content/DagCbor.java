package dev.cats.content;

/**
 * The codec of documents: dag-cbor, strict both ways. A node has one encoding, and only that one is
 * read, so that two documents are equal exactly when their CIDs are.
 *
 * <p>What is refused, as it would give a second encoding or no value of the data model: integers
 * and lengths that are not the shortest, indefinite lengths, map keys that are not text, not sorted
 * (by length, then bytes) or there twice, tags other than 42, a tag 42 without a whole CID behind a
 * zero byte, floats that are not 64 bits wide, NaN, infinities and -0.0, undefined and other simple
 * values, text that is not UTF-8, and anything after the value.
 *
 * <p>Lists and maps nest at most {@value #MAX_DEPTH} deep, both ways: far more than documents need,
 * and safe on the stack of any thread. Work and memory are bounded by the size of the input, never
 * by a length it claims.
 */
public final class DagCbor {
  /** How many lists and maps may stand inside each other. */
  public static final int MAX_DEPTH = 256;

  private DagCbor() {}

  /**
   * The canonical encoding.
   *
   * @throws IllegalArgumentException for a node that nests deeper than {@link #MAX_DEPTH}
   */
  public static Bytes encode(Node node) {
    return new DagCborEncoder().encode(node);
  }

  /** Reads the one value that these bytes are. */
  public static Node decode(Bytes bytes) throws DecodeException {
    return new DagCborDecoder(bytes).decode();
  }

  /**
   * The block of a document.
   *
   * @throws IllegalArgumentException when its encoding is larger than {@link Block#MAX_SIZE}
   */
  public static Block block(Node node) {
    return Block.of(Cid.DAG_CBOR, encode(node));
  }
}
