package dev.cats.bom;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DagCbor;
import dev.cats.content.DecodeException;
import dev.cats.content.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What one completed checkpoint committed: its BOMs, the manifest before it, and the signature of
 * the node that wrote it. The manifests of an initiative are a chain that HEAD ends.
 *
 * <p>{@code run} is the id that one execution of a job keeps over its restarts; a chain never holds
 * two manifests of one run and checkpoint. {@code artifacts} are files and folders that BOMs name
 * and that were stored with this manifest. {@code rejected} counts the records refused in this
 * checkpoint. {@code sealedAt} is in milliseconds since 1970-01-01 UTC: the only clock there is in
 * a document, and nothing that a BOM hashes.
 *
 * <p>The signature is Ed25519 over the canonical encoding of the document without the field {@code
 * signature}. A manifest with a wrong signature can be read, so that it can be shown; {@link
 * #signatureValid} tells.
 */
public final class Manifest extends Written implements Document {
  public static final String KIND = "cats/manifest/1";
  static final List<String> FIELDS =
      List.of(
          "initiative",
          "run",
          "checkpoint",
          "previous",
          "boms",
          "pages",
          "artifacts",
          "rejected",
          "sealedAt",
          "node",
          "signature");

  private static final int SIGNATURE_SIZE = 64;

  private final String initiative;
  private final String run;
  private final long checkpoint;
  private final Optional<Cid> previous;
  private final List<Cid> boms;
  private final List<Cid> pages;
  private final List<Cid> artifacts;
  private final long rejected;
  private final long sealedAt;
  private final String node;
  private final Bytes signature;

  public Manifest(
      String initiative,
      String run,
      long checkpoint,
      Optional<Cid> previous,
      List<Cid> boms,
      List<Cid> pages,
      List<Cid> artifacts,
      long rejected,
      long sealedAt,
      String node,
      Bytes signature) {
    this.initiative = Check.text("manifest initiative", initiative);
    this.run = Check.text("manifest run", run);
    this.checkpoint = Check.integer("manifest checkpoint", checkpoint, 0);
    this.previous = Objects.requireNonNull(previous, "previous");
    previous.ifPresent(cid -> Check.document("manifest previous", cid));
    this.boms = Check.documents("manifest boms", boms);
    this.pages = Check.documents("manifest pages", pages);
    this.artifacts = List.copyOf(artifacts);
    this.rejected = Check.integer("manifest rejected", rejected, 0);
    this.sealedAt = Check.integer("manifest sealedAt", sealedAt, 0);
    this.node = NodeKey.checkDid("manifest node", node);
    this.signature = Objects.requireNonNull(signature, "signature");
    if (signature.size() != SIGNATURE_SIZE) {
      throw Check.invalid(
          "manifest signature", SIGNATURE_SIZE + " bytes", signature.size() + " bytes");
    }
  }

  /** The manifest as the holder of {@code key} signs it. */
  public static Manifest signed(
      NodeKey key,
      String initiative,
      String run,
      long checkpoint,
      Optional<Cid> previous,
      List<Cid> boms,
      List<Cid> pages,
      List<Cid> artifacts,
      long rejected,
      long sealedAt) {
    Bytes none = Bytes.wrap(new byte[SIGNATURE_SIZE]);
    Manifest draft =
        new Manifest(
            initiative,
            run,
            checkpoint,
            previous,
            boms,
            pages,
            artifacts,
            rejected,
            sealedAt,
            key.did(),
            none);
    return new Manifest(
        draft.initiative,
        draft.run,
        checkpoint,
        previous,
        draft.boms,
        draft.pages,
        draft.artifacts,
        rejected,
        sealedAt,
        draft.node,
        key.sign(draft.signedBytes()));
  }

  public String initiative() {
    return initiative;
  }

  public String run() {
    return run;
  }

  public long checkpoint() {
    return checkpoint;
  }

  public Optional<Cid> previous() {
    return previous;
  }

  /** The BOMs that are listed here; those on pages come before them. */
  public List<Cid> boms() {
    return boms;
  }

  public List<Cid> pages() {
    return pages;
  }

  public List<Cid> artifacts() {
    return artifacts;
  }

  public long rejected() {
    return rejected;
  }

  public long sealedAt() {
    return sealedAt;
  }

  public String node() {
    return node;
  }

  public Bytes signature() {
    return signature;
  }

  /** All BOMs: those of the linked pages, in order, and those listed here. */
  public List<Cid> allBoms(List<Page> linked) throws DecodeException {
    List<Cid> found = linked.stream().map(Page::cid).toList();
    if (!found.equals(pages)) {
      throw Fields.invalid("pages of manifest", "the linked pages " + pages, found);
    }
    List<Cid> all = new ArrayList<>();
    for (Page page : linked) {
      if (!page.runs().isEmpty() || !page.origins().isEmpty()) {
        throw Fields.invalid(
            "page " + page.cid() + " of manifest", "only boms", "runs or origins as well");
      }
      all.addAll(page.boms());
    }
    all.addAll(boms);
    try {
      return Check.documents("manifest boms", all);
    } catch (IllegalArgumentException e) {
      throw new DecodeException(e.getMessage(), e);
    }
  }

  /** Whether {@code signature} was made by the key that {@code node} names, over this document. */
  public boolean signatureValid() {
    return NodeKey.verify(node, signedBytes(), signature);
  }

  /** What is signed: the canonical encoding of the document without its signature. */
  Bytes signedBytes() {
    return DagCbor.encode(Node.map().put(KIND, body(Optional.empty())).build());
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  Node body() {
    return body(Optional.of(signature));
  }

  private Node body(Optional<Bytes> signed) {
    return Node.map()
        .put("initiative", Node.of(initiative))
        .put("run", Node.of(run))
        .put("checkpoint", Node.of(checkpoint))
        .put("previous", previous.map(Node::link).orElse(null))
        .put("boms", Lists.links(boms))
        .put("pages", Lists.links(pages))
        .put("artifacts", Lists.links(artifacts))
        .put("rejected", Node.of(rejected))
        .put("sealedAt", Node.of(sealedAt))
        .put("node", Node.of(node))
        .put("signature", signed.map(Node::of).orElse(null))
        .build();
  }

  static Manifest of(Node body) throws DecodeException {
    Fields fields = Fields.of(KIND, body, FIELDS);
    return new Manifest(
        fields.text("initiative"),
        fields.text("run"),
        fields.integer("checkpoint", 0, Check.MAX_INTEGER),
        fields.optionalLink("previous"),
        fields.links("boms"),
        fields.links("pages"),
        fields.links("artifacts"),
        fields.integer("rejected", 0, Check.MAX_INTEGER),
        fields.integer("sealedAt", 0, Check.MAX_INTEGER),
        fields.text("node"),
        fields.bytes("signature"));
  }
}
