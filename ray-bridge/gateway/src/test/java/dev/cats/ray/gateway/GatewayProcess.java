package dev.cats.ray.gateway;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A gateway as it is run: a JVM of its own, whose class path is its classes and Ray's runtime. */
final class GatewayProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 180;
  private static final Pattern WORKER =
      Pattern.compile("\\{\"name\":\"(cats-worker-\\d+)\",\"uri\":\"grpc://127.0.0.1:(\\d+)\"}");
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final Process process;
  private final Path output;
  private final Path errors;

  private GatewayProcess(Process process, Path output, Path errors) {
    this.process = process;
    this.output = output;
    this.errors = errors;
  }

  /** Starts one, and does not wait for it. */
  static GatewayProcess start(Path folder, String runtime, List<String> options)
      throws IOException {
    String classes = Path.of("target/classes").toAbsolutePath().toString();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx128m");
    command.add("-cp");
    command.add(classes + System.getProperty("path.separator") + runtime);
    command.add(Gateway.class.getName());
    command.addAll(options);
    Path output = Files.createTempFile(folder, "gateway", ".out");
    Path errors = Files.createTempFile(folder, "gateway", ".err");
    ProcessBuilder builder = new ProcessBuilder(command);
    RayHead.authenticate(builder);
    builder.directory(folder.toFile());
    builder.redirectOutput(output.toFile()).redirectError(errors.toFile());
    return new GatewayProcess(builder.start(), output, errors);
  }

  /** Waits until it listens. */
  GatewayProcess listening() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!output().startsWith("LISTENING ") || !output().endsWith("\n")) {
      if (System.nanoTime() > end || process.waitFor(100, TimeUnit.MILLISECONDS)) {
        throw new IOException("Cannot start the gateway:\n" + errors());
      }
    }
    return this;
  }

  /** The ports of the workers that it names. */
  Map<String, Integer> workers() throws IOException, InterruptedException {
    return workers(get("/pool").body());
  }

  /** Has it scale the pool, and gives the ports of the workers then. */
  Map<String, Integer> resize(int size) throws IOException, InterruptedException {
    HttpResponse<String> answer = post("/pool", "{\"size\":" + size + "}");
    if (answer.statusCode() != 200) {
      throw new IOException("Cannot scale: " + answer.body() + errors());
    }
    return workers(answer.body());
  }

  private static Map<String, Integer> workers(String document) {
    Map<String, Integer> ports = new TreeMap<>();
    Matcher matcher = WORKER.matcher(document);
    while (matcher.find()) {
      ports.put(matcher.group(1), Integer.valueOf(matcher.group(2)));
    }
    return ports;
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri().resolve(path)).build());
  }

  HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(uri().resolve(path)).POST(BodyPublishers.ofString(body)).build());
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  URI uri() throws IOException {
    return URI.create(output().substring("LISTENING ".length()).strip());
  }

  String output() throws IOException {
    return Files.readString(output);
  }

  /** How it went. */
  String errors() throws IOException {
    return Files.readString(errors);
  }

  /** Waits for its end, and gives its exit code. */
  int exitCode() throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("The gateway does not end:\n" + errors());
    }
    return process.exitValue();
  }

  /** Ends it without a warning. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
