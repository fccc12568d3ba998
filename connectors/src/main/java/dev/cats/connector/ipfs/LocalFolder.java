package dev.cats.connector.ipfs;

import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder of the local file system, by {@code java.nio} and not by Flink's file system, because
 * the latter can neither sync a file nor rename one atomically nor lock.
 *
 * <p>A file is opened for each read and closed after it: that takes some microseconds beside the
 * hashing of what was read, and in return there are never more open files than readers, and an
 * interrupted reader closes nobody else's file.
 */
final class LocalFolder implements Folder {
  /**
   * From this size on an index is mapped; smaller ones would waste most of a page, and maps are
   * few.
   */
  private static final long MAPPED_FROM = 256 << 10;

  private static final boolean SYNCS_FOLDERS = File.separatorChar == '/';

  private final Path root;

  LocalFolder(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  @Override
  public String describe() {
    return "folder " + root;
  }

  @Override
  public boolean exists(String file) {
    return Files.exists(root.resolve(file));
  }

  @Override
  public Set<String> list(String folder) throws IOException {
    try (Stream<Path> files = Files.list(root.resolve(folder))) {
      return files
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (NoSuchFileException e) {
      return Set.of();
    } catch (IOException e) {
      throw failed("list", folder, e);
    }
  }

  @Override
  public void make(String folder) throws IOException {
    Path path = root.resolve(folder);
    if (Files.isDirectory(path)) {
      return;
    }
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new IOException(
          "Cannot use " + describe() + ": it is a file, not a folder. Choose another store");
    }
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new IOException(
          "Cannot create " + describe() + ": " + reason(e) + ". Choose another store", e);
    }
    sync("");
  }

  @Override
  public Output create(String file) throws IOException {
    try {
      return new LocalOutput(
          FileChannel.open(
              root.resolve(file), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    } catch (AccessDeniedException e) {
      throw failed("create", file, e);
    }
  }

  @Override
  public InputStream open(String file) throws IOException {
    return Files.newInputStream(root.resolve(file));
  }

  @Override
  public int read(String file, long position, byte[] target) throws IOException {
    try (FileChannel channel = FileChannel.open(root.resolve(file))) {
      ByteBuffer buffer = ByteBuffer.wrap(target);
      while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) > 0) {}
      return buffer.position();
    }
  }

  @Override
  public ByteBuffer whole(String file) throws IOException {
    try (FileChannel channel = FileChannel.open(root.resolve(file))) {
      if (channel.size() >= MAPPED_FROM) {
        return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      }
    }
    return ByteBuffer.wrap(Files.readAllBytes(root.resolve(file)));
  }

  @Override
  public void move(String from, String to) throws IOException {
    Files.move(root.resolve(from), root.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void syncFile(String file) throws IOException {
    try (FileChannel channel = FileChannel.open(root.resolve(file), StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  @Override
  public void sync(String folder) throws IOException {
    if (SYNCS_FOLDERS) {
      try (FileChannel channel = FileChannel.open(root.resolve(folder))) {
        channel.force(true);
      }
    }
  }

  @Override
  public void replace(String file, Bytes content) throws IOException {
    String next = file + ".next";
    try (FileChannel channel =
        FileChannel.open(
            root.resolve(next),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = content.asByteBuffer();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (FileSystemException e) {
      throw failed("write", next, e);
    }
    move(next, file);
    sync(file.contains("/") ? file.substring(0, file.lastIndexOf('/')) : "");
  }

  @Override
  public Optional<Bytes> small(String file) throws IOException {
    try {
      return Optional.of(Bytes.wrap(Files.readAllBytes(root.resolve(file))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      throw failed("read", file, e);
    }
  }

  @Override
  public void delete(String file) throws IOException {
    Files.deleteIfExists(root.resolve(file));
  }

  @Override
  public BlockStore.Lock lock(String holder) throws IOException {
    make("");
    try {
      return LocalLock.take(root.toRealPath().resolve("lock"), describe(), holder);
    } catch (FileSystemException e) {
      throw new IOException(
          "Cannot write to "
              + describe()
              + ": "
              + reason(e)
              + " for lock. Check its owner and mode, or choose another store",
          e);
    }
  }

  /**
   * One at a time in this process by a monitor that even copies of this class in other class
   * loaders share (an interned string), and one process at a time by a lock on a file of its own.
   */
  @Override
  public void alone(Action action) throws IOException {
    make("");
    Path file = root.toRealPath().resolve("HEAD.lock");
    synchronized (("dev.cats.store " + file).intern()) {
      try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (!lock.isValid()) {
          throw new IOException("Cannot lock " + file + ": the lock was lost");
        }
        action.run();
      } catch (AccessDeniedException e) {
        throw failed("lock", "HEAD.lock", e);
      }
    }
  }

  @Override
  public void checkReadable() throws IOException {
    if (!Files.exists(root)) {
      throw new IOException(
          "Cannot use "
              + describe()
              + ": there is no such folder. Check the path; a run makes one");
    }
    if (!Files.isDirectory(root)) {
      throw new IOException(
          "Cannot use " + describe() + ": it is a file, not a folder. Choose another store");
    }
    if (!Files.isReadable(root) || !Files.isExecutable(root)) {
      throw new IOException(
          "Cannot read " + describe() + ": permission denied. Check its owner and mode");
    }
  }

  @Override
  public void checkWritable() throws IOException {
    for (String folder :
        new String[] {"", CarFolderBlockStore.STAGED, CarFolderBlockStore.SEGMENTS}) {
      Path path = root.resolve(folder);
      if (Files.exists(path) && !Files.isWritable(path)) {
        throw new IOException(
            "Cannot write to "
                + describe()
                + ": permission denied for "
                + path
                + ". Check its owner and mode, or choose another store");
      }
    }
  }

  private IOException failed(String what, String file, IOException e) {
    return new IOException("Cannot " + what + " " + root.resolve(file) + ": " + reason(e), e);
  }

  /** In words; the message of most of these exceptions is only the path. */
  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "there is no such file or folder";
    }
    if (e instanceof FileSystemException failure && failure.getReason() != null) {
      return failure.getReason();
    }
    return e instanceof FileSystemException
        ? e.getClass().getSimpleName() + " " + e.getMessage()
        : e.getMessage();
  }
}
