package dev.cats.lot;

import java.io.Serializable;
import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;

/** When a lot is sealed, and which steps share one. */
public record LotOptions(
    int records,
    int bytes,
    long maxAgeMillis,
    long segmentBytes,
    boolean perExchange,
    boolean endsOnly)
    implements Serializable {

  public static final ConfigOption<Integer> RECORDS =
      ConfigOptions.key("cats.lot.records")
          .intType()
          .defaultValue(4096)
          .withDescription(
              "A lot is sealed when it has this many records; 1 gives one BOM per record.");

  public static final ConfigOption<MemorySize> BYTES =
      ConfigOptions.key("cats.lot.bytes")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(1).divide(2))
          .withDescription("A lot is sealed when its records take this many bytes; at most 1 MiB.");

  public static final ConfigOption<Duration> MAX_AGE =
      ConfigOptions.key("cats.lot.max-age")
          .durationType()
          .defaultValue(Duration.ofSeconds(1))
          .withDescription(
              "A lot is sealed when its first record is this old, so that nothing is held back for"
                  + " longer; 0 turns this off, and runs then repeat to the last CID.");

  public static final ConfigOption<Scope> SCOPE =
      ConfigOptions.key("cats.lot.scope")
          .enumType(Scope.class)
          .defaultValue(Scope.STEP)
          .withDescription(
              "Whether every step has lots of its own, or the steps between two exchanges share"
                  + " one, whose order then names all of their functions: the cheapest setting.");

  public static final ConfigOption<Stored> STORE =
      ConfigOptions.key("cats.lot.store")
          .enumType(Stored.class)
          .defaultValue(Stored.ALL)
          .withDescription(
              "Whether all lots are stored, or only those at the ends (of sources, outputs, side"
                  + " streams and rejects), and those in between are hashed and can be made again by"
                  + " replay.");

  public static final ConfigOption<MemorySize> SEGMENT_BYTES =
      ConfigOptions.key("cats.segment.bytes")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(64))
          .withDescription(
              "A segment of the block store is closed at this size; every checkpoint closes it too.");

  /** The largest block: what IPFS peers exchange without question. */
  static final int MAX_BLOCK = 1 << 20;

  /** Which steps share a lot. */
  public enum Scope {
    STEP,
    EXCHANGE
  }

  /** Which lots are stored. */
  public enum Stored {
    ALL,
    ENDS
  }

  public LotOptions {
    if (records < 1) {
      throw new IllegalArgumentException(
          "Invalid " + RECORDS.key() + ": expected 1 or more, found " + records);
    }
    if (bytes < 1 || bytes > MAX_BLOCK) {
      throw new IllegalArgumentException(
          "Invalid " + BYTES.key() + ": expected 1 byte to 1 MiB, found " + bytes + " bytes");
    }
    if (maxAgeMillis < 0) {
      throw new IllegalArgumentException(
          "Invalid " + MAX_AGE.key() + ": expected 0 or more, found " + maxAgeMillis + " ms");
    }
    if (segmentBytes < 1) {
      throw new IllegalArgumentException(
          "Invalid " + SEGMENT_BYTES.key() + ": expected 1 byte or more, found " + segmentBytes);
    }
  }

  public static LotOptions of(ReadableConfig config) {
    return new LotOptions(
        config.get(RECORDS),
        (int) Math.min(Integer.MAX_VALUE, config.get(BYTES).getBytes()),
        config.get(MAX_AGE).toMillis(),
        config.get(SEGMENT_BYTES).getBytes(),
        config.get(SCOPE) == Scope.EXCHANGE,
        config.get(STORE) == Stored.ENDS);
  }
}
