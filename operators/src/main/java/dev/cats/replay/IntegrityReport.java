package dev.cats.replay;

import dev.cats.content.Cid;
import dev.cats.content.CorruptBlockException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an {@link IntegrityCheck} looked at and what it found wrong, in the order it was found.
 *
 * @param blocks distinct blocks that were fetched and hashed
 * @param records records of lots that were decoded
 * @param bytes bytes of those blocks
 * @param unstored lots that are not here because their order says they are only hashed ({@code
 *     cats.lot.store: ends})
 * @param pruned blocks that only manifests older than the oldest kept one name, and that the store
 *     let go of
 * @param unlisted problems beyond {@link IntegrityCheck#MAX_PROBLEMS}, which are only counted
 */
public record IntegrityReport(
    long blocks,
    long manifests,
    long boms,
    long lots,
    long records,
    long bytes,
    long unstored,
    long pruned,
    List<Problem> problems,
    long unlisted) {

  public IntegrityReport {
    problems = List.copyOf(problems);
  }

  public boolean ok() {
    return problems.isEmpty();
  }

  /**
   * This report with the damage that a look at all of the store found, except for blocks that it
   * has already.
   */
  public IntegrityReport and(List<CorruptBlockException> damage) {
    Set<Cid> known = problems.stream().map(Problem::cid).collect(Collectors.toSet());
    List<Problem> all = new ArrayList<>(problems);
    long beyond = unlisted;
    for (CorruptBlockException each : damage) {
      if (known.contains(each.cid())) {
        continue;
      }
      if (all.size() < IntegrityCheck.MAX_PROBLEMS) {
        String where = "segment " + each.segment() + ", linked from nothing that could be read";
        all.add(new Problem(each.kind().text(), each.cid(), where, each.getMessage()));
      } else {
        beyond++;
      }
    }
    return new IntegrityReport(
        blocks, manifests, boms, lots, records, bytes, unstored, pruned, all, beyond);
  }

  /**
   * One thing that is wrong.
   *
   * @param kind a word for programs: {@code hash}, {@code truncated}, {@code index} (bytes that are
   *     not the block's), {@code missing}, {@code unreadable}, {@code signature}, {@code chain},
   *     {@code invoice}, {@code lineage}, {@code origin}
   * @param cid the block that it is about
   * @param where who names that block, and the segment if one is at fault
   * @param message for people, in one or more lines
   */
  public record Problem(String kind, Cid cid, String where, String message) {}
}
