package dev.cats.connector.ipfs;

import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.StoreLockedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The claim on a store: a lock of the operating system on its file {@code lock}, which ends with
 * the process however that ends, and in the file who holds it.
 *
 * <p>Such a lock belongs to the process, with two consequences. It does not keep out another part
 * of the same process; and as soon as the process closes <em>any</em> channel on the file, the lock
 * is gone. So who comes second in the same process must not so much as open the file. The system
 * properties are where it finds out, because Flink loads this class once per job and they are the
 * one map that all copies share. The file itself is never deleted: who had opened it before would
 * lock a file that no longer has a name.
 *
 * <p>The locked byte lies far behind the text, so that the text can be read on systems where locks
 * are mandatory.
 */
final class LocalLock implements BlockStore.Lock {
  private static final String PROPERTY = "dev.cats.store.lock:";
  private static final long LOCKED_BYTE = 1L << 30;
  private static final int MAX_TEXT = 4096;

  private final FileChannel channel;
  private final String key;
  private final AtomicBoolean open = new AtomicBoolean(true);

  private LocalLock(FileChannel channel, String key) {
    this.channel = channel;
    this.key = key;
  }

  /**
   * @param file of a folder whose path is the real one, without symbolic links
   */
  static LocalLock take(Path file, String store, String holder) throws IOException {
    String key = PROPERTY + file;
    String text = holder + " (process " + ProcessHandle.current().pid() + ")";
    Properties shared = System.getProperties();
    Object sameProcess = shared.putIfAbsent(key, text);
    if (sameProcess != null) {
      throw new StoreLockedException(store, sameProcess.toString());
    }
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
      if (lock == null) {
        throw new StoreLockedException(store, text(channel));
      }
      channel.truncate(0);
      write(channel, text);
      return new LocalLock(channel, key);
    } catch (OverlappingFileLockException e) {
      // Held in this process by other means than this class. Closing our channel would take its
      // lock away: leave it open.
      shared.remove(key);
      throw new StoreLockedException(store, text(channel));
    } catch (IOException | RuntimeException e) {
      shared.remove(key);
      if (channel != null) {
        channel.close();
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    if (open.getAndSet(false)) {
      try {
        channel.truncate(0);
        channel.close();
      } finally {
        System.getProperties().remove(key);
      }
    }
  }

  private static void write(FileChannel channel, String text) throws IOException {
    ByteBuffer bytes = Bytes.utf8(text + "\n").asByteBuffer();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static String text(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(MAX_TEXT);
    while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) > 0) {}
    String text = Bytes.copyOf(buffer.array(), 0, buffer.position()).utf8().strip();
    return text.isEmpty() ? "another process" : text;
  }
}
