package dev.cats.connector.kafka;

import dev.cats.event.DataInitiativeEvent;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/** What CloudEvents 1.0 asks of an event, whichever format it came in. */
final class EventRules {
  static final String SPECVERSION = "1.0";

  /** The years of RFC 3339, in which the binary mode has to say the time. */
  private static final long YEAR_0 = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();

  private static final long YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z").getEpochSecond();

  /** The names of attributes, which no extension may have: in binary mode it would be one. */
  private static final Set<String> RESERVED =
      EventCodec.SCHEMA.getFields().stream()
          .map(Schema.Field::name)
          .filter(name -> !name.equals("extensions"))
          .collect(Collectors.toUnmodifiableSet());

  private EventRules() {}

  static void check(DataInitiativeEvent event) throws UndecodableException {
    if (!SPECVERSION.equals(event.getSpecversion())) {
      throw new UndecodableException(
          "invalid-specversion",
          "Invalid attribute specversion: expected 1.0, found " + event.getSpecversion());
    }
    present("id", event.getId());
    present("source", event.getSource());
    present("type", event.getType());
    Instant time = event.getTime();
    if (time != null && (time.getEpochSecond() < YEAR_0 || time.getEpochSecond() >= YEAR_10000)) {
      throw new UndecodableException(
          "invalid-time",
          "Invalid attribute time: expected one in the years 0 to 9999, found " + time);
    }
    if (event.getInitiative() == null) {
      throw new UndecodableException(
          "missing-initiative",
          "Missing attribute initiative: one that belongs to none has an empty text");
    }
    extensions(event.getExtensions());
  }

  private static void extensions(Map<String, String> extensions) throws UndecodableException {
    if (extensions == null) {
      throw new UndecodableException(
          "invalid-extension", "Invalid extension attributes: expected a map, found null");
    }
    if (extensions.isEmpty()) {
      return;
    }
    for (Map.Entry<String, String> each : extensions.entrySet()) {
      if (!isName(each.getKey())) {
        throw new UndecodableException(
            "invalid-extension",
            "Invalid extension attribute: expected a name of lower-case letters and digits, found "
                + each.getKey());
      }
      if (RESERVED.contains(each.getKey())) {
        throw new UndecodableException(
            "invalid-extension",
            "Invalid extension attribute: expected a name that no attribute has, found "
                + each.getKey());
      }
      if (each.getValue() == null) {
        throw new UndecodableException(
            "invalid-extension",
            "Invalid extension attribute " + each.getKey() + ": expected a text, found null");
      }
    }
  }

  private static void present(String attribute, String value) throws UndecodableException {
    if (value == null || value.isEmpty()) {
      throw new UndecodableException(
          "missing-" + attribute,
          "Missing attribute " + attribute + ": CloudEvents requires one that is not empty");
    }
  }

  private static boolean isName(String name) {
    if (name == null) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
        return false;
      }
    }
    return !name.isEmpty();
  }
}
