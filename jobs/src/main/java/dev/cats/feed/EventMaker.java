package dev.cats.feed;

import dev.cats.event.DataInitiativeEvent;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes events of the parts of one file, numbered from 0. What a feature's attributes are is known;
 * for other formats it has to be said.
 */
final class EventMaker {
  private static final Instant YEAR_0 = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

  private final FileFormat format;
  private final Attributes asked;
  private final String source;
  private final Optional<String> id;
  private final Optional<String> subject;
  private final Optional<String> time;
  private long number;

  EventMaker(Path file, FileFormat format, Attributes asked) {
    this.format = format;
    this.asked = asked;
    this.source = asked.source().orElseGet(() -> uri(file.getFileName().toString()));
    boolean features = format == FileFormat.GEOJSON;
    this.id = asked.id().or(() -> features ? Optional.of("id") : Optional.empty());
    this.subject =
        asked.subject().or(() -> features ? Optional.of("properties.net") : Optional.empty());
    this.time = asked.time().or(() -> features ? Optional.of("properties.time") : Optional.empty());
  }

  /** A file's name as a reference that a URI may be made of. */
  private static String uri(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The fields that attributes are in. */
  Set<String> fields() {
    Set<String> fields = new HashSet<>();
    id.ifPresent(fields::add);
    subject.ifPresent(fields::add);
    time.ifPresent(fields::add);
    return fields;
  }

  /** The event of a part that could be read; it may still lack what it was said to have. */
  Entry entry(String place, Map<String, String> fields, ByteBuffer data) {
    DataInitiativeEvent event = event(data);
    try {
      if (id.isPresent()) {
        String given = field(fields, id, asked.id());
        if (given != null && !given.isEmpty()) {
          event.setId(given);
        } else if (given != null) {
          throw new Malformed("field " + id.get() + ": expected an id, found nothing");
        }
      }
      event.setSubject(field(fields, subject, asked.subject()));
      String at = field(fields, time, asked.time());
      event.setTime(at == null ? null : time(at));
    } catch (Malformed e) {
      return new Entry(place, event, Optional.of(e.getMessage()));
    }
    return new Entry(place, event, Optional.empty());
  }

  /** The event of a part that could not be read: its data alone. */
  Entry malformed(String place, Malformed fault, ByteBuffer data) {
    return new Entry(place, event(data), Optional.of(fault.getMessage()));
  }

  private DataInitiativeEvent event(ByteBuffer data) {
    DataInitiativeEvent event = new DataInitiativeEvent();
    event.setSpecversion("1.0");
    event.setId(Long.toString(number++));
    event.setSource(source);
    event.setType(asked.type().orElse(format.type()));
    event.setDatacontenttype(format.contentType());
    event.setInitiative(asked.initiative().orElse(""));
    event.setDataproduct(asked.dataproduct().orElse(null));
    event.setExtensions(new HashMap<>());
    event.setData(data);
    return event;
  }

  /** A field's text, or null. A field that was asked for has to be there. */
  private static String field(
      Map<String, String> fields, Optional<String> name, Optional<String> asked) throws Malformed {
    String text = name.map(fields::get).orElse(null);
    if (text == null && asked.isPresent()) {
      throw new Malformed("field " + asked.get() + " is not there");
    }
    return text;
  }

  private Instant time(String text) throws Malformed {
    Instant at;
    try {
      at =
          text.matches("-?\\d{1,15}")
              ? Instant.ofEpochMilli(Long.parseLong(text))
              : OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MICROS);
    } catch (DateTimeException e) {
      at = YEAR_10000;
    }
    if (at.isBefore(YEAR_0) || !at.isBefore(YEAR_10000)) {
      throw new Malformed(
          "field "
              + time.orElseThrow()
              + ": expected milliseconds since 1970 or a time as 2018-04-05T17:31:00Z, found "
              + text);
    }
    return at;
  }
}
