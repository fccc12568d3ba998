package dev.cats.connector.kafka;

import dev.cats.event.DataInitiativeEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** Events that tests write and read. */
final class Events {
  private Events() {}

  /** An event with every attribute. */
  static DataInitiativeEvent full() {
    return DataInitiativeEvent.newBuilder()
        .setId("ci37868330")
        .setSource("https://earthquake.usgs.gov/feed")
        .setType("org.geojson.feature")
        .setSubject("ci")
        .setTime(Instant.parse("2018-02-01T00:00:00.123456Z"))
        .setDatacontenttype("application/geo+json")
        .setDataschema("https://geojson.org/schema/Feature.json")
        .setDataref("ipfs://bafy")
        .setInitiative("usgs-seismology")
        .setDataproduct("catalogue")
        .setTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .setTracestate("rojo=00f067aa0ba902b7")
        .setExtensions(new TreeMap<>(Map.of("region", "Süd-Kalifornien", "network", "ci")))
        .setData(utf8("{\"type\":\"Feature\"}"))
        .build();
  }

  /** An event with what has to be there. */
  static DataInitiativeEvent least() {
    return DataInitiativeEvent.newBuilder().setId("1").setSource("s").setType("t").build();
  }

  static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
