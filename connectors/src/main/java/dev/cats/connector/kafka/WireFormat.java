package dev.cats.connector.kafka;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How an event is written into a Kafka record. */
public enum WireFormat {
  /**
   * Avro's single-object encoding: {@code C3 01}, the CRC-64-AVRO fingerprint of the writer's
   * schema, the event. Needs no registry.
   */
  SINGLE_OBJECT("avro"),

  /** Confluent's: {@code 00}, the number of the writer's schema in a schema registry, the event. */
  CONFLUENT("confluent"),

  /**
   * CloudEvents' Kafka protocol binding, binary mode: attributes are headers {@code ce_…}, the
   * value is the data alone.
   */
  CLOUDEVENTS_BINARY("cloudevents");

  private final String shown;

  WireFormat(String shown) {
    this.shown = shown;
  }

  /** The format that people know by this name. */
  public static WireFormat named(String name) {
    for (WireFormat each : values()) {
      if (each.shown.equals(name.toLowerCase(Locale.ROOT))) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "Invalid wire format: expected "
            + Arrays.stream(values()).map(WireFormat::toString).collect(Collectors.joining(", "))
            + ", found "
            + name);
  }

  /** Its name for people. */
  @Override
  public String toString() {
    return shown;
  }
}
