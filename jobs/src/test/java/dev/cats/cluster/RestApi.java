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
    StringWriter body = new StringWriter();
    try (var json = JSON.createGenerator(body)) {
      json.writeStartObject();
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

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
