package dev.cats.job.seismology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.step.Output;
import dev.cats.step.Side;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecodeQuakeTest {
  private final List<Quake> quakes = new ArrayList<>();
  private final List<String> rejects = new ArrayList<>();

  private final Output<Quake> out =
      new Output<>() {
        @Override
        public void collect(Quake quake) {
          quakes.add(quake);
        }

        @Override
        public <S> void side(Side<S> side, S value) {
          throw new AssertionError("nothing goes to " + side);
        }

        @Override
        public void reject(String rule, String reason) {
          rejects.add(rule + ": " + reason);
        }
      };

  @Test
  void aFeatureIsEitherAQuakeOrRejected() throws Exception {
    String feature = BundledFeed.features().get(0);
    DecodeQuake decode = new DecodeQuake();
    decode.apply(feature, out);
    decode.apply(feature.replace("\"mag\":2,", "\"mag\":null,"), out);
    decode.apply(feature, out);
    assertThat(quakes).extracting(Quake::getId).containsExactly("ci37868143", "ci37868143");
    assertThat(rejects).containsExactly("missing-magnitude: property mag is null");
  }
}
