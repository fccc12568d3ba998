package dev.cats.ray.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cats.content.Block;
import dev.cats.content.Bytes;
import dev.cats.content.CarWriter;
import dev.cats.content.Cid;
import dev.cats.content.DecodeException;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlocksTest {
  private final Block block = Block.of(Cid.RAW, Bytes.utf8("code"));
  private final Blocks blocks = new Blocks();

  private byte[] archive() throws Exception {
    ByteArrayOutputStream car = new ByteArrayOutputStream();
    try (CarWriter writer = new CarWriter(car, List.of())) {
      writer.append(block.cid(), block.bytes().toArray(), 0, block.bytes().size());
    }
    return car.toByteArray();
  }

  @Test
  void whatWasStoredIsNotMissing() throws Exception {
    assertThat(blocks.missing(List.of(block.cid()))).containsExactly(block.cid());
    assertThat(blocks.store(archive())).isOne();
    assertThat(blocks.store(archive())).isOne();
    assertThat(blocks.missing(List.of(block.cid()))).isEmpty();
    assertThat(blocks.get(block.cid())).isEqualTo(block);
  }

  @Test
  void aTamperedByteIsNotStored() throws Exception {
    byte[] archive = archive();
    archive[archive.length - 1] ^= 1;
    assertThatThrownBy(() -> blocks.store(archive))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining(block.cid().toString());
    assertThat(blocks.missing(List.of(block.cid()))).containsExactly(block.cid());
  }
}
