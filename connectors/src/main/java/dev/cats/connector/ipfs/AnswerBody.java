package dev.cats.connector.ipfs;

import dev.cats.content.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes the body of an answer as it comes in: up to a limit into memory, or all of it into a file.
 * What is beyond a limit is not read: the connection ends there.
 */
final class AnswerBody implements BodySubscriber<AnswerBody.Taken> {

  /**
   * @param cut whether there was more than the limit
   */
  record Taken(Bytes bytes, boolean cut) {}

  private final CompletableFuture<Taken> result = new CompletableFuture<>();
  private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
  private final Path file;
  private final int limit;
  private final AtomicLong moved;
  private OutputStream out = memory;
  private Flow.Subscription subscription;

  private AnswerBody(Path file, int limit, AtomicLong moved) {
    this.file = file;
    this.limit = limit;
    this.moved = moved;
  }

  /**
   * @param moved counts every byte that comes in
   */
  static AnswerBody inMemory(int limit, AtomicLong moved) {
    return new AnswerBody(null, limit, moved);
  }

  /** The bytes of the result are none then. */
  static AnswerBody into(Path file, AtomicLong moved) {
    return new AnswerBody(file, Integer.MAX_VALUE, moved);
  }

  @Override
  public CompletionStage<Taken> getBody() {
    return result;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    try {
      if (file != null) {
        out = Files.newOutputStream(file);
      }
      given.request(Long.MAX_VALUE);
    } catch (IOException e) {
      given.cancel();
      result.completeExceptionally(new LocalException(e));
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    try {
      for (ByteBuffer buffer : buffers) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        moved.addAndGet(bytes.length);
        int room = file == null ? limit - memory.size() : bytes.length;
        out.write(bytes, 0, Math.min(room, bytes.length));
        if (bytes.length > room) {
          subscription.cancel();
          result.complete(new Taken(Bytes.wrap(memory.toByteArray()), true));
          return;
        }
      }
    } catch (IOException e) {
      subscription.cancel();
      result.completeExceptionally(new LocalException(e));
    }
  }

  @Override
  public void onError(Throwable thrown) {
    try {
      out.close();
    } catch (IOException e) {
      thrown.addSuppressed(e);
    }
    result.completeExceptionally(thrown);
  }

  @Override
  public void onComplete() {
    try {
      out.close();
      result.complete(new Taken(Bytes.wrap(memory.toByteArray()), false));
    } catch (IOException e) {
      result.completeExceptionally(new LocalException(e));
    }
  }

  /** A file of ours that cannot be read or written: no fault of the server's. */
  static final class LocalException extends IOException {
    private static final long serialVersionUID = 1;

    LocalException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }
}
