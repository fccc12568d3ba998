package dev.cats.feed;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The events of a file, one after the other. */
public interface EventFile extends Closeable {

  /**
   * The next event, or nothing at the end of the file.
   *
   * @throws IOException if the file cannot be read further; it says why
   */
  Optional<Entry> next() throws IOException;

  /** A file to be read to its end. */
  static EventFile open(Path path, FileFormat format, Attributes attributes) throws IOException {
    return open(path, format, attributes, false, () -> false);
  }

  /**
   * A file of lines, to be read as it grows.
   *
   * @param over whether to stop waiting for more
   */
  static EventFile follow(Path path, FileFormat format, Attributes attributes, BooleanSupplier over)
      throws IOException {
    if (!isLines(path, format)) {
      throw new IOException(
          "Cannot follow %s: a file of format %s grows nowhere. Follow a file of lines: .jsonl, .geojsonl or .csv"
              .formatted(path, format));
    }
    return open(path, format, attributes, true, over);
  }

  private static boolean isLines(Path path, FileFormat format) {
    return switch (format) {
      case JSONL, CSV -> true;
      case GEOJSON -> FileFormat.isLines(path);
      case AVRO -> false;
    };
  }

  private static EventFile open(
      Path path, FileFormat format, Attributes attributes, boolean follow, BooleanSupplier over)
      throws IOException {
    if (Files.isDirectory(path)) {
      throw new IOException("Cannot read " + path + ": it is a folder. Name one file in it");
    }
    EventMaker maker = new EventMaker(path, format, attributes);
    try {
      return switch (format) {
        case JSONL -> new JsonLines(new Lines(path, follow, over), maker);
        case CSV -> new CsvFile(path, new Lines(path, follow, over), maker);
        case AVRO -> AvroFile.open(path, maker);
        case GEOJSON ->
            isLines(path, format)
                ? new JsonLines(new Lines(path, follow, over), maker)
                : FeatureCollection.open(path, maker);
      };
    } catch (NoSuchFileException e) {
      throw new IOException("Cannot read " + path + ": there is no such file. Check the path", e);
    }
  }
}
