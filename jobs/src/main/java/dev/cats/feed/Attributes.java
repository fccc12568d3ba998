package dev.cats.feed;

import java.util.Objects;
import java.util.Optional;

/**
 * What the events of a file are to have as attributes, where it is not what their format has.
 *
 * @param id the field that holds the id, with dots between the names of nested ones
 * @param subject the field that holds the subject
 * @param time the field that holds the time: milliseconds since 1970, or as RFC 3339 has it
 */
public record Attributes(
    Optional<String> source,
    Optional<String> type,
    Optional<String> id,
    Optional<String> subject,
    Optional<String> time,
    Optional<String> initiative,
    Optional<String> dataproduct) {

  public static final Attributes NONE = of(null, null, null, null, null, null, null);

  public Attributes {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(subject, "subject");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(initiative, "initiative");
    Objects.requireNonNull(dataproduct, "dataproduct");
  }

  /** Each of them may be null. */
  public static Attributes of(
      String source,
      String type,
      String id,
      String subject,
      String time,
      String initiative,
      String dataproduct) {
    return new Attributes(
        Optional.ofNullable(source),
        Optional.ofNullable(type),
        Optional.ofNullable(id),
        Optional.ofNullable(subject),
        Optional.ofNullable(time),
        Optional.ofNullable(initiative),
        Optional.ofNullable(dataproduct));
  }
}
