package dev.cats.job.seismology;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;

/** The bundled week of the USGS feed: 1,707 events of 12 networks, 2018-01-31 to 2018-02-07. */
public final class SampleFeed {
  public static final String NAME = "usgs-week.geojson";

  private SampleFeed() {}

  /**
   * Puts the feed into a folder as a file and says where. A file that already holds it is left
   * alone, so that a run which reads it is not disturbed; another file of that name is replaced.
   */
  public static Path copyTo(Path folder) throws IOException {
    byte[] feed;
    try (InputStream in = SampleFeed.class.getResourceAsStream("/data/" + NAME)) {
      if (in == null) {
        throw new FileNotFoundException("Cannot find the bundled feed /data/" + NAME);
      }
      feed = in.readAllBytes();
    }
    Path file = folder.resolve(NAME);
    if (Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), feed)) {
      return file;
    }
    Files.createDirectories(folder);
    Path half = Files.createTempFile(folder, NAME, ".tmp");
    try {
      Files.write(half, feed);
      return Files.move(half, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(half);
    }
  }
}
