package dev.cats.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.cats.content.Bytes;
import dev.cats.content.Cid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The bytes of version 1, as they are in savepoints. */
class LotStateTest {
  private static final Cid BOM = Cid.sha256(Cid.DAG_CBOR, Bytes.utf8("a BOM"));
  private static final String TEXT =
      "003b" + Bytes.wrap(BOM.toString().getBytes(StandardCharsets.US_ASCII)).hex();

  @Test
  void aSplitKeepsItsForm() throws IOException {
    LotSplit split = new LotSplit(BOM, 300);
    assertThat(Bytes.wrap(LotState.SPLIT.serialize(split)).hex()).isEqualTo(TEXT + "0000012c");
    Bytes bytes = Bytes.fromHex(TEXT + "0000012c");
    assertThat(LotState.SPLIT.deserialize(1, bytes.toArray())).isEqualTo(split);
  }

  @Test
  void progressKeepsItsForm() throws IOException {
    LotProgress some = new LotProgress(Optional.of(BOM), List.of(new LotSplit(BOM, 1)));
    String hex = TEXT + "00000001" + TEXT + "00000001";
    assertThat(Bytes.wrap(LotState.PROGRESS.serialize(some)).hex()).isEqualTo(hex);
    assertThat(LotState.PROGRESS.deserialize(1, Bytes.fromHex(hex).toArray())).isEqualTo(some);
    assertThat(Bytes.wrap(LotState.PROGRESS.serialize(LotProgress.NONE)).hex())
        .isEqualTo("000000000000");
    assertThat(LotState.PROGRESS.deserialize(1, new byte[6])).isEqualTo(LotProgress.NONE);
  }

  @Test
  void anotherVersionIsNotReadAsThisOne() {
    assertThatIOException()
        .isThrownBy(() -> LotState.SPLIT.deserialize(2, new byte[6]))
        .withMessage("Cannot restore the lot source: expected state of version 1, found 2");
  }
}
