package dev.cats.supply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cats.bom.LotFormat;
import dev.cats.bom.LotReader;
import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.lot.Codec;
import dev.cats.replay.SampleChain;
import dev.cats.sample.Reading;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

/** Lots of one class's schema as values of another one. */
class LotDecoderTest {
  private static final Reading FIRST = new Reading("s1", 17L, 0.5);
  private static final Reading SECOND = new Reading("s2", 18L, -1.0);

  /** Fewer fields, in another order, under another name. */
  public record Station(double value, String station) {}

  public record Renamed(String place) {}

  public record Line(String text) {}

  private static LotReader lot() throws Exception {
    Codec<Reading> codec = Codec.of(Reading.class);
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    data.write(codec.encode(FIRST));
    data.write(codec.encode(SECOND));
    Bytes lot = LotFormat.of(codec.schema()).lot(2, Bytes.wrap(data.toByteArray()));
    return LotReader.of(Block.of(Cid.RAW, lot));
  }

  @Test
  void recordsOfTheSameSchemaComeBack() throws Exception {
    LotDecoder<Reading> decoder = LotDecoder.of(Reading.class);
    assertThat(decoder.differs(lot().schema())).isEmpty();
    assertThat(decoder.decode(lot(), 0)).isEqualTo(FIRST);
    assertThat(decoder.decode(lot(), 1)).isEqualTo(SECOND);
  }

  @Test
  void fieldsGoByTheirNamesWhateverTheRecordIsCalled() throws Exception {
    LotDecoder<Station> decoder = LotDecoder.of(Station.class);
    assertThat(decoder.differs(lot().schema())).isEmpty();
    assertThat(decoder.decode(lot(), 0)).isEqualTo(new Station(0.5, "s1"));
    assertThat(decoder.decode(lot(), 1)).isEqualTo(new Station(-1.0, "s2"));
  }

  @Test
  void aRecordWithoutANamespaceIsReadLikeAnyOther() throws Exception {
    LotReader lot = LotReader.of(SampleChain.lot("a", "b"));
    LotDecoder<Line> decoder = LotDecoder.of(Line.class);
    assertThat(decoder.differs(lot.schema())).isEmpty();
    assertThat(decoder.decode(lot, 1)).isEqualTo(new Line("b"));
  }

  @Test
  void whatDiffersIsSaid() throws Exception {
    assertThat(LotDecoder.of(Renamed.class).differs(lot().schema()).orElseThrow())
        .isEqualTo("it has no field place, only station, time, value");
    assertThat(LotDecoder.of(String.class).differs(lot().schema()).orElseThrow())
        .contains("STRING", "RECORD");
  }
}
