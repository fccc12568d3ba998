package dev.cats.connector.ipfs;

import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.StoreLockedException;
import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * A folder on a file system of Flink: an object store or a distributed file system.
 *
 * <p>What these have is less than a local disk has, and differs. So: a file is durable when it is
 * closed, which is what object stores promise; a rename may be a copy and a deletion, which is why
 * a segment is visible by its second file only; HEAD is written in place, which object stores do
 * all or nothing. The lock is a file that a process which is killed leaves behind: the message
 * about it says which file to delete.
 */
final class FlinkFolder implements Folder {
  private final FileSystem files;
  private final Path root;

  FlinkFolder(FileSystem files, URI root) {
    this.files = files;
    this.root = new Path(root);
  }

  @Override
  public String describe() {
    return "folder " + root;
  }

  @Override
  public boolean exists(String file) throws IOException {
    return files.exists(path(file));
  }

  @Override
  public Set<String> list(String folder) throws IOException {
    Set<String> names = new TreeSet<>();
    try {
      FileStatus[] found = files.listStatus(path(folder));
      if (found != null) {
        for (FileStatus file : found) {
          names.add(file.getPath().getName());
        }
      }
    } catch (FileNotFoundException e) {
      return Set.of();
    }
    return names;
  }

  @Override
  public void make(String folder) throws IOException {
    if (!files.mkdirs(path(folder)) && !files.exists(path(folder))) {
      throw new IOException("Cannot create " + path(folder) + ": the file system refused");
    }
  }

  @Override
  public Output create(String file) throws IOException {
    if (exists(file)) {
      throw new FileAlreadyExistsException(path(file).toString());
    }
    return new FlinkOutput(files.create(path(file), FileSystem.WriteMode.NO_OVERWRITE));
  }

  @Override
  public InputStream open(String file) throws IOException {
    try {
      return files.open(path(file));
    } catch (FileNotFoundException e) {
      throw missing(file, e);
    }
  }

  @Override
  public int read(String file, long position, byte[] target) throws IOException {
    try (FSDataInputStream in = files.open(path(file))) {
      if (position > files.getFileStatus(path(file)).getLen()) {
        return 0;
      }
      in.seek(position);
      return in.readNBytes(target, 0, target.length);
    } catch (FileNotFoundException e) {
      throw missing(file, e);
    }
  }

  @Override
  public ByteBuffer whole(String file) throws IOException {
    try (InputStream in = open(file)) {
      return ByteBuffer.wrap(in.readAllBytes());
    }
  }

  @Override
  public void move(String from, String to) throws IOException {
    if (!exists(from)) {
      throw new NoSuchFileException(path(from).toString());
    }
    if (!files.rename(path(from), path(to))) {
      throw new IOException(
          "Cannot move " + path(from) + " to " + path(to) + ": the file system refused");
    }
  }

  /** Was done when the file was closed. */
  @Override
  public void syncFile(String file) {}

  /** Nothing to do: names are durable with their files. */
  @Override
  public void sync(String folder) {}

  @Override
  public void replace(String file, Bytes content) throws IOException {
    try (Output out = new FlinkOutput(files.create(path(file), FileSystem.WriteMode.OVERWRITE))) {
      content.writeTo(out);
      out.sync();
    }
  }

  @Override
  public Optional<Bytes> small(String file) throws IOException {
    try (InputStream in = open(file)) {
      return Optional.of(Bytes.wrap(in.readAllBytes()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void delete(String file) throws IOException {
    if (exists(file)) {
      files.delete(path(file), false);
    }
  }

  @Override
  public BlockStore.Lock lock(String holder) throws IOException {
    make("");
    String text = holder + " (process " + ProcessHandle.current().pid() + ")";
    try (Output out = create("lock")) {
      Bytes.utf8(text + "\n").writeTo(out);
      out.sync();
    } catch (FileAlreadyExistsException e) {
      String found = small("lock").map(bytes -> bytes.utf8().strip()).orElse("another process");
      throw new StoreLockedException(
          describe(), found + " (if that is gone, delete " + path("lock") + ")");
    }
    AtomicBoolean open = new AtomicBoolean(true);
    return () -> {
      if (open.getAndSet(false)) {
        delete("lock");
      }
    };
  }

  /** Alone in this process; between processes the store's lock has to do. */
  @Override
  public void alone(Action action) throws IOException {
    make("");
    synchronized (("dev.cats.store " + root).intern()) {
      action.run();
    }
  }

  @Override
  public void checkReadable() throws IOException {
    FileStatus found;
    try {
      found = files.getFileStatus(root);
    } catch (FileNotFoundException e) {
      throw new IOException(
          "Cannot use " + describe() + ": there is no such folder. Check the path; a run makes one",
          e);
    }
    if (!found.isDir()) {
      throw new IOException(
          "Cannot use " + describe() + ": it is a file, not a folder. Choose another store");
    }
  }

  /** Not known before something is written. */
  @Override
  public void checkWritable() {}

  private Path path(String file) {
    return file.isEmpty() ? root : new Path(root, file);
  }

  private NoSuchFileException missing(String file, FileNotFoundException e) {
    NoSuchFileException missing = new NoSuchFileException(path(file).toString());
    missing.initCause(e);
    return missing;
  }

  /** Durable when closed, and before that where the file system can sync. */
  private static final class FlinkOutput extends Output {
    private final FSDataOutputStream file;
    private final BufferedOutputStream buffered;

    FlinkOutput(FSDataOutputStream file) {
      this.file = file;
      this.buffered = new BufferedOutputStream(file, 64 << 10);
    }

    @Override
    public void write(int b) throws IOException {
      buffered.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      buffered.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
      buffered.flush();
    }

    @Override
    void sync() throws IOException {
      buffered.flush();
      try {
        file.sync();
      } catch (UnsupportedOperationException e) {
        // An object store: close() is where it becomes durable, or fails.
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
