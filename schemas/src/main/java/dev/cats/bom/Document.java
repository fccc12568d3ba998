package dev.cats.bom;

import dev.cats.content.Block;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.List;
import java.util.Map;

/**
 * What this project writes down about a run: a map with one key, which names the kind and version
 * of the document, encoded as strict dag-cbor in one block.
 *
 * <p>A document is its canonical encoding: two documents are equal when their CIDs are, and one
 * that cannot be right is refused both when it is made and when it is read. {@code SPEC.md} is the
 * normative description of each kind.
 */
public sealed interface Document permits Bom, Order, Function, Structure, Manifest, Page {

  /** The kind and version, the one key of the outer map: {@code cats/bom/1}. */
  String kind();

  /** The document in the IPLD data model, as it is encoded. */
  Node toNode();

  /**
   * The canonical block, encoded and hashed once.
   *
   * @throws IllegalStateException if the encoding is larger than a block may be; what makes
   *     documents long is paged (see {@link Inputs#paged})
   */
  Block block();

  default Cid cid() {
    return block().cid();
  }

  /** Whether a CID can be of a document; the blocks of lots and files are of other codecs. */
  static boolean isDocument(Cid cid) {
    return cid.codec() == Cid.DAG_CBOR;
  }

  /** Reads a document strictly: whatever is accepted encodes to the same block again. */
  static Document of(Block block) throws DecodeException {
    if (!isDocument(block.cid())) {
      throw Fields.invalid(
          "document " + block.cid(),
          "codec dag-cbor (0x71)",
          "codec 0x" + Integer.toHexString(block.cid().codec()));
    }
    Map<String, Node> outer = Fields.map("document", DagCbor.decode(block.bytes()));
    if (outer.size() != 1) {
      throw Fields.invalid("document", "a map with one key, its kind", outer.size() + " keys");
    }
    String kind = outer.keySet().iterator().next();
    Node body = outer.get(kind);
    try {
      Written document =
          switch (kind) {
            case Bom.KIND -> Bom.of(body);
            case Order.KIND -> Order.of(body);
            case Function.KIND -> Function.of(body);
            case Structure.KIND -> Structure.of(body);
            case Manifest.KIND -> Manifest.of(body);
            case Page.KIND -> Page.of(body);
            default ->
                throw Fields.invalid(
                    "document",
                    "one of "
                        + String.join(
                            ", ",
                            List.of(
                                Bom.KIND,
                                Order.KIND,
                                Function.KIND,
                                Structure.KIND,
                                Manifest.KIND,
                                Page.KIND)),
                    Check.quoted(kind));
          };
      document.remember(block);
      return (Document) document;
    } catch (IllegalArgumentException e) {
      String message = e.getMessage();
      throw new DecodeException(
          message.contains(kind) ? message : message + " (in " + kind + ")", e);
    }
  }
}
