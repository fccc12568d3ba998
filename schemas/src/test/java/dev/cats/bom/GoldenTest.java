package dev.cats.bom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import dev.cats.content.DagJson;
import dev.cats.content.DecodeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * What version 1 wrote is read for ever, and is what is written today. The files were made once; a
 * new version of the format gets a folder of its own, and this test stays.
 */
class GoldenTest {
  static final List<String> NAMES = List.copyOf(Samples.documents().keySet());

  @ParameterizedTest
  @FieldSource("NAMES")
  void documentsAreReadAndWrittenAsEver(String name) throws DecodeException {
    Block golden = Block.of(Cid.DAG_CBOR, file(name + ".dag-cbor"));
    Document sample = Samples.documents().get(name);
    assertThat(sample.block()).isEqualTo(golden);
    Document read = Document.of(golden);
    assertThat(read).isEqualTo(sample);
    assertThat(DagJson.pretty(read.toNode()).strip()).isEqualTo(text(name + ".json"));
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void theBrokenTwinIsRefused(String name) {
    Block broken = Block.of(Cid.DAG_CBOR, file(name + ".broken.dag-cbor"));
    assertThatThrownBy(() -> Document.of(broken))
        .isInstanceOf(DecodeException.class)
        .hasMessage(text(name + ".broken.txt"));
  }

  @Test
  void aLotIsReadAndWrittenAsEver() throws DecodeException {
    Block golden = Block.of(Cid.RAW, file("lot.avro"));
    assertThat(Samples.LOT).isEqualTo(golden);
    LotReader lot = LotReader.of(golden);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < lot.records(); i++) {
      lines.append(lot.json(i)).append('\n');
    }
    assertThat(lines.toString().strip()).isEqualTo(text("lot.jsonl"));
  }

  @Test
  void theBrokenTwinOfALotIsRefused() {
    Block broken = Block.of(Cid.RAW, file("lot.broken.avro"));
    assertThatThrownBy(() -> LotReader.of(broken))
        .isInstanceOf(DecodeException.class)
        .hasMessage(text("lot.broken.txt"));
  }

  private static String text(String name) {
    return file(name).utf8().strip();
  }

  private static Bytes file(String name) {
    try (InputStream in = GoldenTest.class.getResourceAsStream("/golden/v1/" + name)) {
      assertThat(in).as("golden file %s", name).isNotNull();
      return Bytes.wrap(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
