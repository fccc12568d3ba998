package dev.cats.content;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The vectors that {@code src/test/vectors/make.mjs} wrote, and DAG-JSON as nodes, which only tests
 * need to read.
 */
final class Vectors {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS);

  private Vectors() {}

  static JsonNode read(String name) throws IOException {
    try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + name)) {
      return JSON.readTree(in);
    }
  }

  static Node fromDagJson(String text) throws Exception {
    return node(JSON.readTree(text));
  }

  private static Node node(JsonNode json) throws DecodeException {
    return switch (json.getNodeType()) {
      case NULL -> Node.NULL;
      case BOOLEAN -> Node.of(json.asBoolean());
      case STRING -> Node.of(json.asText());
      case NUMBER ->
          json.isIntegralNumber() ? Node.of(json.bigIntegerValue()) : Node.of(json.doubleValue());
      case ARRAY -> {
        List<Node> items = new ArrayList<>();
        for (JsonNode item : json) {
          items.add(node(item));
        }
        yield Node.list(items);
      }
      case OBJECT -> object(json);
      default -> throw new DecodeException("Invalid JSON: " + json);
    };
  }

  private static Node object(JsonNode json) throws DecodeException {
    JsonNode slash = json.get("/");
    if (slash != null && slash.isTextual()) {
      return Node.link(Cid.parse(slash.asText()));
    }
    if (slash != null && slash.has("bytes")) {
      return Node.of(Bytes.wrap(Base64.getDecoder().decode(slash.get("bytes").asText())));
    }
    Node.MapBuilder map = Node.map();
    for (var field : json.properties()) {
      map.put(field.getKey(), node(field.getValue()));
    }
    return map.build();
  }
}
