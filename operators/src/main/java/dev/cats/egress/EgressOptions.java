package dev.cats.egress;

import dev.cats.content.MirrorSettings;
import java.time.Duration;
import java.util.Optional;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;

/** Where what a job makes goes to, and who signs for it. */
public final class EgressOptions {
  public static final ConfigOption<String> STORE =
      ConfigOptions.key("cats.store")
          .stringType()
          .defaultValue("cats-data")
          .withDescription(
              "The block store: a folder, or a URI of a file system that Flink knows.");

  public static final ConfigOption<String> NODE_KEY =
      ConfigOptions.key("cats.node.key")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "The file of the Ed25519 key that signs manifests (PEM, PKCS#8), made on first use;"
                  + " by default node.key in the store's folder.");

  public static final ConfigOption<String> LINEAGE_LOG =
      ConfigOptions.key("cats.lineage.log")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Where to tell others of committed BOMs and manifests, such as"
                  + " kafka://127.0.0.1:9092/usgs-seismology.lineage; by default nowhere.");

  public static final ConfigOption<String> MIRROR =
      ConfigOptions.key("cats.mirror.store")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "A Kubo node that follows the store, such as kubo://127.0.0.1:5001/usgs-seismology:"
                  + " what is committed goes there too, behind the job; by default none.");

  public static final ConfigOption<Integer> MIRROR_IN_FLIGHT =
      ConfigOptions.key("cats.mirror.in-flight")
          .intType()
          .defaultValue(4)
          .withDescription("How many segments are sent to the mirror at the same time.");

  public static final ConfigOption<MemorySize> MIRROR_BACKLOG =
      ConfigOptions.key("cats.mirror.backlog")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(1024))
          .withDescription(
              "How far the mirror may be behind: with more than this committed here and not there,"
                  + " committing waits, and with it the job.");

  public static final ConfigOption<MirrorSettings.Pins> MIRROR_PINS =
      ConfigOptions.key("cats.mirror.pins")
          .enumType(MirrorSettings.Pins.class)
          .defaultValue(MirrorSettings.Pins.DIRECT)
          .withDescription(
              "What the mirror keeps from its garbage collection: direct, the blocks of every"
                  + " manifest, one by one; recursive, whatever can be reached from HEAD, which the"
                  + " node walks at each manifest; or none.");

  public static final ConfigOption<String> MIRROR_NAME =
      ConfigOptions.key("cats.mirror.name")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "The key of the mirror under whose IPNS name HEAD is published, made on first"
                  + " use; by default none is.");

  public static final ConfigOption<Duration> MIRROR_AT_END =
      ConfigOptions.key("cats.mirror.at-end")
          .durationType()
          .defaultValue(Duration.ofMinutes(1))
          .withDescription(
              "How long a job at its end waits for a mirror that takes nothing, before it fails and"
                  + " says what is not there; as long as something gets through, it waits.");

  /** How the store is followed, if it is. */
  public static Optional<MirrorSettings> mirror(Configuration configuration) {
    return configuration
        .getOptional(MIRROR)
        .map(
            uri ->
                new MirrorSettings(
                    uri,
                    configuration.get(MIRROR_IN_FLIGHT),
                    configuration.get(MIRROR_BACKLOG).getBytes(),
                    configuration.get(MIRROR_PINS),
                    configuration.getOptional(MIRROR_NAME).orElse(""),
                    configuration.get(MIRROR_AT_END)));
  }

  private EgressOptions() {}
}
