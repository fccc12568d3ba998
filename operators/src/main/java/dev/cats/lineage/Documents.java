package dev.cats.lineage;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.bom.Inputs;
import dev.cats.bom.LotReader;
import dev.cats.bom.Manifest;
import dev.cats.bom.Order;
import dev.cats.bom.Page;
import dev.cats.bom.Structure;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.CorruptBlockException;
import dev.cats.content.DecodeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The blocks of a store, read as what they have to be. Whatever comes back was hashed by the store
 * and decoded strictly; a block that is not there, or is something else, is an exception that says
 * who named it.
 *
 * <p>Orders are remembered: thousands of BOMs share one. Nothing else is.
 */
public final class Documents {
  private static final int ORDERS = 4096;

  private static final Bytes LOT = Bytes.of((byte) 'O', (byte) 'b', (byte) 'j', (byte) 1);

  private final BlockStore store;
  private final Map<Cid, Order> orders =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Cid, Order> eldest) {
          return size() > ORDERS;
        }
      };

  public Documents(BlockStore store) {
    this.store = Objects.requireNonNull(store, "store");
  }

  public BlockStore store() {
    return store;
  }

  /**
   * The block of this CID.
   *
   * @param role what the block is to the one who names it, for a message: {@code order of BOM
   *     bafy…}
   */
  public Block block(Cid cid, String role) throws IOException {
    Optional<Block> block = store.get(cid);
    if (block.isEmpty()) {
      throw new MissingBlockException(cid, role, store.describe(), store.wasPruned(cid));
    }
    return block.get();
  }

  public Document document(Cid cid, String role) throws IOException {
    Block block = block(cid, role);
    try {
      return Document.of(block);
    } catch (DecodeException e) {
      throw new UnreadableBlockException(cid, role, e.getMessage(), e);
    }
  }

  public Bom bom(Cid cid, String role) throws IOException {
    return as(Bom.class, cid, role);
  }

  /**
   * A BOM that a record from outside cites, if this store has it: a claim may name what is not
   * here, or what is no BOM.
   */
  public Optional<Bom> cited(Cid cid) throws IOException {
    Optional<Block> block = store.get(cid);
    if (block.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Document.of(block.get()) instanceof Bom bom ? Optional.of(bom) : Optional.empty();
    } catch (DecodeException e) {
      return Optional.empty();
    }
  }

  public Manifest manifest(Cid cid, String role) throws IOException {
    return as(Manifest.class, cid, role);
  }

  /** The order that a BOM was made by. */
  public Order order(Bom bom) throws IOException {
    Order known = orders.get(bom.order());
    if (known == null) {
      known = as(Order.class, bom.order(), "order of BOM " + bom.cid());
      orders.put(bom.order(), known);
    }
    return known;
  }

  /** The inputs of a BOM with those on linked pages, which fit its lineage. */
  public Inputs inputs(Bom bom) throws IOException {
    List<Page> pages = pages(bom.inputs().pages(), "page of BOM " + bom.cid());
    try {
      return bom.wholeInputs(pages);
    } catch (DecodeException e) {
      throw new UnreadableBlockException(bom.cid(), "a BOM", e.getMessage(), e);
    }
  }

  /** The BOMs that a manifest commits, with those on linked pages. */
  public List<Cid> boms(Manifest manifest) throws IOException {
    List<Page> pages = pages(manifest.pages(), "page of manifest " + manifest.cid());
    try {
      return manifest.allBoms(pages);
    } catch (DecodeException e) {
      throw new UnreadableBlockException(manifest.cid(), "a manifest", e.getMessage(), e);
    }
  }

  /** The lot that a BOM delivered. */
  public LotReader lot(Bom bom) throws IOException {
    Cid data = bom.output().data();
    String role = "the lot of BOM " + bom.cid();
    Block block = block(data, role);
    try {
      return LotReader.of(block);
    } catch (DecodeException e) {
      throw new UnreadableBlockException(data, role, e.getMessage(), e);
    }
  }

  /** Whether the order behind a BOM says that its lot is hashed and not stored. */
  public boolean isOnlyHashed(Cid bom) throws IOException {
    try {
      Order order = order(bom(bom, "BOM of a lot"));
      return document(order.structure(), "structure") instanceof Structure structure
          && "ends".equalsIgnoreCase(structure.configuration().get("cats.lot.store"));
    } catch (MissingBlockException | UnreadableBlockException | CorruptBlockException elsewhere) {
      return false; // a finding of whoever comes to that block
    }
  }

  /**
   * What people call the step that made a lot: {@code decode}, {@code decode > earthquakes} for
   * chained steps that share lots, {@code decode (rejects)} for an output other than the main one.
   */
  public static String label(Order order) {
    String steps = order.steps().stream().map(Order.Step::name).collect(Collectors.joining(" > "));
    return order.output().map(output -> steps + " (" + output + ")").orElse(steps);
  }

  /** Whether a raw block begins as lots do: as an Avro object container file. */
  public static boolean looksLikeLot(Bytes bytes) {
    return bytes.size() >= LOT.size() && bytes.slice(0, LOT.size()).equals(LOT);
  }

  private List<Page> pages(List<Cid> links, String role) throws IOException {
    List<Page> pages = new ArrayList<>(links.size());
    for (Cid link : links) {
      pages.add(as(Page.class, link, role));
    }
    return pages;
  }

  private <T extends Document> T as(Class<T> kind, Cid cid, String role) throws IOException {
    Document document = document(cid, role);
    if (!kind.isInstance(document)) {
      throw new UnreadableBlockException(
          cid,
          role,
          "expected a %s document, found %s"
              .formatted(kind.getSimpleName().toLowerCase(Locale.ROOT), document.kind()),
          null);
    }
    return kind.cast(document);
  }
}
