package dev.cats.job.seismology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.job.Decoded;
import org.junit.jupiter.api.Test;

class DecodeQuakeTest {

  private final Decoded<Quake> out = new Decoded<>();

  @Test
  void aFeatureIsEitherAQuakeOrRejected() throws Exception {
    String feature = BundledFeed.features().get(0);
    DecodeQuake decode = new DecodeQuake();
    decode.apply(feature, out);
    decode.apply(feature.replace("\"mag\":2,", "\"mag\":null,"), out);
    decode.apply(feature, out);
    assertThat(out.values).extracting(Quake::getId).containsExactly("ci37868143", "ci37868143");
    assertThat(out.rejects).containsExactly("missing-magnitude: property mag is null");
  }
}
