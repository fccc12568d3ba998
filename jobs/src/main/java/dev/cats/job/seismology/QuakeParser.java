package dev.cats.job.seismology;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * One GeoJSON feature of the USGS feed, parsed in one pass. Properties that are not used may be
 * there or not and hold anything; those that are used are held to what they mean.
 *
 * <p>A text that is no quake is refused by the first of these rules that it breaks:
 *
 * <table>
 * <caption>Rules</caption>
 * <tr><td>{@code malformed}</td><td>not JSON, not one object, text after it, no GeoJSON Feature, a
 *     property that is used given twice, half a surrogate pair, a magType or place that is no
 *     text</td></tr>
 * <tr><td>{@code missing-id}, {@code invalid-id}</td><td>text, not blank</td></tr>
 * <tr><td>{@code missing-network}, {@code invalid-network}</td><td>text, not blank</td></tr>
 * <tr><td>{@code missing-kind}, {@code invalid-kind}</td><td>text, not blank</td></tr>
 * <tr><td>{@code missing-time}, {@code invalid-time}</td><td>whole milliseconds since 1970, in the
 *     years 1 to 9999</td></tr>
 * <tr><td>{@code missing-magnitude}, {@code invalid-magnitude}</td><td>a number from -10 to 12 with
 *     at most 40 decimal places</td></tr>
 * <tr><td>{@code missing-location}, {@code invalid-location}</td><td>a GeoJSON Point: degrees east,
 *     degrees north and perhaps the depth in kilometres, which may be null</td></tr>
 * </table>
 *
 * <p>A property that is null counts as missing.
 */
final class QuakeParser {
  static final String MALFORMED = "malformed";

  private static final String LOCATION = "location";

  /** One for all: parsers of one factory share the names they have met. */
  private static final JsonFactory JSON = new JsonFactory();

  private final JsonParser json;
  private final JsonValue featureType = new JsonValue("type of the feature");
  private final JsonValue id = new JsonValue("id");
  private final JsonValue properties = new JsonValue("properties");
  private final JsonValue magnitude = new JsonValue("mag");
  private final JsonValue time = new JsonValue("time");
  private final JsonValue network = new JsonValue("net");
  private final JsonValue kind = new JsonValue("type");
  private final JsonValue magnitudeType = new JsonValue("magType");
  private final JsonValue place = new JsonValue("place");
  private final JsonValue geometry = new JsonValue("geometry");
  private final JsonValue geometryType = new JsonValue("type of the geometry");
  private final JsonValue coordinates = new JsonValue("coordinates");
  private final JsonValue longitude = new JsonValue("longitude");
  private final JsonValue latitude = new JsonValue("latitude");
  private final JsonValue depth = new JsonValue("depth");
  private int dimensions;

  private QuakeParser(JsonParser json) {
    this.json = json;
  }

  /** The quake that a feature tells of. */
  static Quake parse(String feature) throws NotAQuake {
    try (JsonParser json = JSON.createParser(feature)) {
      QuakeParser parser = new QuakeParser(json);
      parser.readFeature();
      return parser.quake();
    } catch (JsonProcessingException e) {
      throw new NotAQuake(
          MALFORMED,
          "not JSON at character "
              + (e.getLocation() == null ? 0 : e.getLocation().getCharOffset())
              + ": "
              + e.getOriginalMessage().replaceAll("\\s+", " "));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read a text in memory", e);
    }
  }

  private void readFeature() throws IOException, NotAQuake {
    JsonToken first = json.nextToken();
    if (first == null) {
      throw new NotAQuake(MALFORMED, "expected a GeoJSON feature, found nothing");
    }
    if (first != JsonToken.START_OBJECT) {
      JsonValue found = new JsonValue("feature");
      found.read(json);
      throw new NotAQuake(MALFORMED, found.expected("an object"));
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "type" -> featureType.read(json);
        case "id" -> id.read(json);
        case "properties" -> readProperties();
        case "geometry" -> readGeometry();
        default -> json.skipChildren();
      }
    }
    if (json.nextToken() != null) {
      throw new NotAQuake(
          MALFORMED,
          "expected nothing after the feature, found more at character "
              + json.currentTokenLocation().getCharOffset());
    }
  }

  private void readProperties() throws IOException, NotAQuake {
    if (properties.enter(json) != JsonToken.START_OBJECT) {
      json.skipChildren();
      return;
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "mag" -> magnitude.read(json);
        case "time" -> time.read(json);
        case "net" -> network.read(json);
        case "type" -> kind.read(json);
        case "magType" -> magnitudeType.read(json);
        case "place" -> place.read(json);
        default -> json.skipChildren();
      }
    }
  }

  private void readGeometry() throws IOException, NotAQuake {
    if (geometry.enter(json) != JsonToken.START_OBJECT) {
      json.skipChildren();
      return;
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "type" -> geometryType.read(json);
        case "coordinates" -> readCoordinates();
        default -> json.skipChildren();
      }
    }
  }

  private void readCoordinates() throws IOException, NotAQuake {
    if (coordinates.enter(json) != JsonToken.START_ARRAY) {
      json.skipChildren();
      return;
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      switch (dimensions++) {
        case 0 -> longitude.read(json);
        case 1 -> latitude.read(json);
        case 2 -> depth.read(json);
        default -> json.skipChildren();
      }
    }
  }

  private Quake quake() throws NotAQuake {
    if (!featureType.isText("Feature")) {
      throw new NotAQuake(MALFORMED, featureType.expected("\"Feature\""));
    }
    if (!properties.isObject()) {
      throw new NotAQuake(MALFORMED, properties.expected("an object"));
    }
    String type = magnitudeType.optionalText();
    String where = place.optionalText();
    String event = id.text("id");
    String net = network.text("network");
    String what = kind.text("kind");
    Instant origin = time.time();
    magnitude.require("magnitude");
    double size = magnitude.number("magnitude", -10, 12).doubleValue();
    checkLocation();
    return Quake.newBuilder()
        .setId(event)
        .setNetwork(net)
        .setTime(origin)
        .setKind(what)
        .setMagnitude(size)
        .setMagnitudeText(magnitude.written())
        .setMagnitudeType(type)
        .setLongitude(longitude.number(LOCATION, -180, 180).doubleValue())
        .setLatitude(latitude.number(LOCATION, -90, 90).doubleValue())
        .setDepth(depth.missing() ? null : depth.number(LOCATION, -100, 1000).doubleValue())
        .setPlace(where)
        .build();
  }

  private void checkLocation() throws NotAQuake {
    geometry.require(LOCATION);
    if (!geometry.isObject()) {
      throw geometry.invalid(LOCATION, "a GeoJSON Point");
    }
    if (!geometryType.isText("Point")) {
      throw geometryType.invalid(LOCATION, "\"Point\"");
    }
    coordinates.require(LOCATION);
    if (dimensions < 2 || dimensions > 3) {
      throw new NotAQuake(
          "invalid-" + LOCATION,
          "property coordinates: expected longitude, latitude and perhaps depth, found "
              + (coordinates.isArray() ? dimensions + " of them" : "no array"));
    }
  }
}
