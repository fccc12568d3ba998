package dev.cats.supply;

import dev.cats.content.Cid;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How far the lots of a chain were given out.
 *
 * @param last the newest manifest whose lots are all given out, but for those that wait
 * @param waiting lots that nobody reads now
 */
public record LotProgress(Optional<Cid> last, List<LotSplit> waiting) {
  static final LotProgress NONE = new LotProgress(Optional.empty(), List.of());

  public LotProgress {
    Objects.requireNonNull(last, "last");
    waiting = List.copyOf(waiting);
  }
}
