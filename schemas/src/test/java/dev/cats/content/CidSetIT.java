package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A set that is in memory, and one that soon goes to a file. */
class CidSetIT {

  @ParameterizedTest
  @ValueSource(longs = {1, 32, 1024})
  void itHoldsWhatASetHolds(long heapBuckets) throws IOException {
    Random random = new Random(heapBuckets);
    int[] codecs = {Cid.RAW, Cid.DAG_PB, Cid.DAG_CBOR};
    Set<Cid> expected = new HashSet<>();
    try (CidSet set = new CidSet(heapBuckets)) {
      for (int i = 0; i < 30_000; i++) {
        Bytes name = Bytes.utf8(Integer.toString(random.nextInt(8_000)));
        Cid cid = Cid.sha256(codecs[random.nextInt(codecs.length)], name);
        if (random.nextBoolean()) {
          assertThat(set.add(cid)).isEqualTo(expected.add(cid));
        } else {
          assertThat(set.contains(cid)).isEqualTo(expected.contains(cid));
        }
      }
      assertThat(set.size()).isEqualTo(expected.size());
      for (Cid cid : expected) {
        assertThat(set.contains(cid)).isTrue();
      }
    }
  }
}
