package dev.cats.connector.ipfs;

import dev.cats.content.Bytes;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests to one server that may be slow, hang, be away or be overloaded, over {@code
 * java.net.http}.
 *
 * <p>A request counts as hanging when no byte has moved in either direction for a while, however
 * long it takes in all: an import of a large segment is slow and fine. What is harmless to repeat
 * is repeated after a connection that failed and after an answer that says nothing of the next
 * attempt, with pauses that grow; all else is not. Bodies stream: of a request there is never more
 * in memory than a few buffers, and an answer is either bounded or goes into a file.
 *
 * <p>Safe for use by several threads, each of which may be interrupted.
 */
final class PatientHttp implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(PatientHttp.class);
  private static final int MAX_WORDS = 300;
  private static final int MAX_MESSAGE = 1 << 16;
  private static final int LOOKS = 20;

  private final String server;
  private final Patience patience;
  private final Set<Integer> passing;
  private final HttpClient client;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param server in words, for messages: {@code Kubo at http://127.0.0.1:5001}
   * @param passing the statuses that say nothing of the next attempt
   */
  PatientHttp(
      String server, Patience patience, HttpClient.Redirect redirects, Set<Integer> passing) {
    this.server = server;
    this.passing = passing;
    this.patience = patience;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(patience.connect())
            .followRedirects(redirects)
            .build();
  }

  /**
   * @param body as much of it as was asked for
   * @param cut whether there was more
   */
  record Answer(int status, Bytes body, boolean cut) {
    /** The body as a line, for messages. */
    String words() {
      String line =
          new String(body.toArray(), StandardCharsets.UTF_8).strip().replaceAll("\\s+", " ");
      return line.length() > MAX_WORDS ? line.substring(0, MAX_WORDS) + "…" : line;
    }
  }

  /**
   * One thing that is asked.
   *
   * @param what is to be done, for messages: {@code import segment 17}
   * @param request without its body, where it has one
   * @param body null for none
   * @param harmless whether it may be sent again after it failed, though it may have arrived
   */
  record Question(String what, HttpRequest.Builder request, Content body, boolean harmless) {}

  /** Asks, and waits for the whole answer, of which no more than this many bytes are read. */
  Answer ask(Question question, int limit) throws IOException {
    return again(question, (head, moved) -> AnswerBody.inMemory(limit, moved));
  }

  /** Asks, with an answer of any size that goes into a file if its status is 200. */
  Answer askInto(Path file, Question question) throws IOException {
    return again(
        question,
        (head, moved) ->
            head.statusCode() == 200
                ? AnswerBody.into(file, moved)
                : AnswerBody.inMemory(MAX_MESSAGE, moved));
  }

  @FunctionalInterface
  private interface Reading {
    AnswerBody of(HttpResponse.ResponseInfo head, AtomicLong moved);
  }

  /** An attempt that failed in a way that says nothing of the next. */
  private static final class PassingException extends IOException {
    private static final long serialVersionUID = 1;
    private final boolean sent;

    PassingException(String why, boolean sent, Throwable cause) {
      super(why, cause);
      this.sent = sent;
    }
  }

  /** Whether the server, or what stands before it, only says that it cannot answer now. */
  private boolean isPassing(Answer answer) {
    // What Kubo has to say of a request is JSON, with a 500 too.
    return passing.contains(answer.status())
        && (answer.status() != 500 || !answer.words().startsWith("{"));
  }

  private Answer again(Question question, Reading reading) throws IOException {
    long start = System.nanoTime();
    for (int failed = 1; ; failed++) {
      boolean last = failed >= patience.attempts();
      try {
        Answer answer = once(question, reading);
        if (!isPassing(answer) || !question.harmless() || last) {
          return answer;
        }
        LOG.debug("{} answered {}, asked to {}", server, answer.status(), question.what());
      } catch (PassingException e) {
        // What never left is harmless to send again, whatever it is.
        if (last || (!question.harmless() && e.sent)) {
          throw new IOException(
              "Cannot %s: %s %s%s"
                  .formatted(question.what(), server, e.getMessage(), tried(failed, start)),
              e.getCause());
        }
        LOG.debug("{} {}, asked to {}", server, e.getMessage(), question.what(), e);
      }
      pause(question, failed);
    }
  }

  private static String tried(int times, long start) {
    return times == 1
        ? ""
        : String.format(
            Locale.ROOT, " (tried %d times in %.1f s)", times, (System.nanoTime() - start) / 1e9);
  }

  private void pause(Question question, int failed) throws IOException {
    try {
      if (closed.await(patience.pause(failed).toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(
            "Cannot %s: the client of %s was closed".formatted(question.what(), server));
      }
    } catch (InterruptedException e) {
      throw interrupted(question, e);
    }
  }

  private Answer once(Question question, Reading reading) throws IOException {
    AtomicLong moved = new AtomicLong();
    HttpRequest.Builder request = question.request().copy();
    SentBody body = question.body() == null ? null : new SentBody(question.body(), moved);
    if (body != null) {
      request.POST(body.publisher());
    }
    BodyHandler<AnswerBody.Taken> handler = head -> reading.of(head, moved);
    CompletableFuture<HttpResponse<AnswerBody.Taken>> future =
        client.sendAsync(request.build(), handler);
    try {
      HttpResponse<AnswerBody.Taken> response = await(future, moved);
      return new Answer(response.statusCode(), response.body().bytes(), response.body().cut());
    } catch (InterruptedException e) {
      throw interrupted(question, e);
    } catch (ExecutionException e) {
      throw failed(question, e.getCause(), moved.get());
    } finally {
      future.cancel(true); // of what is done already, this is nothing
      if (body != null) {
        body.close();
      }
    }
  }

  private HttpResponse<AnswerBody.Taken> await(
      CompletableFuture<HttpResponse<AnswerBody.Taken>> future, AtomicLong moved)
      throws IOException, InterruptedException, ExecutionException {
    long silence = patience.silence().toNanos();
    long seen = 0;
    long since = System.nanoTime();
    while (true) {
      try {
        return future.get(Math.max(1, silence / LOOKS), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        long now = moved.get();
        if (now != seen) {
          seen = now;
          since = System.nanoTime();
        } else if (System.nanoTime() - since > silence) {
          throw new PassingException(
              String.format(
                  Locale.ROOT,
                  "hangs: nothing for %s, after %,d bytes",
                  in(patience.silence()),
                  seen),
              true,
              e);
        }
      }
    }
  }

  private static String in(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }

  private static IOException failed(Question question, Throwable thrown, long moved) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof AnswerBody.LocalException) {
        return new IOException(
            "Cannot %s: %s".formatted(question.what(), cause.getMessage()), cause.getCause());
      }
    }
    if (thrown instanceof ConnectException || thrown instanceof HttpConnectTimeoutException) {
      String why = thrown.getMessage() == null ? "connection refused" : thrown.getMessage();
      return new PassingException("cannot be reached (" + why + ")", false, thrown);
    }
    if (thrown instanceof IOException) {
      return new PassingException(
          String.format(
              Locale.ROOT,
              "broke the connection off after %,d bytes (%s)",
              moved,
              thrown.getMessage()),
          true,
          thrown);
    }
    return new IOException("Cannot %s: %s".formatted(question.what(), thrown), thrown);
  }

  private static InterruptedIOException interrupted(Question question, InterruptedException e) {
    Thread.currentThread().interrupt();
    InterruptedIOException thrown =
        new InterruptedIOException("Cannot %s: interrupted".formatted(question.what()));
    thrown.initCause(e);
    return thrown;
  }

  /** Ends the waiting for a next attempt; requests that are under way go on. */
  @Override
  public void close() {
    closed.countDown();
  }
}
