package dev.cats.lineage;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.bom.Manifest;
import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.CidSet;
import dev.cats.content.DecodeException;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Walks everything that can be reached from a block by links, each block once, in bounded memory
 * however long the history is: what was visited is in a {@link CidSet}, what is yet to be in a
 * stack whose deep part is in a file.
 *
 * <p>The walk goes back in history one step at a time, from each BOM to the BOMs it stands on, from
 * each manifest to the one before it. Within a step it is depth-first, so that a BOM is followed by
 * its lot, its order and what that names:
 *
 * <pre>
 * step 0   daily BOM, its lot, its order, function, structure
 * step 1   earthquakes BOM, its lot, its order …, another earthquakes BOM, its lot …
 * step 2   decode BOM …
 * </pre>
 *
 * <p>Citations are followed where the store holds the BOM that is cited. One that is not there is
 * no hole in this history: it is another initiative's, and reported as such.
 */
public final class Reach implements Closeable {

  private static final int IDENTITY = 0x00;

  /** Takes what a walk comes to. */
  public interface Visitor {

    /** A block that was read, and is what its CID names. */
    void block(Block block) throws IOException;

    /**
     * Whether the bytes of a raw block are wanted. If not, the store is only asked whether it has
     * them, and {@link #there} is called.
     */
    default boolean wants(Cid raw) throws IOException {
      return true;
    }

    /** A raw block that is there and was not read. */
    default void there(Cid raw) throws IOException {}

    /** A block that is named and cannot be had, or not be understood. */
    default void absent(Absence absence) throws IOException {}
  }

  /** Why a walk does not go on at a block. */
  public enum Why {
    /** The store should have it and does not. */
    MISSING,
    /** The store let go of it on purpose. */
    PRUNED,
    /** It belongs to the history of another initiative, which is not in this store. */
    ELSEWHERE,
    /** A lot that its order says to be only hashed. */
    UNSTORED,
    /** It is there, and is not of the codec that its CID names: what it links to is not known. */
    UNREADABLE
  }

  /**
   * A block that a walk could not go through.
   *
   * @param back whether it lies a step back from the one that names it: where earlier history was
   *     not brought along
   * @param where who names it, in words
   */
  public record Absence(Cid cid, Why why, boolean back, String where) {}

  /**
   * What a walk came to.
   *
   * @param bytes those of the blocks that were read
   * @param cut how many BOMs and manifests were left because they are further back than the walk
   *     was to go
   */
  public record Tally(long blocks, long bytes, long manifests, long boms, long lots, long cut) {}

  /**
   * How far a walk goes, and how.
   *
   * @param depth so many steps back at most; 0 is without history
   * @param chain whether it goes from a manifest to the one before it, or only to what the manifest
   *     commits
   * @param inFlight how many blocks are asked for at a time: more than one for stores that are far
   *     away
   */
  public record Scope(int depth, boolean chain, int inFlight) {
    /** To the beginning of history. */
    public static final Scope WHOLE = new Scope(Integer.MAX_VALUE, true, 1);

    public Scope {
      if (depth < 0 || inFlight < 1) {
        throw new IllegalArgumentException(
            "Invalid scope of a walk: expected a depth from 0 and a block at a time, found %d and %d"
                .formatted(depth, inFlight));
      }
    }

    public Scope depth(int steps) {
      return new Scope(steps, chain, inFlight);
    }

    public Scope withoutChain() {
      return new Scope(depth, false, inFlight);
    }

    public Scope inFlight(int blocks) {
      return new Scope(depth, chain, blocks);
    }
  }

  private final List<BlockStore> stores;
  private final List<Documents> documents;
  private final Scope scope;
  private final ExecutorService readers;
  private final CidSet reached = new CidSet();

  /** What was looked at in a role that says nothing of the block in another one. */
  private final CidSet looked = new CidSet();

  private Frontier now = new Frontier();
  private Frontier later = new Frontier();

  /** Whether any of the stores was pruned. */
  private boolean pruned;

  private long blocks;
  private long bytes;
  private long manifests;
  private long boms;
  private long lots;
  private long cut;

  public Reach(BlockStore store, Scope scope) {
    this(List.of(store), scope);
  }

  /** Walks over several stores as if they were one; the first that has a block gives it. */
  public Reach(List<BlockStore> stores, Scope scope) {
    this.stores = List.copyOf(stores);
    this.documents = stores.stream().map(Documents::new).toList();
    this.scope = scope;
    this.readers = scope.inFlight() > 1 ? Executors.newFixedThreadPool(scope.inFlight()) : null;
  }

  /** Whether a walk came to a block that is there. */
  public boolean reached(Cid cid) throws IOException {
    return reached.contains(cid);
  }

  /**
   * Walks from a block. What an earlier walk of this object came to is not visited again, and the
   * tally is that of all walks.
   *
   * @throws dev.cats.content.CorruptBlockException if the store's bytes are not the block's
   */
  public Tally walk(Cid root, Visitor visitor) throws IOException {
    Objects.requireNonNull(visitor, "visitor");
    pruned = !oldestKept().isEmpty();
    int step = 0;
    now.push(new Visit(root, Visit.Role.ASKED, Optional.empty()));
    while (true) {
      walkStep(visitor);
      if (later.isEmpty()) {
        break;
      }
      Frontier emptied = now;
      now = later;
      later = emptied;
      if (step++ == scope.depth()) {
        leaveRest();
        break;
      }
    }
    return new Tally(blocks, bytes, manifests, boms, lots, cut);
  }

  private void walkStep(Visitor visitor) throws IOException {
    List<Visit> batch = new ArrayList<>(scope.inFlight());
    while (!now.isEmpty()) {
      batch.clear();
      while (batch.size() < scope.inFlight() && !now.isEmpty()) {
        Visit visit = now.pop().orElseThrow();
        if (isNew(visit)) {
          batch.add(visit);
        }
      }
      List<Future<Optional<Block>>> reads = new ArrayList<>();
      for (Visit visit : batch) {
        if (visit.cid().codec() == Cid.RAW && !visitor.wants(visit.cid())) {
          reads.add(null);
        } else if (readers == null) {
          reads.add(CompletableFuture.completedFuture(get(visit.cid())));
        } else {
          reads.add(readers.submit(() -> get(visit.cid())));
        }
      }
      List<Visit> below = new ArrayList<>();
      for (int i = 0; i < batch.size(); i++) {
        if (reads.get(i) == null) {
          lookFor(batch.get(i), visitor);
        } else {
          below.addAll(visit(batch.get(i), await(reads.get(i)), visitor));
        }
      }
      for (int i = below.size() - 1; i >= 0; i--) {
        now.push(below.get(i));
      }
    }
  }

  /**
   * A page is looked at again in another role, as then its links mean something else. An input or a
   * citation that leads nowhere says nothing of those who name the same block as their own.
   */
  private boolean isNew(Visit visit) throws IOException {
    if (visit.cid().hashFunction() == IDENTITY) {
      return false;
    }
    if (!isMarkedWhenFound(visit)) {
      return reached.add(visit.cid());
    }
    if (!visit.role().isPage() && reached.contains(visit.cid())) {
      return false;
    }
    Bytes name = Bytes.utf8(visit.role() + " " + visit.cid());
    return looked.add(Cid.sha256(Cid.RAW, name));
  }

  private static boolean isMarkedWhenFound(Visit visit) {
    return visit.role().isPage() || visit.role() == Visit.Role.INPUT || visit.isElsewhere();
  }

  private void lookFor(Visit visit, Visitor visitor) throws IOException {
    for (BlockStore store : stores) {
      if (store.has(visit.cid())) {
        if (isMarkedWhenFound(visit) && !reached.add(visit.cid())) {
          return;
        }
        blocks++;
        lots += visit.role() == Visit.Role.LOT ? 1 : 0;
        visitor.there(visit.cid());
        return;
      }
    }
    absent(visit, visitor);
  }

  private Optional<Block> get(Cid cid) throws IOException {
    for (BlockStore store : stores) {
      if (pruned && store.wasPruned(cid)) {
        continue; // sooner known than that it is nowhere
      }
      Optional<Block> block = store.get(cid);
      if (block.isPresent()) {
        return block;
      }
    }
    return Optional.empty();
  }

  private static Optional<Block> await(Future<Optional<Block>> read) throws IOException {
    try {
      return read.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IOException("Cannot read a block: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot go on: interrupted", e);
    }
  }

  /** Takes a block and answers with what is to be visited in this step. */
  private List<Visit> visit(Visit visit, Optional<Block> found, Visitor visitor)
      throws IOException {
    if (found.isEmpty()) {
      absent(visit, visitor);
      return List.of();
    }
    Block block = found.get();
    Optional<Document> document = Links.document(block);
    if (visit.role() == Visit.Role.CITED && !(document.orElse(null) instanceof Bom)) {
      visitor.absent(new Absence(visit.cid(), Why.ELSEWHERE, true, visit.where()));
      return List.of();
    }
    if (isMarkedWhenFound(visit) && !reached.add(block.cid())) {
      // Given to the visitor before, in another role.
      return visit.role().isPage() ? below(visit, block, document, visitor) : List.of();
    }
    blocks++;
    bytes += block.bytes().size();
    lots += visit.role() == Visit.Role.LOT ? 1 : 0;
    boms += document.orElse(null) instanceof Bom ? 1 : 0;
    manifests += document.orElse(null) instanceof Manifest ? 1 : 0;
    visitor.block(block);
    return below(visit, block, document, visitor);
  }

  private List<Visit> below(Visit visit, Block block, Optional<Document> document, Visitor visitor)
      throws IOException {
    List<Visit> below = new ArrayList<>();
    try {
      for (Visit link : Links.of(block, document, visit.role(), this::get)) {
        if (link.role() == Visit.Role.MANIFEST && !scope.chain()) {
          continue;
        }
        if (link.role() == Visit.Role.MANIFEST && oldestKept().contains(block.cid())) {
          visitor.absent(new Absence(link.cid(), Why.PRUNED, true, link.where()));
          continue;
        }
        if (!link.role().isBack()) {
          below.add(link);
        } else if (!reached.contains(link.cid())) {
          later.push(link);
        }
      }
    } catch (DecodeException e) {
      String where = visit.where() + ": " + e.getMessage();
      visitor.absent(new Absence(visit.cid(), Why.UNREADABLE, false, where));
    }
    return below;
  }

  private void absent(Visit visit, Visitor visitor) throws IOException {
    Why why = Why.MISSING;
    if (visit.isElsewhere()) {
      why = Why.ELSEWHERE;
    } else if (visit.role() == Visit.Role.LOT && isOnlyHashed(visit.by().orElseThrow())) {
      why = Why.UNSTORED;
    } else if (wasPruned(visit.cid())) {
      why = Why.PRUNED;
    }
    visitor.absent(new Absence(visit.cid(), why, visit.role().isBack(), visit.where()));
  }

  private boolean wasPruned(Cid cid) throws IOException {
    for (BlockStore store : stores) {
      if (store.wasPruned(cid)) {
        return true;
      }
    }
    return false;
  }

  /** The manifests where the chain ends for a walk, because what is older was pruned. */
  private List<Cid> oldestKept() throws IOException {
    List<Cid> manifests = new ArrayList<>();
    for (BlockStore store : stores) {
      store.keptFrom().ifPresent(manifests::add);
    }
    return manifests;
  }

  private boolean isOnlyHashed(Cid bom) throws IOException {
    for (Documents each : documents) {
      if (each.isOnlyHashed(bom)) {
        return true;
      }
    }
    return false;
  }

  /** Counts what lies beyond the depth, and forgets it. */
  private void leaveRest() throws IOException {
    for (Optional<Visit> rest = now.pop(); rest.isPresent(); rest = now.pop()) {
      if (rest.get().role() != Visit.Role.CITED && reached.add(rest.get().cid())) {
        cut++;
      }
    }
  }

  /** Removes the temporary files and ends the threads. */
  @Override
  public void close() throws IOException {
    if (readers != null) {
      readers.shutdownNow();
    }
    for (Closeable file : List.of(reached, looked, now, later)) {
      file.close();
    }
  }
}
