package dev.cats.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every store promises to those who read from it, however blocks came into it. Two stores
 * opened in one test are the same store seen by two users.
 */
public abstract class BlockReadContract {
  private final List<BlockStore> opened = new ArrayList<>();

  /** The first user's. */
  protected BlockStore store;

  /** Opens the store of the running test once more. Empty at the start of a test. */
  protected abstract BlockStore openStore() throws IOException;

  /** Brings blocks into the store. */
  protected abstract void given(List<Block> blocks) throws IOException;

  /**
   * Whether the store keeps blocks under their whole CID. One that keeps them by their hash alone
   * finds them under any codec, and the bytes are the right ones all the same.
   */
  protected boolean keepsCodecs() {
    return true;
  }

  @BeforeEach
  void openFirst() throws IOException {
    store = open();
  }

  @AfterEach
  void closeAll() throws IOException {
    for (BlockStore each : opened) {
      each.close();
    }
  }

  /** One more user of the store, closed after the test. */
  protected final BlockStore open() throws IOException {
    BlockStore another = openStore();
    opened.add(another);
    return another;
  }

  @Test
  void whatIsNotThereIsNotFound() throws IOException {
    Block block = Block.of(Cid.RAW, Bytes.utf8("never stored"));

    assertThat(store.has(block.cid())).isFalse();
    assertThat(store.get(block.cid())).isEmpty();
    assertThat(store.describe()).isNotBlank();
  }

  @Test
  void committedBlocksAreRead() throws IOException {
    List<Block> blocks = blocks(1, 20);
    given(blocks);

    for (Block block : blocks) {
      assertThat(store.has(block.cid())).isTrue();
      assertThat(store.get(block.cid()).orElseThrow().bytes()).isEqualTo(block.bytes());
    }
    assertThat(store.get(Block.of(Cid.RAW, Bytes.utf8("another")).cid())).isEmpty();
  }

  @Test
  void blocksOfEverySizeAndCodecAreRead() throws IOException {
    byte[] largest = new byte[Block.MAX_SIZE];
    new Random(7).nextBytes(largest);
    List<Block> blocks =
        List.of(
            Block.of(Cid.RAW, Bytes.EMPTY),
            Block.of(Cid.RAW, Bytes.of((byte) 0)),
            Block.of(Cid.DAG_JSON, Bytes.utf8("{}")),
            Block.of(Cid.DAG_CBOR, Bytes.fromHex("a0")),
            Block.of(Cid.DAG_PB, Bytes.fromHex("0a020801")),
            Block.of(Cid.RAW, Bytes.wrap(largest)));
    given(blocks);

    for (Block block : blocks) {
      assertThat(store.get(block.cid()).orElseThrow().bytes()).isEqualTo(block.bytes());
    }
  }

  @Test
  void theCodecIsPartOfTheName() throws IOException {
    Block raw = Block.of(Cid.RAW, Bytes.fromHex("a0"));
    Block other = Block.of(Cid.DAG_CBOR, raw.bytes());
    given(List.of(raw));

    Optional<Block> found = store.get(other.cid());
    assertThat(store.has(other.cid())).isEqualTo(found.isPresent());
    if (keepsCodecs()) {
      assertThat(found).isEmpty();
    } else {
      assertThat(found).contains(other);
    }
  }

  @Test
  void anotherUserSeesACommitAfterAMiss() throws IOException {
    BlockStore reader = open();
    Block block = Block.of(Cid.RAW, Bytes.utf8("later"));
    assertThat(reader.get(block.cid())).isEmpty();

    given(List.of(block));

    assertThat(reader.get(block.cid())).contains(block);
    assertThat(reader.has(block.cid())).isTrue();
  }

  /** Some blocks of up to 280 bytes, the same for the same seed; every second one is dag-cbor. */
  protected static List<Block> blocks(long seed, int count) {
    Random random = new Random(seed);
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[20 + random.nextInt(260)];
      random.nextBytes(bytes);
      blocks.add(
          i % 2 == 0
              ? Block.of(Cid.RAW, Bytes.wrap(bytes))
              : Block.of(Cid.DAG_CBOR, DagCbor.encode(Node.of(Bytes.wrap(bytes)))));
    }
    return blocks;
  }
}
