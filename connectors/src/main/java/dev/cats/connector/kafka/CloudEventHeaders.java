package dev.cats.connector.kafka;

import dev.cats.event.DataInitiativeEvent;
import dev.cats.event.TraceContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.TreeMap;
import javax.annotation.Nullable;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * CloudEvents' Kafka protocol binding 1.0.2 in binary mode: each attribute is a header {@code
 * ce_NAME} in UTF-8, {@code datacontenttype} is {@code content-type}, the value is the data. A
 * header without a value, which Kafka allows, is as if it were not there, and so is a trace that is
 * malformed.
 */
final class CloudEventHeaders {
  static final String SPECVERSION = "ce_specversion";
  private static final String PREFIX = "ce_";
  private static final String CONTENT_TYPE = "content-type";
  private static final String TRACEPARENT = "traceparent";
  private static final String TRACESTATE = "tracestate";

  private CloudEventHeaders() {}

  /** Whether a record says that it is an event in binary mode. */
  static boolean areIn(Headers headers) {
    return value(headers, SPECVERSION) != null;
  }

  /** The last header of a name, where it has a value. */
  @Nullable
  static Header value(Headers headers, String name) {
    Header last = headers.lastHeader(name);
    return last == null || last.value() == null ? null : last;
  }

  static DataInitiativeEvent read(@Nullable byte[] value, Headers headers)
      throws UndecodableException {
    DataInitiativeEvent event = new DataInitiativeEvent();
    event.setExtensions(new HashMap<>());
    event.setInitiative("");
    for (Header header : headers) {
      if (header.value() == null) {
        continue;
      }
      if (header.key().startsWith(PREFIX)) {
        set(event, header.key().substring(PREFIX.length()), text(header));
      } else if (header.key().equalsIgnoreCase(CONTENT_TYPE)) {
        event.setDatacontenttype(text(header));
      }
    }
    if (event.getExtensions().size() > 1) {
      event.setExtensions(new TreeMap<>(event.getExtensions()));
    }
    event.setData(value == null ? null : ByteBuffer.wrap(value));
    return event;
  }

  private static void set(DataInitiativeEvent event, String name, String value)
      throws UndecodableException {
    switch (name) {
      case "specversion" -> event.setSpecversion(value);
      case "id" -> event.setId(value);
      case "source" -> event.setSource(value);
      case "type" -> event.setType(value);
      case "subject" -> event.setSubject(value);
      case "time" -> event.setTime(time(value));
      case "datacontenttype" -> { // not where it belongs; content-type wins
        if (event.getDatacontenttype() == null) {
          event.setDatacontenttype(value);
        }
      }
      case "dataschema" -> event.setDataschema(value);
      case "dataref" -> event.setDataref(value);
      case "initiative" -> event.setInitiative(value);
      case "dataproduct" -> event.setDataproduct(value);
      case TRACEPARENT -> event.setTraceparent(value);
      case TRACESTATE -> event.setTracestate(value);
      default -> event.getExtensions().put(name, value);
    }
  }

  private static Instant time(String text) throws UndecodableException {
    try {
      return OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MICROS);
    } catch (DateTimeException e) {
      throw new UndecodableException(
          "invalid-time",
          "Invalid attribute time: expected one as 2018-04-05T17:31:00Z (RFC 3339), found " + text);
    }
  }

  /** The trace that a record is a part of, where the event itself does not say. */
  static void readTrace(DataInitiativeEvent event, Headers headers) throws UndecodableException {
    if (event.getTraceparent() == null) {
      TraceContext trace = trace(headers, "");
      if (trace != null) {
        event.setTraceparent(trace.traceparent());
        event.setTracestate(trace.tracestate());
      }
    }
  }

  /** The trace that the headers of a record say, whatever else may be wrong with it. */
  @Nullable
  static TraceContext trace(Headers headers) throws UndecodableException {
    TraceContext ofEvent = areIn(headers) ? trace(headers, PREFIX) : null;
    return ofEvent == null ? trace(headers, "") : ofEvent;
  }

  @Nullable
  private static TraceContext trace(Headers headers, String prefix) throws UndecodableException {
    Header parent = value(headers, prefix + TRACEPARENT);
    Header state = value(headers, prefix + TRACESTATE);
    return parent == null
        ? null
        : TraceContext.of(text(parent), state == null ? null : text(state));
  }

  private static String text(Header header) throws UndecodableException {
    String text = new String(header.value(), StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0
        && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), header.value())) {
      throw new UndecodableException(
          "malformed",
          "Invalid header " + header.key() + ": expected text in UTF-8, found other bytes");
    }
    return text;
  }

  static void write(DataInitiativeEvent event, Headers headers) {
    put(headers, SPECVERSION, event.getSpecversion());
    put(headers, "ce_id", event.getId());
    put(headers, "ce_source", event.getSource());
    put(headers, "ce_type", event.getType());
    put(headers, "ce_subject", event.getSubject());
    put(headers, "ce_time", event.getTime() == null ? null : event.getTime().toString());
    put(headers, CONTENT_TYPE, event.getDatacontenttype());
    put(headers, "ce_dataschema", event.getDataschema());
    put(headers, "ce_dataref", event.getDataref());
    put(headers, "ce_initiative", event.getInitiative().isEmpty() ? null : event.getInitiative());
    put(headers, "ce_dataproduct", event.getDataproduct());
    TraceContext trace = TraceContext.of(event);
    if (trace != null) {
      put(headers, "ce_traceparent", trace.traceparent());
      put(headers, "ce_tracestate", trace.tracestate());
    }
    if (!event.getExtensions().isEmpty()) {
      new TreeMap<>(event.getExtensions())
          .forEach((name, value) -> put(headers, PREFIX + name, value));
    }
  }

  static void writeTrace(DataInitiativeEvent event, Headers headers) {
    TraceContext trace = TraceContext.of(event);
    if (trace != null) {
      write(trace, headers);
    }
  }

  /** For a record that does not say itself which trace it is part of. */
  static void writeTrace(TraceContext trace, Headers headers) {
    if (value(headers, TRACEPARENT) == null) {
      write(trace, headers);
    }
  }

  private static void write(TraceContext trace, Headers headers) {
    put(headers, TRACEPARENT, trace.traceparent());
    put(headers, TRACESTATE, trace.tracestate());
  }

  private static void put(Headers headers, String name, @Nullable String value) {
    if (value != null) {
      headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
  }
}
