package dev.cats.feed;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a file is made of, and what its events are like unless somebody says otherwise. */
public enum FileFormat {
  GEOJSON(
      "geojson", "org.geojson.feature", "application/geo+json", ".geojson", ".geojsonl", ".json"),
  JSONL("jsonl", "org.jsonlines.line", "application/json", ".jsonl", ".ndjson"),
  CSV("csv", "dev.cats.csv.row", "application/json", ".csv"),
  AVRO("avro", "dev.cats.avro.record", "application/json", ".avro");

  private final String shown;
  private final String type;
  private final String contentType;
  private final List<String> suffixes;

  FileFormat(String shown, String type, String contentType, String... suffixes) {
    this.shown = shown;
    this.type = type;
    this.contentType = contentType;
    this.suffixes = List.of(suffixes);
  }

  /** The format that people know by this name. */
  public static FileFormat named(String name) {
    return Arrays.stream(values())
        .filter(each -> each.shown.equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid format: expected "
                        + Arrays.stream(values())
                            .map(FileFormat::toString)
                            .collect(Collectors.joining(", "))
                        + ", found "
                        + name));
  }

  /** The format that a file's name stands for, where it does. */
  public static Optional<FileFormat> of(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(each -> each.suffixes.stream().anyMatch(name::endsWith))
        .findFirst();
  }

  /** Whether a file of this name holds a feature per line, and not a collection of them. */
  static boolean isLines(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".geojsonl") || name.endsWith(".jsonl") || name.endsWith(".ndjson");
  }

  String type() {
    return type;
  }

  String contentType() {
    return contentType;
  }

  /** Its name for people. */
  @Override
  public String toString() {
    return shown;
  }
}
