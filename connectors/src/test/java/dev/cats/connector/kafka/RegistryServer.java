package dev.cats.connector.kafka;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A schema registry over HTTP that knows as much of Confluent's API as Flink's client asks for:
 * {@code GET /schemas/ids/N} and {@code POST /subjects/S/versions}.
 */
public final class RegistryServer implements Closeable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern BY_ID = Pattern.compile("/schemas/ids/(\\d+)");
  private static final Pattern REGISTER = Pattern.compile("/subjects/([^/]+)/versions");

  private final HttpServer server;
  private final Map<Integer, ObjectNode> schemas = new ConcurrentHashMap<>();
  private final Map<String, Integer> subjects = Collections.synchronizedMap(new LinkedHashMap<>());
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private volatile int broken;

  public RegistryServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Knows a schema of Avro by this number. */
  void add(int id, String schema) {
    schemas.put(id, JSON.createObjectNode().put("schema", schema));
  }

  void addJsonSchema(int id) {
    schemas.put(
        id,
        JSON.createObjectNode().put("schema", "{\"type\":\"object\"}").put("schemaType", "JSON"));
  }

  /** From now on it answers with this status and nothing else; 0 mends it. */
  void breakWith(int status) {
    broken = status;
  }

  /** What was asked, and by whom. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  Map<String, Integer> subjects() {
    return Map.copyOf(subjects);
  }

  String schema(int id) {
    return schemas.get(id).get("schema").asText();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      byte[] body = exchange.getRequestBody().readAllBytes();
      String user = exchange.getRequestHeaders().getFirst("Authorization");
      requests.add(exchange.getRequestMethod() + " " + path + (user == null ? "" : " " + user));
      Matcher byId = BY_ID.matcher(path);
      Matcher register = REGISTER.matcher(path);
      if (broken != 0) {
        send(exchange, broken, error(broken * 100 + 1, "Broken"));
      } else if (byId.matches()) {
        ObjectNode schema = schemas.get(Integer.parseInt(byId.group(1)));
        send(
            exchange,
            schema == null ? 404 : 200,
            schema == null ? error(40403, "Schema " + byId.group(1) + " not found") : schema);
      } else if (register.matches()) {
        int id = schemas.size() + 1;
        add(id, JSON.readTree(body).get("schema").asText());
        subjects.put(register.group(1), id);
        send(exchange, 200, JSON.createObjectNode().put("id", id));
      } else {
        send(exchange, 404, error(404, "HTTP 404 Not Found"));
      }
    }
  }

  private static ObjectNode error(int code, String message) {
    return JSON.createObjectNode().put("error_code", code).put("message", message);
  }

  private static void send(HttpExchange exchange, int status, ObjectNode body) throws IOException {
    byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
