package dev.cats.transfer;

import dev.cats.lineage.Reach;
import java.util.ArrayList;
import java.util.List;

/**
 * What a walk found not to be there.
 *
 * @param history missing BOMs and manifests that others stand on: where a history was brought over
 *     in part
 * @param holes all other blocks that should be there, and those that cannot be understood
 * @param elsewhere cited BOMs of other initiatives
 * @param pruned blocks that the store let go of on purpose, and the chain that ends there
 * @param unstored lots that are only hashed, as configured
 * @param first the first missing or unreadable blocks, at most {@link #LISTED}
 */
public record Gaps(
    long history,
    long holes,
    long pruned,
    long elsewhere,
    long unstored,
    List<Reach.Absence> first) {

  /** A history that is lost would fill the memory. */
  public static final int LISTED = 100;

  public Gaps {
    first = List.copyOf(first);
  }

  /** Whether everything is there that should be. */
  public boolean none() {
    return history == 0 && holes == 0;
  }

  /** Counts what a walk tells of. */
  static final class Count {
    private long history;
    private long holes;
    private long pruned;
    private long elsewhere;
    private long unstored;
    private final List<Reach.Absence> first = new ArrayList<>();

    void add(Reach.Absence absence) {
      switch (absence.why()) {
        case PRUNED -> pruned++;
        case ELSEWHERE -> elsewhere++;
        case UNSTORED -> unstored++;
        case MISSING, UNREADABLE -> {
          if (absence.back()) {
            history++;
          } else {
            holes++;
          }
          if (first.size() < LISTED) {
            first.add(absence);
          }
        }
      }
    }

    Gaps gaps() {
      return new Gaps(history, holes, pruned, elsewhere, unstored, first);
    }
  }
}
