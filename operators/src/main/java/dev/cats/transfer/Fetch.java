package dev.cats.transfer;

import dev.cats.content.Block;
import dev.cats.content.BlockStore;
import dev.cats.content.Cid;
import dev.cats.lineage.Reach;
import java.io.IOException;
import java.util.List;

/**
 * Everything behind a CID, from one store into another.
 *
 * <p>What the target holds already is not asked for again, but walked through, so that a fetch that
 * was broken off goes on, and one of a history that has grown brings what is new. Blocks are
 * visible as their segments fill up; until the fetch has ended, a part of the history is missing.
 */
public final class Fetch {
  private Fetch() {}

  /**
   * What is behind the CID, and what of that is new here.
   *
   * @param tally of everything behind it; the bytes are those of the blocks that were read
   * @param added blocks that came over
   * @param addedBytes bytes of those
   * @param segments segments that they are in
   */
  public record Report(Reach.Tally tally, Gaps gaps, long added, long addedBytes, long segments) {}

  /**
   * Brings all that {@code root} leads to, as far as {@code scope} goes, into a store that the
   * caller has locked.
   *
   * @throws IOException if neither store has the root
   * @throws dev.cats.content.CorruptBlockException if one gives wrong bytes; what came before stays
   */
  public static Report run(
      BlockStore from, BlockStore to, Cid root, Reach.Scope scope, Progress progress)
      throws IOException {
    Gaps.Count gaps = new Gaps.Count();
    try (Reach reach = new Reach(List.of(to, from), scope);
        Intake intake = new Intake(to, "fetch")) {
      Reach.Tally tally =
          reach.walk(
              root,
              new Reach.Visitor() {
                @Override
                public void block(Block block) throws IOException {
                  intake.add(block);
                  progress.at(intake.blocks(), intake.bytes());
                }

                @Override
                public boolean wants(Cid raw) throws IOException {
                  return !to.has(raw);
                }

                @Override
                public void absent(Reach.Absence absence) throws IOException {
                  if (absence.cid().equals(root) && absence.why() == Reach.Why.MISSING) {
                    throw new IOException(
                        "Cannot fetch %s: %s does not hold it".formatted(root, from.describe()));
                  }
                  gaps.add(absence);
                }
              });
      intake.flush();
      return new Report(tally, gaps.gaps(), intake.blocks(), intake.bytes(), intake.segments());
    }
  }
}
