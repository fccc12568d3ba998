package dev.cats.feed;

import dev.cats.content.Cid;
import dev.cats.content.UnixFs;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.util.Optional;
import javax.annotation.Nullable;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.Path;

/**
 * A feed file as it was when it was looked at: its content's CID, how many features it holds, what
 * stands before them, its size and when it was last changed. A record's position names the content,
 * so the file is only ever read as long as it is still that file.
 */
record FeedFile(
    Path path,
    Frame frame,
    Cid content,
    long features,
    @Nullable String header,
    long length,
    long modified)
    implements Serializable {

  /**
   * Looks at a file: reads it once to see that its frame is whole and to count its features, and
   * once to hash it.
   */
  static FeedFile of(Path given) throws IOException {
    return of(given, Frame.ofFeatures(given.getName()));
  }

  static FeedFile of(Path given, Frame frame) throws IOException {
    Path path = qualified(given);
    FileStatus status = status(path);
    long features = 0;
    Optional<String> header;
    try (FeatureReader reader = FeatureReader.resume(frame, shown(path), open(path), 0, 0)) {
      while (reader.next().isPresent()) {
        features++;
      }
      header = reader.header();
    }
    Cid content;
    try (FSDataInputStream in = open(path)) {
      content = UnixFs.file(in, UnixFs.Sink.NONE);
    }
    FeedFile file =
        new FeedFile(
            path,
            frame,
            content,
            features,
            header.orElse(null),
            status.getLen(),
            status.getModificationTime());
    file.checkUnchanged();
    return file;
  }

  /** The file's name without its folders, as positions have it. */
  String name() {
    return path.getName();
  }

  /** The file's place as people write it. */
  String shown() {
    return shown(path);
  }

  /** A reader that goes on at {@code offset}, before feature {@code index}. */
  FeatureReader open(long offset, long index) throws IOException {
    checkUnchanged();
    FSDataInputStream in = open(path);
    if (offset > 0) {
      in.seek(offset);
    }
    return FeatureReader.resume(frame, shown(), in, offset, index);
  }

  /** Refuses to take another file for this one. */
  void checkUnchanged() throws IOException {
    FileStatus status = status(path);
    if (status.getLen() != length || status.getModificationTime() != modified) {
      throw cannot(
          path,
          "it has changed since the job was submitted, when it had "
              + length
              + " bytes of "
              + Instant.ofEpochMilli(modified)
              + "; now it has "
              + status.getLen()
              + " of "
              + Instant.ofEpochMilli(status.getModificationTime())
              + ". Submit the job again to read it as it is now");
    }
  }

  /** Refuses to go on in this file with a checkpoint that was taken in another. */
  void checkIsThatOf(Cid checkpointed) throws InputException {
    if (!content.equals(checkpointed)) {
      throw new InputException(
          "Cannot go on reading feed "
              + shown()
              + ": the checkpoint was taken in a file with other content\n  expected  "
              + checkpointed
              + "\n  found     "
              + content
              + "\nStart from the file that the job was started with, or without the checkpoint");
    }
  }

  private static Path qualified(Path given) throws InputException {
    try {
      return given.makeQualified(given.getFileSystem());
    } catch (IOException e) { // an unknown scheme, or one that is not set up
      throw cannot(given, e.getMessage());
    }
  }

  private static FileStatus status(Path path) throws IOException {
    FileStatus status;
    try {
      status = path.getFileSystem().getFileStatus(path);
    } catch (FileNotFoundException e) {
      throw cannot(path, "there is no such file. Check the path");
    }
    if (status.isDir()) {
      throw cannot(path, "it is a folder. Name one file in it");
    }
    return status;
  }

  private static FSDataInputStream open(Path path) throws IOException {
    try {
      return path.getFileSystem().open(path);
    } catch (FileNotFoundException e) { // it was there a moment ago
      throw cannot(path, "it may not be read. Check its permissions");
    }
  }

  private static String shown(Path path) {
    String scheme = path.toUri().getScheme();
    String shown = scheme == null || scheme.equals("file") ? path.getPath() : path.toString();
    return shown.length() > 1 && shown.endsWith("/") // as URIs of folders do
        ? shown.substring(0, shown.length() - 1)
        : shown;
  }

  private static InputException cannot(Path path, String why) {
    return new InputException("Cannot read feed " + shown(path) + ": " + why);
  }
}
