package dev.cats.retention;

import dev.cats.bom.Bom;
import dev.cats.bom.Document;
import dev.cats.bom.Manifest;
import dev.cats.content.Block;
import dev.cats.content.Cid;
import dev.cats.content.CidSet;
import dev.cats.content.CorruptBlockException;
import dev.cats.content.DecodeException;
import dev.cats.content.PrunableStore;
import dev.cats.lineage.Chain;
import dev.cats.lineage.Documents;
import dev.cats.lineage.Reach;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Drops the segments that no kept manifest needs.
 *
 * <p>A segment goes when none of its blocks is needed by what is kept, and older manifests led to
 * it: all BOMs in it are reached from them, and at least one block is. So what nobody has committed
 * yet is not taken for garbage.
 *
 * <pre>
 *            kept                 older
 * HEAD ──▶ manifest 9 ──▶ 8 ──▶ │ 7 ──▶ 6 ──▶ …      the manifests all stay
 *            BOMs       BOMs    │ BOMs  BOMs
 *            lots       lots ───┼─▶ what these stand on stays too; the rest may go
 * </pre>
 */
public final class Prune implements Closeable {
  /** What these segments hold was brought in on purpose, and stays with all that it links to. */
  private static final List<String> BROUGHT = List.of("import-", "fetch-");

  /** Told after each block that is looked at. */
  @FunctionalInterface
  public interface Progress {
    Progress NONE = blocks -> {};

    void at(long blocks);
  }

  /**
   * What was dropped, or would be.
   *
   * @param keptFrom the oldest manifest that is kept
   * @param kept how many manifests are kept, with all that they need
   * @param older how many manifests there are before those, which stay as documents
   * @param segments names of the segments that go, in ascending order
   * @param blocks blocks in these; a block that another segment holds too is still there
   * @param bytes what they take in the store, without their indexes
   * @param segmentsLeft how many segments stay
   * @param bytesLeft what these take
   */
  public record Report(
      Cid keptFrom,
      long kept,
      long older,
      List<String> segments,
      long blocks,
      long bytes,
      long segmentsLeft,
      long bytesLeft) {
    public Report {
      segments = List.copyOf(segments);
    }
  }

  private final PrunableStore store;
  private final Progress progress;
  private final Documents documents;
  private final Reach needed;
  private final Reach named;

  /** Manifests that are not kept and their pages: these stay all the same. */
  private final CidSet chain = new CidSet();

  private long looked;

  private Prune(PrunableStore store, Progress progress) {
    this.store = store;
    this.progress = progress;
    this.documents = new Documents(store);
    this.needed = new Reach(store, Reach.Scope.WHOLE.withoutChain());
    this.named = new Reach(store, Reach.Scope.WHOLE.withoutChain());
  }

  /**
   * Prunes a store that the caller has locked.
   *
   * @param dryRun only say what would be dropped
   * @throws IOException if the store has no HEAD, or the manifest to keep from is not in the chain
   * @throws DamagedHistoryException if a block of what is to be kept is missing or unreadable: what
   *     that needs is not known then, and nothing is dropped
   */
  public static Report run(PrunableStore store, Keep keep, boolean dryRun, Progress progress)
      throws IOException {
    try (Prune prune = new Prune(store, progress)) {
      return prune.run(keep, dryRun);
    }
  }

  private Report run(Keep keep, boolean dryRun) throws IOException {
    if (!dryRun) {
      store.tidy();
    }
    Optional<Cid> before = store.keptFrom();
    Chain manifests = Chain.ofHead(documents);
    Optional<Manifest> at = manifests.next();
    Manifest oldest = at.orElseThrow(() -> nothing("it has no manifest yet"));
    long kept = 0;
    boolean last = false;
    while (at.isPresent() && !last && keep.keeps(at.get(), kept + 1)) {
      oldest = at.get();
      kept++;
      needed.walk(oldest.cid(), new Strict("manifest " + oldest.cid()));
      last = keep.isLast(oldest) || before.equals(Optional.of(oldest.cid()));
      at = manifests.next();
    }
    if (keep instanceof Keep.From from && !oldest.cid().equals(from.oldest())) {
      throw nothing(
          before.isPresent() && last
              ? "manifest " + from.oldest() + " is none of those that an earlier prune kept"
              : "manifest " + from.oldest() + " is not in the chain of HEAD");
    }
    long older = 0;
    for (; at.isPresent(); at = manifests.next()) {
      older++;
      name(at.get());
    }
    List<PrunableStore.Segment> segments = new ArrayList<>();
    long blocks = 0;
    long segmentsLeft = 0;
    long bytesLeft = 0;
    keepBrought();
    for (String name : store.segments().stream().sorted().toList()) {
      PrunableStore.Segment contents = store.segment(name);
      if (mayGo(contents)) {
        segments.add(new PrunableStore.Segment(name, contents.bytes(), List.of()));
        blocks += contents.blocks().size();
      } else {
        segmentsLeft++;
        bytesLeft += contents.bytes();
      }
    }
    long bytes = segments.stream().mapToLong(PrunableStore.Segment::bytes).sum();
    List<String> names = segments.stream().map(PrunableStore.Segment::name).toList();
    if (!dryRun && !names.isEmpty()) {
      store.keepFrom(oldest.cid());
      for (String name : names) {
        store.drop(name);
      }
      store.tidy();
    }
    return new Report(oldest.cid(), kept, older, names, blocks, bytes, segmentsLeft, bytesLeft);
  }

  private IOException nothing(String why) {
    return new IOException("Cannot prune " + store.describe() + ": " + why);
  }

  /** Notes what an older manifest leads to, as far as it is still there and whole. */
  private void name(Manifest manifest) throws IOException {
    chain.add(manifest.cid());
    for (Cid page : manifest.pages()) {
      chain.add(page);
    }
    try {
      named.walk(manifest.cid(), new Looking());
    } catch (CorruptBlockException damaged) {
      // What it leads to is not known, and so stays.
    }
  }

  /** Whatever was brought in from elsewhere is whole as far as it was, and remains so. */
  private void keepBrought() throws IOException {
    for (String name : store.segments()) {
      if (isBrought(name)) {
        for (Cid cid : store.segment(name).blocks()) {
          needed.walk(cid, new Looking());
        }
      }
    }
  }

  private static boolean isBrought(String segment) {
    return BROUGHT.stream().anyMatch(segment::startsWith);
  }

  private boolean mayGo(PrunableStore.Segment segment) throws IOException {
    if (isBrought(segment.name())) {
      return false;
    }
    boolean isNamed = false;
    for (Cid cid : segment.blocks()) {
      if (needed.reached(cid) || chain.contains(cid)) {
        return false;
      }
      isNamed |= named.reached(cid);
    }
    return isNamed && allBomsAreNamed(segment);
  }

  /** Whether no BOM is in the segment that a manifest may yet come to commit. */
  private boolean allBomsAreNamed(PrunableStore.Segment segment) throws IOException {
    for (Cid cid : segment.blocks()) {
      if (Document.isDocument(cid) && !named.reached(cid)) {
        try {
          Optional<Block> block = store.get(cid);
          if (block.isEmpty() || Document.of(block.get()) instanceof Bom) {
            return false;
          }
        } catch (DecodeException other) {
          continue;
        } catch (CorruptBlockException damaged) {
          return false;
        }
      }
    }
    return true;
  }

  /** Reads documents only; of lots and files it is enough that they are there. */
  private class Looking implements Reach.Visitor {
    @Override
    public void block(Block block) {
      progress.at(++looked);
    }

    @Override
    public boolean wants(Cid raw) {
      return false;
    }

    @Override
    public void there(Cid raw) {
      progress.at(++looked);
    }
  }

  /** What is kept has to be whole, or it is not known what it needs. */
  private final class Strict extends Looking {
    private final String what;

    Strict(String what) {
      this.what = what;
    }

    @Override
    public void absent(Reach.Absence absence) throws IOException {
      switch (absence.why()) {
        case ELSEWHERE, UNSTORED -> {}
        case MISSING, PRUNED, UNREADABLE ->
            throw new DamagedHistoryException(
                "Cannot prune %s: %s is to be kept, and block %s (%s) is %s. See what else is wrong: ./cats verify HEAD"
                    .formatted(
                        store.describe(),
                        what,
                        absence.cid(),
                        absence.where(),
                        absence.why() == Reach.Why.UNREADABLE ? "not readable" : "missing"));
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Closeable each : List.of(needed, named, chain)) {
      each.close();
    }
  }
}
