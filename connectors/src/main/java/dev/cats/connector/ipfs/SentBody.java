package dev.cats.connector.ipfs;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The body of one attempt to send something. It is opened when its first byte is asked for, is
 * never in memory as a whole, and is closed when the attempt is over, however that ended.
 */
final class SentBody extends InputStream {
  private static final int PIECE = 1 << 16;

  private final Content content;
  private final AtomicLong moved;
  private InputStream in;
  private boolean done;

  /**
   * @param moved counts every byte that is taken
   */
  SentBody(Content content, AtomicLong moved) {
    this.content = content;
    this.moved = moved;
  }

  /**
   * In pieces that are larger than those of {@link BodyPublishers#ofInputStream}: each goes through
   * several threads of the client, and that costs more than to send it.
   */
  BodyPublisher publisher() {
    return BodyPublishers.fromPublisher(
        subscriber -> subscriber.onSubscribe(new Pieces(subscriber)), content.size());
  }

  /** Reads a piece for each that is asked for, one at a time, in the order of the body. */
  private final class Pieces implements Flow.Subscription {
    private final Flow.Subscriber<? super ByteBuffer> subscriber;
    private final AtomicLong wanted = new AtomicLong();
    private volatile boolean over;

    Pieces(Flow.Subscriber<? super ByteBuffer> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long pieces) {
      // Whoever finds nothing wanted sends; others, and this very thread from within, only ask.
      if (wanted.getAndAdd(pieces) == 0) {
        do {
          send();
        } while (wanted.decrementAndGet() > 0 && !over);
      }
    }

    private void send() {
      if (over) {
        return;
      }
      try {
        byte[] piece = new byte[PIECE];
        int size = 0;
        for (int read = 0; read >= 0 && size < PIECE; size += Math.max(0, read)) {
          read = read(piece, size, PIECE - size);
        }
        if (size > 0) {
          subscriber.onNext(ByteBuffer.wrap(piece, 0, size));
        } else {
          over = true;
          subscriber.onComplete();
        }
      } catch (IOException | RuntimeException e) {
        over = true;
        subscriber.onError(e);
      }
    }

    @Override
    public void cancel() {
      over = true;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public synchronized int read(byte[] bytes, int offset, int length) throws IOException {
    if (done) {
      return -1;
    }
    try {
      if (in == null) {
        in = content.open();
      }
      int read = in.read(bytes, offset, length);
      moved.addAndGet(Math.max(0, read));
      return read;
    } catch (IOException e) {
      throw new AnswerBody.LocalException(e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    done = true;
    if (in != null) {
      in.close();
      in = null;
    }
  }
}
