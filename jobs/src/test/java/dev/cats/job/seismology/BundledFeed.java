package dev.cats.job.seismology;

import dev.cats.feed.FeatureReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The bundled feed, for tests. */
public final class BundledFeed {
  private BundledFeed() {}

  public static InputStream open() {
    return BundledFeed.class.getResourceAsStream("/data/usgs-week.geojson");
  }

  public static List<String> features() throws IOException {
    return features(FeatureReader.of("usgs-week.geojson", open()));
  }

  public static List<String> features(FeatureReader reader) throws IOException {
    try (reader) {
      List<String> features = new ArrayList<>();
      for (Optional<String> next = reader.next(); next.isPresent(); next = reader.next()) {
        features.add(next.get());
      }
      return features;
    }
  }

  static List<Quake> quakes() throws IOException, NotAQuake {
    List<Quake> quakes = new ArrayList<>();
    for (String feature : features()) {
      quakes.add(QuakeParser.parse(feature));
    }
    return quakes;
  }
}
