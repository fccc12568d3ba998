package dev.cats.lot;

import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * Everything a lot operator is told when the job is built.
 *
 * @param name what the operator and its segments are called, of letters that a segment's name may
 *     have
 * @param head the first of the steps that share the lot: the source or the keyed step that made
 *     what comes in, or else the first of {@code stages}
 * @param sides the names of the side streams of a keyed step before this operator that somebody
 *     reads
 * @param stages the steps that run on each record, in order; none behind a keyed step, which has
 *     run already
 * @param arrival what comes in
 * @param sealsWithUpstream whether its input is one upstream lot at a time, so that it seals when
 *     that lot ends and held-back times do not add up
 * @param ports its outputs: the main one first, then the rejects, then the side streams
 * @param store the block store, as URI
 */
public record LotSpec(
    String name,
    String head,
    Set<String> sides,
    List<Stage> stages,
    Form arrival,
    boolean sealsWithUpstream,
    List<Port<?>> ports,
    LotOptions options,
    String store)
    implements Serializable {

  /** What comes into a lot operator. */
  public enum Form {
    /** Records from outside, with their positions. */
    ARRIVAL,
    /** Records of other lots. */
    TRACED,
    /** What a keyed step made, with the records it was made from. */
    CITED
  }

  public LotSpec {
    sides = Set.copyOf(sides);
    stages = List.copyOf(stages);
    ports = List.copyOf(ports);
  }
}
