package dev.cats.feed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Single fields of a JSON object, as text. The whole of it is read, so that it is one. */
final class JsonFields {
  private static final JsonFactory JSON = new JsonFactory();

  private final JsonParser json;
  private final Set<String> wanted;
  private final Map<String, String> found = new HashMap<>();

  private JsonFields(JsonParser json, Set<String> wanted) {
    this.json = json;
    this.wanted = wanted;
  }

  /**
   * The fields that are there and not null, by name; that of a nested field has dots in it.
   *
   * @throws Malformed if the text is no JSON object, or a field is neither text nor a number
   */
  static Map<String, String> of(String text, Set<String> wanted) throws Malformed {
    try (JsonParser json = JSON.createParser(text)) {
      JsonFields fields = new JsonFields(json, wanted);
      JsonToken first = json.nextToken();
      if (first != JsonToken.START_OBJECT) {
        throw new Malformed("expected a JSON object, found " + shown(first));
      }
      fields.read("");
      if (json.nextToken() != null) {
        throw new Malformed(
            "expected nothing after the JSON object, found "
                + shown(json.currentToken())
                + column(json.currentTokenLocation().getColumnNr()));
      }
      return fields.found;
    } catch (JsonProcessingException e) {
      throw new Malformed(
          "no JSON: "
              + e.getOriginalMessage()
              + column(e.getLocation() == null ? 0 : e.getLocation().getColumnNr()));
    } catch (IOException e) { // it reads memory
      throw new IllegalStateException("Cannot read a text", e);
    }
  }

  private void read(String path) throws IOException, Malformed {
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = path + json.currentName();
      JsonToken value = json.nextToken();
      if (wanted.contains(name)) {
        take(name, value);
      } else if (value == JsonToken.START_OBJECT && isWithin(name + ".")) {
        read(name + ".");
      } else {
        json.skipChildren();
      }
    }
  }

  private boolean isWithin(String path) {
    return wanted.stream().anyMatch(name -> name.startsWith(path));
  }

  private void take(String name, JsonToken value) throws IOException, Malformed {
    if (value == JsonToken.VALUE_STRING || value.isNumeric()) {
      found.put(name, json.getText());
    } else if (value != JsonToken.VALUE_NULL) {
      throw new Malformed("field " + name + ": expected text or a number, found " + shown(value));
    }
  }

  private static String column(int column) {
    return column > 0 ? " at column " + column : "";
  }

  private static String shown(JsonToken token) {
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "text";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      default -> token.asString();
    };
  }
}
