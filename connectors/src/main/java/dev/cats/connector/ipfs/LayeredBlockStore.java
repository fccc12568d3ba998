package dev.cats.connector.ipfs;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.BlockStoreProvider;
import dev.cats.content.BlockStores;
import dev.cats.content.Cid;
import dev.cats.content.CorruptBlockException;
import dev.cats.content.SegmentWriter;
import dev.cats.content.StoreLockedException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several stores as one: what the first does not have, the next is asked for. The usual order is a
 * local folder, then a node, then gateways.
 *
 * <p>Writing, HEAD and the lock are the first store's alone. Reading takes the first answer that
 * hashes to what was asked for. A layer that is away or gives wrong bytes is said once in the log
 * and passed over; one that is away is not asked again for a while, so that a walk over a thousand
 * blocks does not wait a thousand times. That nobody has a block is only said when everybody could
 * be asked; else the exception has every layer's reason.
 *
 * <p>What comes from a later layer may be kept in the first, in segments of its own, which are
 * committed when they are large enough and when the store is closed.
 */
public final class LayeredBlockStore implements BlockStore {
  private static final Logger LOG = LoggerFactory.getLogger(LayeredBlockStore.class);
  private static final long SEGMENT_BYTES = 16L << 20;

  private final List<Layer> layers;
  private final boolean keeping;
  private final Set<Cid> kept = new HashSet<>();
  private SegmentWriter keeper;

  private LayeredBlockStore(List<BlockStore> stores, boolean keeping) {
    if (stores.isEmpty()) {
      throw new IllegalArgumentException("Invalid layers: expected a store or more, found none");
    }
    this.layers = stores.stream().map(Layer::new).toList();
    this.keeping = keeping;
  }

  /** These stores, which are closed with it; the first is the one that is written to. */
  public static LayeredBlockStore of(List<BlockStore> stores) {
    return new LayeredBlockStore(stores, false);
  }

  /** The same, which keeps in the first store what comes from the others. */
  public static LayeredBlockStore keeping(List<BlockStore> stores) {
    return new LayeredBlockStore(stores, true);
  }

  private BlockStore first() {
    return layers.get(0).store();
  }

  @Override
  public String describe() {
    return String.join(", then ", layers.stream().map(layer -> layer.store().describe()).toList());
  }

  @Override
  public Optional<Block> get(Cid cid) throws IOException {
    List<Layer.Failure> failures = new ArrayList<>();
    for (Layer layer : layers) {
      Optional<Block> block = layer.ask(store -> store.get(cid), failures).flatMap(found -> found);
      if (block.isPresent()) {
        if (keeping && layer != layers.get(0)) {
          keep(block.get());
        }
        return block;
      }
    }
    requireAllAsked(cid, failures);
    return Optional.empty();
  }

  @Override
  public boolean has(Cid cid) throws IOException {
    List<Layer.Failure> failures = new ArrayList<>();
    for (Layer layer : layers) {
      if (layer.ask(store -> store.has(cid), failures).orElse(false)) {
        return true;
      }
    }
    requireAllAsked(cid, failures);
    return false;
  }

  /** With one layer, what it says itself; with several, what each of them says. */
  private void requireAllAsked(Cid cid, List<Layer.Failure> failures) throws IOException {
    if (failures.isEmpty()) {
      return;
    }
    IOException only = failures.get(0).cause();
    if (layers.size() == 1) {
      throw only;
    }
    for (Layer.Failure failure : failures) {
      if (failure.cause() instanceof CorruptBlockException corrupt && failures.size() == 1) {
        throw corrupt; // nobody else has it, and this one has it wrong
      }
    }
    StringBuilder text =
        new StringBuilder("Cannot find block %s: no layer of the store has it".formatted(cid));
    for (Layer layer : layers) {
      String reason =
          failures.stream()
              .filter(failure -> failure.layer() == layer)
              .map(failure -> failure.cause().getMessage().lines().findFirst().orElse(""))
              .findFirst()
              .orElse("does not have it");
      text.append("\n  ").append(layer.store().describe()).append(": ").append(reason);
    }
    IOException all = new IOException(text.toString(), only);
    failures.stream().skip(1).map(Layer.Failure::cause).forEach(all::addSuppressed);
    throw all;
  }

  /** What the store that is written to let go of; the others may have it. */
  @Override
  public boolean wasPruned(Cid cid) throws IOException {
    return first().wasPruned(cid);
  }

  @Override
  public Optional<Cid> keptFrom() throws IOException {
    return first().keptFrom();
  }

  private synchronized void keep(Block block) throws IOException {
    if (!kept.add(block.cid())) {
      return;
    }
    if (keeper == null) {
      keeper = first().newSegment("kept-" + UUID.randomUUID());
    }
    keeper.append(block);
    if (keeper.bytes() >= SEGMENT_BYTES) {
      flush();
    }
  }

  /** Commits what was kept so far. */
  public synchronized void flush() throws IOException {
    if (keeper == null) {
      return;
    }
    try (SegmentWriter writer = keeper) {
      keeper = null;
      writer.seal();
      first().commit(writer.name());
    } finally {
      kept.clear();
    }
  }

  @Override
  public SegmentWriter newSegment(String name) throws IOException {
    return first().newSegment(name);
  }

  @Override
  public void commit(String segment) throws IOException {
    first().commit(segment);
  }

  @Override
  public Optional<Cid> head() throws IOException {
    return first().head();
  }

  @Override
  public void moveHead(Optional<Cid> expected, Cid next) throws IOException {
    first().moveHead(expected, next);
  }

  @Override
  public Lock lock(String holder) throws IOException {
    try {
      return first().lock(holder);
    } catch (StoreLockedException e) {
      throw new StoreLockedException(describe(), e.holder());
    }
  }

  @Override
  public void check() throws IOException {
    first().check();
  }

  @Override
  public void checkReadable() throws IOException {
    first().checkReadable();
  }

  @Override
  public List<CorruptBlockException> inspect() throws IOException {
    return first().inspect();
  }

  @Override
  public void close() throws IOException {
    IOException failed = null;
    try {
      flush();
    } catch (IOException e) {
      failed = e;
    }
    for (Layer layer : layers) {
      try {
        layer.store().close();
      } catch (IOException e) {
        if (failed == null) {
          failed = e;
        } else {
          failed.addSuppressed(e);
        }
      }
    }
    LOG.debug("Closed {}", describe());
    if (failed != null) {
      throw failed;
    }
  }

  /**
   * Opens {@code layered:STORE,STORE,…}, and {@code layered+keep:…}, which keeps in the first what
   * comes from the others. Commas within the name of a store are written {@code %2C}.
   */
  public static final class Provider implements BlockStoreProvider {
    private static final String KEEPING = "layered+keep";

    @Override
    public Set<String> forms() {
      return Set.of("layered:STORE,STORE,…");
    }

    @Override
    public boolean accepts(URI uri) {
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      return scheme.equals("layered") || scheme.equals(KEEPING);
    }

    @Override
    public BlockStore open(URI uri) throws IOException {
      List<BlockStore> stores = new ArrayList<>();
      try {
        for (String each : uri.getRawSchemeSpecificPart().split(",", -1)) {
          if (each.isEmpty()) {
            throw new IOException(
                "Cannot open store %s: expected layered:STORE,STORE,…".formatted(uri));
          }
          stores.add(BlockStores.open(each.replace("%2C", ",")));
        }
      } catch (IOException | RuntimeException e) {
        for (BlockStore store : stores) {
          store.close();
        }
        throw e;
      }
      return uri.getScheme().equalsIgnoreCase(KEEPING)
          ? LayeredBlockStore.keeping(stores)
          : LayeredBlockStore.of(stores);
    }
  }
}
