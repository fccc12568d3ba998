package dev.cats.ray.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * What others on this host ask of the pool, over HTTP on the loopback interface: {@code GET /pool},
 * {@code POST /pool} with {@code {"size":3}}, {@code GET /health}.
 */
final class PoolServer implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final int BODY_LIMIT = 1024;

  private final Pool pool;
  private final Cluster cluster;
  private final Duration patience;
  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "http");
            thread.setDaemon(true);
            return thread;
          });

  private PoolServer(Pool pool, Cluster cluster, Duration patience, HttpServer server) {
    this.pool = pool;
    this.cluster = cluster;
    this.patience = patience;
    this.server = server;
  }

  /**
   * Listens from now on.
   *
   * @param port 0 for any that is free
   * @param patience how long a pool that is made larger is waited for
   */
  static PoolServer start(Pool pool, Cluster cluster, int port, Duration patience)
      throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(HOST, port), 0);
    } catch (BindException e) {
      throw new IOException("Cannot listen at %s:%d: %s".formatted(HOST, port, e.getMessage()), e);
    }
    PoolServer started = new PoolServer(pool, cluster, patience, server);
    server.setExecutor(started.threads);
    server.createContext("/", started::answer);
    server.start();
    return started;
  }

  URI uri() {
    return URI.create("http://%s:%d".formatted(HOST, server.getAddress().getPort()));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
      if (exchange.getRequestHeaders().containsKey("Origin")) {
        send(exchange, 403, error("Cannot answer a web page: this is for programs of this host"));
        return;
      }
      switch (request) {
        case "GET /pool" -> send(exchange, 200, poolDocument());
        case "POST /pool" -> resize(exchange);
        case "GET /health" -> send(exchange, 200, healthDocument());
        default ->
            send(
                exchange,
                404,
                error("Cannot " + request + ": there are GET /pool, POST /pool and GET /health"));
      }
    }
  }

  private void resize(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(BODY_LIMIT);
    OptionalInt size = Json.size(new String(body, StandardCharsets.UTF_8));
    if (size.isEmpty() || size.getAsInt() > Pool.LIMIT) {
      send(
          exchange,
          400,
          error(
              "Invalid size of the pool: expected {\"size\":N} with 0 to "
                  + Pool.LIMIT
                  + " for N"));
      return;
    }
    pool.resize(size.getAsInt());
    try {
      if (pool.awaitSettled(patience)) {
        send(exchange, 200, poolDocument());
      } else {
        send(exchange, 504, error(shortOf(pool.workers(), pool.size())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Why a pool is not what it is to be. */
  static String shortOf(List<Worker> workers, int size) {
    Stream<String> troubles =
        workers.stream()
            .filter(worker -> !worker.isUp())
            .map(worker -> "%s: %s".formatted(worker.name(), worker.trouble()));
    return "%d of %d workers answer; %s"
        .formatted(
            workers.stream().filter(Worker::isUp).count(),
            size,
            String.join("; ", troubles.toList()));
  }

  private String poolDocument() {
    return "{\"ray\":%s,\"workers\":%s}"
        .formatted(
            Json.text(cluster.toString()),
            Json.list(
                pool.workers().stream().flatMap(worker -> address(worker).stream()).toList()));
  }

  private static Optional<String> address(Worker worker) {
    return worker
        .uri()
        .map(
            uri ->
                "{\"name\":%s,\"uri\":%s}"
                    .formatted(Json.text(worker.name()), Json.text(uri.toString())));
  }

  private String healthDocument() {
    return "{\"ok\":%b,\"ray\":%s,\"size\":%d,\"workers\":%s}"
        .formatted(
            pool.isSettled(),
            Json.text(cluster.toString()),
            pool.size(),
            Json.list(pool.workers().stream().map(PoolServer::health).toList()));
  }

  private static String health(Worker worker) {
    return "{\"name\":%s,\"up\":%b,\"trouble\":%s,\"health\":%s}"
        .formatted(
            Json.text(worker.name()),
            worker.isUp(),
            Json.text(worker.trouble()),
            worker.health().orElse("null"));
  }

  private static String error(String message) {
    return "{\"error\":" + Json.text(message) + "}";
  }

  private static void send(HttpExchange exchange, int status, String document) throws IOException {
    byte[] bytes = (document + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
