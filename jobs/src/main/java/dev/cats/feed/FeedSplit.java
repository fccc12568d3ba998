package dev.cats.feed;

import dev.cats.content.Cid;
import java.util.Objects;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * How far the one file of a feed has been read: {@code offset} is the first byte not yet read and
 * {@code index} the number of the feature that comes next. A feed is one split, because only its
 * first byte is known to start one.
 */
public record FeedSplit(Cid file, long offset, long index) implements SourceSplit {
  public FeedSplit {
    Objects.requireNonNull(file, "file");
    if (offset < 0 || index < 0) {
      throw new IllegalArgumentException(
          "Invalid feed split: expected an offset and an index from 0, found "
              + offset
              + " and "
              + index);
    }
  }

  @Override
  public String splitId() {
    return "feed";
  }
}
