package dev.cats.cluster;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The few questions to a cluster's REST API that the tests have. */
record RestApi(int port) {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final JsonFactory JSON = new JsonFactory();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** How many TaskManagers the cluster believes in. */
  int taskManagers() throws IOException, InterruptedException {
    return Integer.parseInt(field(get("/overview"), "taskmanagers"));
  }

  /** Takes a jar in; the answer is its id. */
  String upload(Path jar) throws IOException, InterruptedException {
    String boundary = "cats-boundary";
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(
        utf8(
            "--"
                + boundary
                + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\""
                + jar.getFileName()
                + "\"\r\nContent-Type: application/x-java-archive\r\n\r\n"));
    body.writeBytes(Files.readAllBytes(jar));
    body.writeBytes(utf8("\r\n--" + boundary + "--\r\n"));
    String answer =
        send(
            request("/jars/upload")
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
    String stored = field(answer, "filename");
    return stored.substring(stored.lastIndexOf('/') + 1);
  }

  /** Runs an uploaded jar; the answer is the job's id. */
  String run(String jar, int parallelism, List<String> arguments)
      throws IOException, InterruptedException {
    return run(jar, Optional.empty(), parallelism, Optional.empty(), arguments);
  }

  /**
   * Runs a class of an uploaded jar, its own main class by default, from a checkpoint or a
   * savepoint if there is one; the answer is the job's id.
   */
  String run(
      String jar,
      Optional<Class<?>> main,
      int parallelism,
      Optional<Path> from,
      List<String> arguments)
      throws IOException, InterruptedException {
    StringWriter body = new StringWriter();
    try (var json = JSON.createGenerator(body)) {
      json.writeStartObject();
      if (main.isPresent()) {
        json.writeStringField("entryClass", main.get().getName());
      }
      if (from.isPresent()) {
        json.writeStringField("savepointPath", from.get().toUri().toString());
      }
      json.writeNumberField("parallelism", parallelism);
      json.writeArrayFieldStart("programArgsList");
      for (String argument : arguments) {
        json.writeString(argument);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return field(
        send(
            request("/jars/" + jar + "/run")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))),
        "jobid");
  }

  /** The state of a job: RUNNING, FINISHED, … */
  String state(String job) throws IOException, InterruptedException {
    return field(get("/jobs/" + job), "state");
  }

  /** From how many checkpoints a job was restored so far. */
  int restores(String job) throws IOException, InterruptedException {
    return Integer.parseInt(at(get("/jobs/" + job + "/checkpoints"), "/counts/restored"));
  }

  /** The number of the checkpoint that a job was restored from last. */
  long restored(String job) throws IOException, InterruptedException {
    return Long.parseLong(at(get("/jobs/" + job + "/checkpoints"), "/latest/restored/id"));
  }

  /** Begins to stop a job with a savepoint; the answer is a name to ask for that. */
  String stop(String job, Path folder) throws IOException, InterruptedException {
    StringWriter body = new StringWriter();
    try (var json = JSON.createGenerator(body)) {
      json.writeStartObject();
      json.writeStringField("targetDirectory", folder.toUri().toString());
      json.writeBooleanField("drain", false);
      json.writeEndObject();
    }
    return field(
        send(
            request("/jobs/" + job + "/stop")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))),
        "request-id");
  }

  /** Where the savepoint is that a job was stopped with, once it is complete. */
  Optional<Path> stopped(String job, String request) throws IOException, InterruptedException {
    String answer = get("/jobs/" + job + "/savepoints/" + request);
    if (!at(answer, "/status/id").equals("COMPLETED")) {
      return Optional.empty();
    }
    if (answer.contains("failure-cause")) {
      throw new IOException("Cannot stop job " + job + ": " + answer.replace("\\n", "\n"));
    }
    return Optional.of(Path.of(URI.create(at(answer, "/operation/location"))));
  }

  private String get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).timeout(PATIENCE);
  }

  private static String send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(
          "Cannot ask "
              + answer.uri()
              + ": HTTP "
              + answer.statusCode()
              + "\n"
              + answer.body().replace("\\n", "\n"));
    }
    return answer.body();
  }

  /** The first value of a field of this name, at any depth. */
  private static String field(String json, String name) throws IOException {
    try (JsonParser parser = JSON.createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME && parser.currentName().equals(name)) {
          parser.nextToken();
          return parser.getText();
        }
      }
    }
    throw new IOException("Cannot find " + name + " in " + json);
  }

  /** The value at a place, such as {@code /latest/restored/id}. */
  private static String at(String json, String place) throws IOException {
    try (JsonParser parser = JSON.createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isScalarValue()
            && parser.getParsingContext().pathAsPointer().toString().equals(place)) {
          return parser.getText();
        }
      }
    }
    throw new IOException("Cannot find " + place + " in " + json);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
