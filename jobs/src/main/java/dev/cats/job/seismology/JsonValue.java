package dev.cats.job.seismology;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * One named value of a feature as the text has it, and what it may be asked to be. A value that is
 * null counts as missing; one that is there but something else is refused with what was expected
 * and what was found.
 */
final class JsonValue {
  private static final int LONGEST_QUOTE = 60;
  private static final int MOST_PLACES = 40;
  private static final long YEAR_1 = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();
  private static final long YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z").toEpochMilli();

  private final String property;
  private JsonToken token;
  private String text;

  JsonValue(String property) {
    this.property = property;
  }

  /** Takes the parser's current value; of an object or an array only that it is one. */
  void read(JsonParser json) throws IOException, NotAQuake {
    enter(json);
    json.skipChildren();
  }

  /** Takes the parser's current value and, if it opens an object or array, stays at its start. */
  JsonToken enter(JsonParser json) throws IOException, NotAQuake {
    if (token != null) {
      throw new NotAQuake(QuakeParser.MALFORMED, "property " + property + " is given twice");
    }
    token = json.currentToken();
    if (token.isScalarValue()) {
      text = json.getText();
      if (token == JsonToken.VALUE_STRING && !isUnicode(text)) {
        throw new NotAQuake(
            QuakeParser.MALFORMED, "property " + property + " holds half a surrogate pair");
      }
    }
    return token;
  }

  boolean missing() {
    return token == null || token == JsonToken.VALUE_NULL;
  }

  boolean isObject() {
    return token == JsonToken.START_OBJECT;
  }

  boolean isArray() {
    return token == JsonToken.START_ARRAY;
  }

  boolean isText(String expected) {
    return token == JsonToken.VALUE_STRING && text.equals(expected);
  }

  /** Its text, which must not be blank. */
  String text(String rule) throws NotAQuake {
    require(rule);
    if (token != JsonToken.VALUE_STRING || text.isBlank()) {
      throw invalid(rule, "text");
    }
    return text;
  }

  /** Its text, or null where it is missing. */
  String optionalText() throws NotAQuake {
    if (missing()) {
      return null;
    }
    if (token != JsonToken.VALUE_STRING) {
      throw new NotAQuake(QuakeParser.MALFORMED, expected("text or null"));
    }
    return text;
  }

  /** Its time in whole milliseconds since 1970, in the years 1 to 9999. */
  Instant time() throws NotAQuake {
    require("time");
    String expected = "whole milliseconds since 1970 in the years 1 to 9999";
    if (token != JsonToken.VALUE_NUMBER_INT || text.length() > 16) {
      throw invalid("time", expected);
    }
    long millis = Long.parseLong(text);
    if (millis < YEAR_1 || millis >= YEAR_10000) {
      throw invalid("time", expected);
    }
    return Instant.ofEpochMilli(millis);
  }

  /** Its number as written, from {@code least} to {@code most}, both included. */
  BigDecimal number(String rule, int least, int most) throws NotAQuake {
    String expected = "a number from " + least + " to " + most;
    if (token == null || !token.isNumeric()) {
      throw invalid(rule, expected);
    }
    BigDecimal number;
    try {
      number = new BigDecimal(text);
    } catch (NumberFormatException e) { // an exponent beyond an int
      throw invalid(rule, expected);
    }
    // The scale first: to compare 1e999999999 with 12 is more work than it looks.
    if (number.scale() < -MOST_PLACES || number.scale() > MOST_PLACES) {
      throw invalid(rule, expected + " with at most " + MOST_PLACES + " decimal places");
    }
    if (number.compareTo(BigDecimal.valueOf(least)) < 0
        || number.compareTo(BigDecimal.valueOf(most)) > 0) {
      throw invalid(rule, expected);
    }
    return number;
  }

  /** What the text has, as written. */
  String written() {
    return text;
  }

  void require(String rule) throws NotAQuake {
    if (missing()) {
      throw new NotAQuake(
          "missing-" + rule,
          "property " + property + (token == null ? " is not there" : " is null"));
    }
  }

  NotAQuake invalid(String rule, String expected) {
    return new NotAQuake("invalid-" + rule, expected(expected));
  }

  String expected(String expected) {
    return "property " + property + ": expected " + expected + ", found " + found();
  }

  private String found() {
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> '"' + shortened() + '"';
      default -> shortened();
    };
  }

  private String shortened() {
    if (text.length() <= LONGEST_QUOTE) {
      return text;
    }
    int end =
        Character.isHighSurrogate(text.charAt(LONGEST_QUOTE - 1))
            ? LONGEST_QUOTE - 1
            : LONGEST_QUOTE;
    return text.substring(0, end) + "…";
  }

  private static boolean isUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }
}
