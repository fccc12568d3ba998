package dev.cats.connector.ipfs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cats.content.Bytes;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Calls of Kubo's RPC: {@code POST /api/v0/COMMAND?arg=…&option=…}, with a token where one was
 * given, and what Kubo says when it refuses, as exceptions.
 */
final class KuboRpc implements Closeable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> PASSING = Set.of(429, 500, 502, 503, 504);
  private static final String BOUNDARY = "cats-4f1c0d5e7b9a";

  private final String base;
  private final Optional<String> token;
  private final PatientHttp http;

  /**
   * @param base where it is, without a path
   */
  KuboRpc(URI base, Optional<String> token, Patience patience) {
    this.base = base.toString();
    this.token = token;
    this.http = new PatientHttp(describe(), patience, HttpClient.Redirect.NEVER, PASSING);
  }

  String describe() {
    return "Kubo at " + base;
  }

  /** One call. Options are kept in the order in which they are given. */
  Call call(String command, String what) {
    return new Call(command, what);
  }

  final class Call {
    private final String command;
    private final String what;
    private final List<String> query = new ArrayList<>();
    private Content body;
    private boolean harmless = true;

    private Call(String command, String what) {
      this.command = command;
      this.what = what;
    }

    Call arg(Object value) {
      return option("arg", value);
    }

    Call option(String name, Object value) {
      query.add(name + "=" + URLEncoder.encode(value.toString(), StandardCharsets.UTF_8));
      return this;
    }

    /** A file to send along. */
    Call file(Content content) {
      body = new OnePart(content);
      return this;
    }

    /** Not to be sent a second time, as a first one that seemed to fail may have arrived. */
    Call once() {
      harmless = false;
      return this;
    }

    /** The answer; more than this many bytes are an error. */
    Bytes bytes(int limit) throws IOException {
      PatientHttp.Answer answer = http.ask(question(), limit);
      check(answer);
      if (answer.cut()) {
        throw new IOException(
            "Cannot %s: %s answers with more than %d bytes".formatted(what, describe(), limit));
      }
      return answer.body();
    }

    /** The last of the JSON values that the answer has, one per line. */
    JsonNode json(int limit) throws IOException {
      String text = new String(bytes(limit).toArray(), StandardCharsets.UTF_8).strip();
      String last = text.substring(text.lastIndexOf('\n') + 1);
      if (last.isEmpty()) {
        return JSON.missingNode();
      }
      try {
        return JSON.readTree(last);
      } catch (JsonProcessingException e) {
        throw new IOException(
            "Cannot %s: %s answers with no JSON: %s".formatted(what, describe(), last), e);
      }
    }

    /** The answer as a file. */
    void into(Path file) throws IOException {
      check(http.askInto(file, question()));
    }

    private PatientHttp.Question question() {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(
              URI.create(base + "/api/v0/" + command + "?" + String.join("&", query)));
      token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
      if (body == null) {
        request.POST(BodyPublishers.noBody());
      } else {
        request.header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY);
      }
      return new PatientHttp.Question(what, request, body, harmless);
    }

    private void check(PatientHttp.Answer answer) throws IOException {
      if (answer.status() == 200) {
        return;
      }
      String said = said(answer);
      String message =
          switch (answer.status()) {
            case 401, 403 ->
                "%s refuses it with %d (%s)\nGive the token that its API.Authorizations knows, in CATS_KUBO_TOKEN or as ?token-file=FILE; it has to allow /api/v0/%s."
                    .formatted(describe(), answer.status(), said, command);
            case 404 ->
                "%s does not know the call %s (404: %s)\nIs this its RPC, and not its gateway?"
                    .formatted(describe(), command, said);
            default ->
                said.isEmpty()
                    ? "%s answers %d".formatted(describe(), answer.status())
                    : "%s answers %d: %s".formatted(describe(), answer.status(), said);
          };
      throw new KuboException("Cannot " + what + ": " + message, answer.status(), said);
    }

    private static String said(PatientHttp.Answer answer) {
      try {
        JsonNode message = JSON.readTree(answer.body().toArray()).path("Message");
        return message.isTextual() ? message.asText() : answer.words();
      } catch (IOException e) {
        return answer.words(); // a proxy, or Kubo before it looks at a command
      }
    }
  }

  /** One file as the only part of a form, which is how Kubo takes files. */
  private record OnePart(Content content) implements Content {
    private static final byte[] BEFORE =
        ("--"
                + BOUNDARY
                + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] AFTER =
        ("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII);

    @Override
    public long size() {
      return BEFORE.length + content.size() + AFTER.length;
    }

    @Override
    public InputStream open() throws IOException {
      return new SequenceInputStream(
          Collections.enumeration(
              List.of(
                  new ByteArrayInputStream(BEFORE),
                  content.open(),
                  new ByteArrayInputStream(AFTER))));
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
