package dev.cats.connector.ipfs;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The body of one attempt to send something. It is opened when its first byte is asked for, is
 * never in memory as a whole, and is closed when the attempt is over, however that ended.
 */
final class SentBody extends InputStream {
  private static final int BUFFER = 1 << 17;

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

  BodyPublisher publisher() {
    return BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> this), content.size());
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
        in = new BufferedInputStream(content.open(), BUFFER);
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
