package dev.cats.feed;

import dev.cats.content.Cid;
import java.util.Objects;
import java.util.Optional;

/**
 * What the enumerator of a feed remembers: which content it is, and the split while no one reads
 * it.
 */
public record FeedProgress(Cid file, Optional<FeedSplit> waiting) {
  public FeedProgress {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(waiting, "waiting");
  }
}
