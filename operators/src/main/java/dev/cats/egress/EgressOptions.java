package dev.cats.egress;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

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

  private EgressOptions() {}
}
