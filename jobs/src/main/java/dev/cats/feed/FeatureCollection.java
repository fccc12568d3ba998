package dev.cats.feed;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The features of a GeoJSON FeatureCollection, each as the very text that stands in the file. */
final class FeatureCollection implements EventFile {
  private final FeatureReader features;
  private final EventMaker maker;

  private FeatureCollection(FeatureReader features, EventMaker maker) {
    this.features = features;
    this.maker = maker;
  }

  static FeatureCollection open(Path path, EventMaker maker) throws IOException {
    return new FeatureCollection(
        FeatureReader.of(path.toString(), new BufferedInputStream(Files.newInputStream(path))),
        maker);
  }

  @Override
  public Optional<Entry> next() throws IOException {
    String place = "feature " + features.index();
    return features.next().map(text -> entry(place, text));
  }

  private Entry entry(String place, String text) {
    ByteBuffer data = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    try {
      return maker.entry(place, JsonFields.of(text, maker.fields()), data);
    } catch (Malformed e) {
      return maker.malformed(place, e, data);
    }
  }

  @Override
  public void close() throws IOException {
    features.close();
  }
}
