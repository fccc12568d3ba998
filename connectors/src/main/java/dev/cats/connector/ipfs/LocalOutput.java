package dev.cats.connector.ipfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import javax.annotation.Nullable;

/**
 * A local file being written, which can be synced without a long wait.
 *
 * <p>Small writes are collected; one that does not fit goes out together with what was collected,
 * in one call and from the caller's array: for a segment, one call per lot.
 *
 * <p>What was written is synced behind the writer, {@value #BEHIND} bytes at a time, on a thread of
 * its own: a checkpoint barrier waits for the last few of them and not for all of the segment. A
 * system tells of a failed write back once, so whoever was told keeps it for {@link #sync}.
 */
final class LocalOutput extends Folder.Output {
  private static final long BEHIND = 8 << 20;

  private final FileChannel channel;
  private final ByteBuffer collected = ByteBuffer.allocateDirect(64 << 10);
  private long unsynced;
  @Nullable private FutureTask<Void> behind;

  LocalOutput(FileChannel channel) {
    this.channel = channel;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length <= collected.remaining()) {
      collected.put(bytes, offset, length);
      return;
    }
    collected.flip();
    unsynced += collected.remaining() + length;
    ByteBuffer[] both = {collected, ByteBuffer.wrap(bytes, offset, length)};
    while (both[1].hasRemaining()) {
      channel.write(both);
    }
    collected.clear();
    if (unsynced >= BEHIND && (behind == null || behind.isDone())) {
      syncBehind();
    }
  }

  private void syncBehind() throws IOException {
    joinBehind();
    unsynced = 0;
    behind =
        new FutureTask<>(
            () -> {
              channel.force(false);
              return null;
            });
    Thread thread = new Thread(behind, "cats-sync-behind");
    thread.setDaemon(true);
    thread.start();
  }

  private void joinBehind() throws IOException {
    if (behind == null) {
      return;
    }
    try {
      behind.get();
    } catch (ExecutionException e) {
      throw new IOException("Cannot sync a file: " + e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot sync a file: interrupted", e);
    }
  }

  @Override
  public void flush() throws IOException {
    collected.flip();
    while (collected.hasRemaining()) {
      channel.write(collected);
    }
    collected.clear();
  }

  @Override
  void sync() throws IOException {
    flush();
    joinBehind();
    channel.force(true);
  }

  /** What was collected and not flushed is dropped: who wants it kept has synced before. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
