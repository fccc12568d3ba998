package dev.cats.connector.ipfs;

import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import dev.cats.content.StoreLockedException;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * A folder on a file system of Flink: an object store or a distributed file system.
 *
 * <p>What these have is less than a local disk has, and differs. Relied on is that a file is seen
 * whole and is durable once it is closed, and that who reads or lists after that sees it: S3, GCS,
 * Azure and HDFS promise both. Not relied on are:
 *
 * <ul>
 *   <li>a rename that is one step. On an object store it is a copy and a deletion, so a segment is
 *       visible by its second file only, and a move that finds its work half done ends it;
 *   <li>a file that is there while it is written. An empty one holds its name until then;
 *   <li>locks. {@link Claim}s stand in for them, and end by themselves when nobody renews them:
 *       {@code locks} for the one writer, {@code movers} while HEAD moves.
 * </ul>
 */
final class FlinkFolder implements Folder {
  private static final String LOCKS = "locks";
  private static final String MOVERS = "movers";

  /** To read a file that is put anew again and again. */
  private static final int ATTEMPTS = 10;

  private final FileSystem files;
  private final Path root;

  /** The store's lock, if this user has it, and what keeps others from moving HEAD. */
  private volatile Optional<Claim> writer = Optional.empty();

  private volatile Optional<Claim> mover = Optional.empty();

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
    return on("look for", file, files::exists);
  }

  @Override
  public Set<String> list(String folder) throws IOException {
    Set<String> names = new TreeSet<>();
    try {
      FileStatus[] found = on("list", folder, files::listStatus);
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
    if (!on("create", folder, files::mkdirs) && !exists(folder)) {
      throw new IOException("Cannot create " + path(folder) + ": the file system refused");
    }
  }

  @Override
  public Output create(String file) throws IOException {
    if (exists(file)) {
      throw new FileAlreadyExistsException(path(file).toString());
    }
    on("create", file, path -> files.create(path, FileSystem.WriteMode.NO_OVERWRITE)).close();
    return output(file);
  }

  private Output output(String file) throws IOException {
    return new FlinkOutput(
        on("create", file, path -> files.create(path, FileSystem.WriteMode.OVERWRITE)), path(file));
  }

  @Override
  public InputStream open(String file) throws IOException {
    try {
      return on("read", file, files::open);
    } catch (FileNotFoundException e) {
      throw missing(file, e);
    }
  }

  @Override
  public int read(String file, long position, byte[] target) throws IOException {
    try {
      return on("read", file, path -> read(path, position, target));
    } catch (EOFException e) {
      return 0;
    } catch (FileNotFoundException e) {
      throw missing(file, e);
    }
  }

  private int read(Path path, long position, byte[] target) throws IOException {
    try (FSDataInputStream in = files.open(path)) {
      in.seek(position);
      return in.readNBytes(target, 0, target.length);
    }
  }

  @Override
  public ByteBuffer whole(String file) throws IOException {
    return small(file)
        .orElseThrow(() -> new NoSuchFileException(path(file).toString()))
        .asByteBuffer();
  }

  @Override
  public void move(String from, String to) throws IOException {
    try {
      long length = on("move", from, files::getFileStatus).getLen();
      if (exists(to)) {
        finish(from, to, length);
      } else if (!on("move", from, path -> files.rename(path, path(to)))) {
        throw new IOException(
            "Cannot move " + path(from) + " to " + path(to) + ": the file system refused");
      }
    } catch (FileNotFoundException e) {
      throw missing(from, e);
    }
  }

  /**
   * A move that was interrupted between the copy, which is whole or not there, and the deletion.
   */
  private void finish(String from, String to, long length) throws IOException {
    long there = on("move", to, files::getFileStatus).getLen();
    if (there != length) {
      throw new IOException(
          "Cannot move %s, %d bytes, to %s: that is there, with %d bytes"
              .formatted(path(from), length, path(to), there));
    }
    delete(from);
  }

  /** Was done when the file was closed. */
  @Override
  public void syncFile(String file) {}

  /** Nothing to do: names are durable with their files. */
  @Override
  public void sync(String folder) {}

  @Override
  public void replace(String file, Bytes content) throws IOException {
    for (Optional<Claim> claim : List.of(mover, writer)) {
      if (claim.isPresent()) {
        claim.get().requireHeld("write " + path(file));
      }
    }
    try (Output out = output(file)) {
      content.writeTo(out);
      out.sync();
    }
  }

  @Override
  public Optional<Bytes> small(String file) throws IOException {
    try {
      return Optional.of(on("read", file, path -> whole(files, path)));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  /** All of a small file, which may be put anew at this very moment. */
  static Bytes whole(FileSystem files, Path path) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try (InputStream in = files.open(path)) {
        return Bytes.wrap(in.readAllBytes());
      } catch (IOException e) {
        if (!ObjectStoreFailure.isOfAChange(e) || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  @Override
  public void delete(String file) throws IOException {
    if (exists(file)) {
      on("delete", file, path -> files.delete(path, false));
    }
  }

  @Override
  public BlockStore.Lock lock(String holder) throws IOException {
    make(LOCKS);
    Claim claim = on("lock", LOCKS, path -> Claim.take(files, path, describe(), holder));
    writer = Optional.of(claim);
    return () -> {
      writer = writer.filter(held -> held != claim);
      claim.close();
    };
  }

  @Override
  public void alone(Action action) throws IOException {
    make(MOVERS);
    synchronized (("dev.cats.store " + root).intern()) {
      try (Claim claim =
          on("lock", MOVERS, path -> Claim.await(files, path, describe(), "who moves HEAD"))) {
        mover = Optional.of(claim);
        action.run();
      } finally {
        mover = Optional.empty();
      }
    }
  }

  @Override
  public void checkReadable() throws IOException {
    FileStatus found;
    try {
      found = on("use", "", files::getFileStatus);
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

  /** What is asked of the file system about one path. */
  @FunctionalInterface
  private interface Question<T> {
    T ask(Path path) throws IOException;
  }

  private <T> T on(String verb, String file, Question<T> question) throws IOException {
    try {
      return question.ask(path(file));
    } catch (StoreLockedException e) {
      throw e;
    } catch (IOException e) {
      throw ObjectStoreFailure.of(verb, path(file).toString(), e);
    }
  }

  /** Object stores cannot flush, and warn of those who try. */
  private static final class Unflushed extends FilterOutputStream {
    Unflushed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void flush() {}
  }

  /** Durable when closed, and before that where the file system can sync. */
  private static final class FlinkOutput extends Output {
    private final FSDataOutputStream file;
    private final BufferedOutputStream buffered;
    private final Path path;
    private final boolean durableWhenClosed;

    FlinkOutput(FSDataOutputStream file, Path path) {
      this.file = file;
      this.path = path;
      this.durableWhenClosed = FileSystemPlugins.isObjectStore(path.toUri().getScheme());
      this.buffered =
          new BufferedOutputStream(durableWhenClosed ? new Unflushed(file) : file, 64 << 10);
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
      if (!durableWhenClosed) {
        file.sync();
      }
    }

    @Override
    public void close() throws IOException {
      try {
        file.close();
      } catch (IOException e) {
        throw ObjectStoreFailure.of("write", path.toString(), e);
      }
    }
  }
}
