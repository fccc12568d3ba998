package dev.cats.connector.ipfs;

import dev.cats.content.BlockStore;
import dev.cats.content.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;

/**
 * What a store of segments asks of the place where its files are. Files are named by their path in
 * the store, with slashes.
 *
 * <p>There are two: {@link LocalFolder}, which can sync, rename atomically and lock, and {@link
 * FlinkFolder} on whatever file system Flink knows, which has what that file system has.
 */
interface Folder {

  /** For messages: {@code folder /data/cats-data}. */
  String describe();

  boolean exists(String file) throws IOException;

  /** The names of the files in a folder of the store; none if there is no such folder. */
  Set<String> list(String folder) throws IOException;

  /** Makes the store and this folder in it, where they are missing. */
  void make(String folder) throws IOException;

  /** A new file; a {@link java.nio.file.FileAlreadyExistsException} if there is one. */
  Output create(String file) throws IOException;

  InputStream open(String file) throws IOException;

  /** Fills the array from a position on; how much of it, where the file ends before. */
  int read(String file, long position, byte[] target) throws IOException;

  /** All of a file that does not change any more, mapped into memory where that is worth it. */
  ByteBuffer whole(String file) throws IOException;

  /**
   * Renames a file into another folder of the store. Durable only after {@link #sync} of that
   * folder.
   */
  void move(String from, String to) throws IOException;

  /** Makes the content of a file that is already written durable. */
  void syncFile(String file) throws IOException;

  /** Makes the names in a folder durable. */
  void sync(String folder) throws IOException;

  /** Puts new content in place of a small file's, all or nothing and durable. */
  void replace(String file, Bytes content) throws IOException;

  /** A small file, all of it, if there is one. */
  Optional<Bytes> small(String file) throws IOException;

  void delete(String file) throws IOException;

  /** Claims the store. */
  BlockStore.Lock lock(String holder) throws IOException;

  /**
   * Runs an action while nobody else runs one, in this process or, where the file system can tell,
   * in another.
   */
  void alone(Action action) throws IOException;

  /** Whether the store is there and can be read; an IOException that says what to do, if not. */
  void checkReadable() throws IOException;

  /** Whether new files can be written to it. */
  void checkWritable() throws IOException;

  /** Something that is done alone. */
  @FunctionalInterface
  interface Action {
    void run() throws IOException;
  }

  /** A file being written. */
  abstract class Output extends OutputStream {

    /** Everything written so far is on the medium when this returns. */
    abstract void sync() throws IOException;
  }
}
